"""Commands about what a channel hears of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from bot.core.commands.grammar import Command, Family, Options, Row, filled, no_more
from bot.core.errors import listed
from bot.core.policy import Right
from bot.core.watches import Measure


@dataclass(frozen=True, slots=True)
class AddWatch(Command):
    changes: ClassVar[bool] = True
    pattern: str
    measure: Measure = Measure.DECISIONS
    tag: str = ""
    project: str = ""
    in_thread: bool = False
    mentions: bool = False


@dataclass(frozen=True, slots=True)
class RemoveWatch(Command):
    """`tag` and `project` tell one of several watches with the same glob; "" says nothing about them."""

    changes: ClassVar[bool] = True
    pattern: str
    tag: str = ""
    project: str = ""


@dataclass(frozen=True, slots=True)
class ListWatches(Command):
    changes: ClassVar[bool] = False


def add(row: Row, words: Sequence[str], options: Options) -> Command:
    if not words:
        raise row.wrong("Which workspaces shall this channel watch?")
    no_more(row, words, 1)
    word = options.get("measure", Measure.DECISIONS)
    if word not in set(Measure):
        raise row.wrong(f"“{word}” is no measure. It is one of {listed([measure.value for measure in Measure])}.")
    return AddWatch(
        words[0],
        Measure(word),
        tag=filled(row, options, "tag"),
        project=filled(row, options, "project"),
        in_thread="thread" in options,
        mentions="mention" in options,
    )


def remove(row: Row, words: Sequence[str], options: Options) -> Command:
    if not words:
        raise row.wrong("Which watch shall end? “watches” lists them.")
    no_more(row, words, 1)
    return RemoveWatch(words[0], filled(row, options, "tag"), filled(row, options, "project"))


def listing(row: Row, words: Sequence[str], options: Options) -> Command:  # noqa: ARG001 - every builder has one shape
    no_more(row, words, 0)
    return ListWatches()


GRAMMAR = (
    Row(
        word="watch",
        family=Family.HEAR,
        usage="watch <workspace|glob> [--tag t] [--project p] [--measure all|decisions|failures] [--thread] [--mention]",
        summary="Have this channel hear of runs: when a decision is needed, and when one fails.",
        example="watch storefront-*",
        examples=(
            "watch * --tag prod --measure failures",
            "watch billing --measure all --thread --mention",
        ),
        right=Right.READ,
        flags=("thread", "mention"),
        values=("tag", "project", "measure"),
        fields={"thread": "in_thread", "mention": "mentions"},
        build=add,
        details=(
            "--tag and --project narrow it to workspaces with this tag, or in this project (by its name or id).",
            "all: a card for every run; decisions (the usual): from the first decision on, or on failure; failures: only those.",
            "--thread: calls and ends are replies to the run's card, and calls show in the channel too.",
            "--mention: a call names who asked for the run, where that was done in Slack.",
            "Where a watch is paused, since I could say nothing in the channel, the same command has it go on.",
            "Everybody in the channel will see these workspaces, so you must be allowed to read all of them.",
        ),
    ),
    Row(
        word="unwatch",
        family=Family.HEAR,
        usage="unwatch <workspace|glob> [--tag t] [--project p]",
        summary="Have this channel hear no more of them.",
        example="unwatch storefront-*",
        examples=("unwatch * --tag prod",),
        right=Right.READ,
        values=("tag", "project"),
        build=remove,
        details=(
            "Whoever asked for a watch may end it; ending somebody else's needs the right admin, and is said in the channel.",
            "--tag and --project say which, where several watches have the same glob. A watch in a file is ended there.",
        ),
    ),
    Row(
        word="watches",
        family=Family.HEAR,
        usage="watches",
        summary="List what this channel watches, and who asked for it.",
        example="watches",
        right=Right.READ,
        build=listing,
    ),
)
