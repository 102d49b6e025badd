"""Commands are written as they would be typed: what was written is read as the same command, for every row and every kind."""

from __future__ import annotations

import sys
from dataclasses import fields
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.core.commands import GRAMMAR, format, parse  # noqa: A004 - the word of the grammar
from bot.core.commands.freezes import DeclareFreeze, LiftFreeze, Snooze
from bot.core.commands.grammar import Command, Row
from bot.core.commands.runs import Act, RunReference, StartRun
from bot.core.commands.watches import AddWatch, RemoveWatch
from bot.core.commands.words import quoted
from bot.core.errors import BadCommand
from bot.core.runs import Action
from bot.core.watches import Measure


def is_command(text: str) -> bool:
    try:
        parse(text)
    except BadCommand:
        return False
    return True


DNS = RunReference(workspace="dns")
ODD = st.text(st.characters(codec="utf-8"), max_size=12) | st.text('"\\ab -—&lt;<@!>“”{}u20\u200b=`－ｄ１！', max_size=12)  # noqa: RUF001
VALUES = st.sampled_from(["prod", "2h", "all", "waiting", "errored", "key=value", "a.b", "1", "dns"]) | ODD


def kinds(kind: type[Command] = Command) -> set[type[Command]]:
    """Every kind of command that is made anywhere; a class with slots takes the place of the one that was written."""
    return {found for below in kind.__subclasses__() for found in ({vars(sys.modules[below.__module__])[below.__name__]} | kinds(below))}


KINDS = sorted((kind for kind in kinds() if kind.__module__.startswith("bot.")), key=lambda kind: kind.__name__)
EXAMPLES = [parse(text) for row in GRAMMAR for text in (row.example, row.word) if is_command(text)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_of_command_is_written_and_read_again(kind: type[Command]) -> None:
    """A new kind that fails here: the row that makes it has an example, and says in `fields` or `pieces` how it is written."""
    made = [command for command in EXAMPLES if type(command) is kind]
    assert made, f"no row's example makes a {kind.__name__}, nor its word alone"
    for command in made:
        assert parse(format(command)) == command


@pytest.mark.parametrize("row", GRAMMAR, ids=lambda row: row.word)
def test_every_option_is_told_by_a_field_of_the_command(row: Row) -> None:
    names = {field.name for field in fields(parse(row.example))}  # type: ignore[arg-type] # every command is a dataclass
    told = {row.fields.get(option, option.replace("-", "_")) for option in row.options}
    assert told <= names


@st.composite
def typed(draw: st.DrawFn) -> str:
    """What somebody may type who knows a row: its example or words of their own, and some of its options."""
    row = draw(st.sampled_from(GRAMMAR))
    words = row.example.split()[1:] if draw(st.booleans()) else [quoted(word) for word in draw(st.lists(VALUES, max_size=4))]
    flags = [f"--{name}" for name in row.flags if draw(st.booleans())]
    values = [f"--{name} {quoted(draw(VALUES))}" for name in (*row.values, *row.repeats) if draw(st.booleans())]
    return " ".join([row.word, *words, *flags, *values])


@given(typed())
def test_whatever_can_be_typed_is_written_as_the_same_command(text: str) -> None:
    try:
        command = parse(text)
    except BadCommand:
        assume(False)
    assert parse(format(command)) == command


@given(workspace=ODD, message=ODD, plan_only=st.booleans())
def test_a_run_is_written_whatever_its_message_says(workspace: str, message: str, *, plan_only: bool) -> None:
    command = StartRun(workspace, message, plan_only=plan_only)
    assert parse(format(command)) == command


@pytest.mark.parametrize(
    "command, text",
    [
        (StartRun("dns", "bump the image", destroy=True), "run dns bump the image --destroy"),
        (StartRun("dns", "--force it"), "run -- dns --force it"),
        (StartRun("dns", "two\nlines"), r'run dns "two\u{a}lines"'),
        (StartRun("a b"), 'run "a b"'),
        (Act(Action.DISCARD, DNS, "not now"), "discard dns not now"),
        (Act(Action.APPLY, DNS, "it burns", "dns", breaks_glass=True), "approve dns it burns --break-glass --name dns"),
        (Snooze(DNS, timedelta(days=2, minutes=5)), "snooze dns 2d300s"),
        (Snooze(DNS, timedelta(days=2)), "snooze dns 2d"),
        (DeclareFreeze("*-prod", "the sale", "fri 18:00"), "freeze *-prod until fri 18:00 the sale"),
        (DeclareFreeze("*-prod", "until we know"), 'freeze *-prod "until we know"'),
        (LiftFreeze("a b"), 'unfreeze "a b"'),
        (AddWatch("x", Measure.ALL, project="data platform", in_thread=True), 'watch x --thread --project "data platform" --measure all'),
        (RemoveWatch("x", tag="prod"), "unwatch x --tag prod"),
    ],
)
def test_a_command_is_written_as_a_person_would_type_it(command: Command, text: str) -> None:
    assert format(command) == text
    assert parse(text) == command


@pytest.mark.parametrize("command", [DeclareFreeze("x", "until"), DeclareFreeze("x", ""), AddWatch("x", tag=" padded ")])
def test_what_nobody_can_type_is_not_written(command: Any) -> None:
    with pytest.raises(ValueError, match="can be typed"):
        format(command)
