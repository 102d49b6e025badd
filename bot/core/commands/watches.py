"""Commands about what a channel hears of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.commands.grammar import Command, Options, Row, no_more
from bot.core.errors import listed
from bot.core.policy import Right
from bot.core.watches import Measure


@dataclass(frozen=True, slots=True)
class AddWatch(Command):
    pattern: str
    measure: Measure = Measure.DECISIONS


@dataclass(frozen=True, slots=True)
class RemoveWatch(Command):
    pattern: str


@dataclass(frozen=True, slots=True)
class ListWatches(Command):
    pass


def add(row: Row, words: Sequence[str], options: Options) -> Command:
    if not words:
        raise row.wrong("Which workspaces shall this channel watch?")
    no_more(row, words, 1)
    word = options.get("measure", Measure.DECISIONS)
    if word not in set(Measure):
        raise row.wrong(f"“{word}” is no measure. It is one of {listed([measure.value for measure in Measure])}.")
    return AddWatch(words[0], Measure(word))


def remove(row: Row, words: Sequence[str], options: Options) -> Command:  # noqa: ARG001 - every builder has one shape
    if not words:
        raise row.wrong("Which watch shall end? “watches” lists them.")
    no_more(row, words, 1)
    return RemoveWatch(words[0])


def listing(row: Row, words: Sequence[str], options: Options) -> Command:  # noqa: ARG001 - as above
    no_more(row, words, 0)
    return ListWatches()


GRAMMAR = (
    Row(
        word="watch",
        usage="watch <workspace|glob> [--measure all|decisions|failures]",
        summary="Have this channel hear of runs: when a decision is needed, and when one fails.",
        example="watch storefront-*",
        right=Right.READ,
        values=("measure",),
        build=add,
        details=(
            "all: a card for every run; decisions (the usual): from the first decision on, or on failure; failures: only those.",
            "Everybody in the channel will see these workspaces, so you must be allowed to read all of them.",
        ),
    ),
    Row(
        word="unwatch",
        usage="unwatch <workspace|glob>",
        summary="Have this channel hear no more of them.",
        example="unwatch storefront-*",
        right=Right.READ,
        build=remove,
        details=("Whoever asked for a watch may end it; ending somebody else's needs the right admin, and is said in the channel.",),
    ),
    Row(
        word="watches",
        usage="watches",
        summary="List what this channel watches, and who asked for it.",
        example="watches",
        right=Right.READ,
        build=listing,
    ),
)
