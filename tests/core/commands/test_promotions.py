from __future__ import annotations

import pytest

from bot.core.commands.promotions import GRAMMAR, Promote, Retry
from bot.core.commands.runs import RunReference
from bot.core.errors import BadUsage

PROMOTE, RETRY = GRAMMAR


def made(row_words: str) -> object:
    row = PROMOTE if row_words.startswith("promote") else RETRY
    words, options = row.split(row_words.split()[1:])
    return row.build(row, words, options)


@pytest.mark.parametrize(
    "text, command",
    [
        ("promote", Promote()),
        ("promote dev", Promote("dev")),
        ("promote dev prod", Promote("dev", "prod")),
        ("promote dev acme/prod bump the image", Promote("dev", "acme/prod", "bump the image")),
        ("retry run-1", Retry(RunReference(run_id="run-1"))),
        ("retry shop --debug", Retry(RunReference(workspace="shop"), debugging=True)),
    ],
)
def test_what_is_typed_becomes_a_command(text: str, command: object) -> None:
    assert made(text) == command


@pytest.mark.parametrize(
    "text, problem",
    [("retry", "Which run"), ("retry run-1 run-2", "run-2"), ("retry run-1 --now", "--debug")],
)
def test_what_makes_no_sense_is_told(text: str, problem: str) -> None:
    with pytest.raises(BadUsage, match=problem):
        made(text)
