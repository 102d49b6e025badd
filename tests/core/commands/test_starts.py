"""`run` and all that may be said with it, as people type it in Slack."""

from __future__ import annotations

import pytest

from bot.core import commands
from bot.core.commands import parse, row_for
from bot.core.commands.runs import StartRun
from bot.core.errors import BadUsage


@pytest.mark.parametrize(
    "text, command",
    [
        ("run", StartRun("")),
        ("run dns bump it --plan-only --debug", StartRun("dns", "bump it", plan_only=True, debugging=True)),
        ("run dns --refresh-only --save-plan", StartRun("dns", refresh_only=True, save_plan=True)),
        ("run dns --target module.a --target=x.y[k] now", StartRun("dns", "now", targets=("module.a", 'x.y["k"]'))),
        ("run dns --replace x.y --version abc1234", StartRun("dns", replacements=("x.y",), version="abc1234")),
        (
            "run dns --var a=b --var=n=3 --var “city=São Paulo”",
            StartRun("dns", variables=(("a", '"b"'), ("n", "3"), ("city", '"São Paulo"'))),
        ),
        (r'run dns --var "zones=[\"a\", \"b\"]"', StartRun("dns", variables=(("zones", '["a", "b"]'),))),
        ("run dns --var url=<https://x.test/?a=1&amp;b=2>", StartRun("dns", variables=(("url", '"https://x.test/?a=1&b=2"'),))),
        ("run dns --var where=a=b", StartRun("dns", variables=(("where", '"a=b"'),))),
    ],
)
def test_what_is_said_of_a_run_is_read_and_can_be_written_again(text: str, command: StartRun) -> None:
    assert parse(text) == command
    assert parse(commands.format(command)) == command


@pytest.mark.parametrize(
    "text, said",
    [
        ("run --debug", "Which workspace shall run?"),
        ("run dns --var", "--var needs a value."),
        ("run dns --var region", "Variable 1 is not written as a name, = and a value."),
        ("run dns --var region=", "The variable region has no value."),
        ("run dns --target web", "“web” is no address"),
        ("run dns --destroy --refresh-only", "choose destroy or refresh-only"),
        ("run dns --version a --version b", "--version was given twice."),
        ("run dns -destroy", "Options begin with two dashes: --destroy, not -destroy."),
        ("run dns -var=region=x", "Options begin with two dashes: --var, not -var."),
    ],
)
def test_what_is_wrong_is_said_with_how_it_goes(text: str, said: str) -> None:
    with pytest.raises(BadUsage) as caught:
        parse(text)
    assert said in caught.value.sentence
    assert caught.value.usage == row_for("run").usage


def test_the_usage_fits_where_it_is_shown() -> None:
    assert len(f"/tf {row_for('run').usage}") <= 200
