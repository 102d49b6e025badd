"""[[watches]] and [fallback] in runbell.toml: what they say, and what is said of one that is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.core.watches import Measure, Watch
from bot.rules import Hearers, RulesWrong, parse_rules, read_watches

GUIDE = Path(__file__).parent.parent / "docs" / "watches.md"


def written(folder: Path, text: str) -> Path:
    path = folder / "runbell.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_is_a_watch_for_each_glob(tmp_path: Path) -> None:
    text = '[[watches]]\nchannel = "C0DEPLOYS"\nworkspaces = ["a-*", "acme/b"]\nmeasure = "all"\ntag = "prod"\nproject = "web"\n'
    usual = {"channel": "C0DEPLOYS", "measure": Measure.ALL, "tag": "prod", "project": "web", "source": "runbell.toml"}
    found = read_watches(written(tmp_path, text + "thread = true\nmention = true"))
    assert found.watches == tuple(Watch(pattern=glob, in_thread=True, mentions=True, **usual) for glob in ("a-*", "acme/b"))  # type: ignore[arg-type]
    assert found.fallback == ""


def test_what_is_left_out_is_as_usual(tmp_path: Path) -> None:
    found = read_watches(written(tmp_path, '[[watches]]\nchannel = "C0A1"\n[fallback]\nchannel = "G0B2"\n'))
    assert found == Hearers((Watch(channel="C0A1", pattern="*", source="runbell.toml"),), "G0B2")


def test_without_a_file_or_a_table_nothing_is_said(tmp_path: Path) -> None:
    assert read_watches(None) == read_watches(written(tmp_path, '[[rights]]\nmay = ["read"]\nmembers = true')) == Hearers()


def test_the_example_of_the_guide_can_be_read(tmp_path: Path) -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    found = read_watches(written(tmp_path, text))
    assert [watch.pattern for watch in found.watches] == ["storefront-*", "acme/billing"]
    assert found.fallback == "C0ONCALL"


C = 'channel = "C0A1"'


@pytest.mark.parametrize(
    "text,line,said",
    [
        ("[[watches]]\ntag = 'prod'", 1, "“channel” is missing"),
        ('\n[[watches]]\nchannel = "deploys"', 3, '"deploys" is no id of a channel: one looks like C0123ABCD'),
        ("[[watches]]\nchannel = 5", 2, "… is no id of a channel"),
        (f'[[watches]]\n{C}\nmeasure = "fails"', 3, "“fails” is no measure. Did you mean “failures”?"),
        (f'[[watches]]\n{C}\nmeasure = "xyzzy"', 3, "There are: all, decisions, failures."),
        (f"[[watches]]\n{C}\nmeasur = 'all'", 3, "[[watches]] has no “measur”. Did you mean “measure”?"),
        (f'[[watches]]\n{C}\nworkspaces = "a"', 3, '“workspaces” is a list: workspaces = ["a"].'),
        (f'[[watches]]\n{C}\nworkspaces = ["a b"]', 3, "cannot name a workspace"),
        (f"[[watches]]\n{C}\nworkspaces = []", 3, "“workspaces” is empty. Leave it out to mean all of them."),
        (f"[[watches]]\n{C}\nthread = 'yes'", 3, "“thread” is true or false"),
        (f"[[watches]]\n{C}\ntag = ''", 3, "“tag” is words in quotes"),
        (f"[[watches]]\n{C}\n[[watches]]\n{C}", 3, "C0A1 watches “*” twice."),
        (f"[watches]\n{C}", 1, "write [[watches]] with two brackets"),
        (f"[[fallback]]\n{C}", 1, "write [fallback] with one bracket"),
        ("[fallback]\nchannels = 'C0A1'\nchannel = 'C0A1'", 2, "has no “channels”. Did you mean “channel”?"),
        ("[fallback]\nchannel = '#deploys'", 2, "is no id of a channel"),
        (f"[[watchs]]\n{C}", 1, "There is no table or key “watchs”. Did you mean “watches”?"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_the_nearest_right_word(text: str, line: int, said: str) -> None:
    with pytest.raises(RulesWrong) as caught:
        parse_rules(text)
    (problem,) = caught.value.problems
    assert problem.startswith(f"runbell.toml, line {line}: ")
    assert said in problem


def test_what_is_wrong_elsewhere_in_the_file_keeps_its_watches_from_being_read(tmp_path: Path) -> None:
    with pytest.raises(RulesWrong, match="line 3"):
        read_watches(written(tmp_path, f"[[watches]]\n{C}\n[[rights]]\nmay = ['read']"))


def test_watches_do_not_change_what_is_judged_by() -> None:
    rights = '[[rights]]\nmay = ["read"]\nmembers = true\n'
    assert parse_rules(rights).hash == parse_rules(f"{rights}[[watches]]\n{C}").hash
