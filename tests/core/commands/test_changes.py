"""Which commands change something: declared by each, so that a new one cannot be taken for a question."""

from __future__ import annotations

import pytest

from bot.core.commands import GRAMMAR, is_word, parse, row_of
from bot.core.commands.grammar import Command, Row
from bot.core.commands.notices import Notify

QUESTIONS = {
    *("next", "help", "pending", "runs", "workspaces", "queue", "show", "why", "review", "plan", "log", "audit", "freezes", "watches"),
}


def kinds() -> list[type[Command]]:
    """Those of the grammar; tests make some of their own."""
    return sorted((one for one in Command.__subclasses__() if one.__module__.startswith("bot.")), key=lambda one: one.__name__)


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_every_type_of_command_says_itself_whether_it_changes_something(kind: type[Command]) -> None:
    assert "changes" in vars(kind)


def test_a_type_that_forgets_to_say_it_changes_something() -> None:
    class Forgetful(Command):
        pass

    assert Forgetful().is_change


@pytest.mark.parametrize("row", GRAMMAR, ids=lambda row: row.word)
def test_only_questions_change_nothing(row: Row) -> None:
    for text in (row.example, *row.examples):
        assert parse(text).is_change is (row.word not in QUESTIONS)


def test_to_ask_how_it_is_changes_nothing() -> None:
    assert not Notify().is_change
    assert Notify(wanted=False).is_change


@pytest.mark.parametrize("row", GRAMMAR, ids=lambda row: row.word)
def test_the_row_of_a_command_is_the_one_that_it_is_typed_with(row: Row) -> None:
    assert row_of(parse(row.example)).word == row.word
    assert is_word(row.word.upper())
    assert not is_word("please")


def test_every_reason_that_may_be_left_out_is_a_field_of_its_command() -> None:
    for row in GRAMMAR:
        assert not row.reason or hasattr(parse(row.example), row.reason)
    assert {row.word for row in GRAMMAR if row.reason} == {"approve", "discard", "cancel", "override", "force-cancel", "lock"}
