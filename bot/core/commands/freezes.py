"""Commands about freezes, and about reminders that shall wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from bot.core.commands.grammar import Command, Family, Options, Row, no_more
from bot.core.commands.runs import RunReference
from bot.core.moments import duration_of, words_of_moment
from bot.core.one_line import has_letters
from bot.core.policy import Right

SNOOZE_MOST = timedelta(days=14)
UNTIL = ("until", "for")


@dataclass(frozen=True, slots=True)
class DeclareFreeze(Command):
    """`until` is what was typed, "" for no end."""

    changes: ClassVar[bool] = True
    pattern: str
    reason: str
    until: str = ""


@dataclass(frozen=True, slots=True)
class LiftFreeze(Command):
    changes: ClassVar[bool] = True
    pattern: str


@dataclass(frozen=True, slots=True)
class ListFreezes(Command):
    changes: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Snooze(Command):
    changes: ClassVar[bool] = True
    run: RunReference
    span: timedelta


def freeze(row: Row, words: Sequence[str], options: Options) -> Command:  # noqa: ARG001 - every builder has one shape
    if not words:
        raise row.wrong("Which workspaces shall be frozen?")
    pattern, *rest = words
    until = ""
    if rest and rest[0].lower() in UNTIL:
        number = words_of_moment(rest[1:])
        if not number:
            raise row.wrong(
                f"Until when? I cannot read “{' '.join(rest[1:3])}” as a time: write 2h, tomorrow 09:00, fri 18:00 or 2026-12-01."
            )
        until, rest = " ".join(rest[1 : 1 + number]), rest[1 + number :]
    reason = " ".join(rest).strip()
    if not has_letters(reason):
        raise row.wrong("Why? Whoever cannot apply will want to know.")
    return DeclareFreeze(pattern, reason, until)


def frozen(command: DeclareFreeze) -> list[str]:
    return [command.pattern, *(["until", *command.until.split()] if command.until else []), command.reason]


def unfreeze(row: Row, words: Sequence[str], options: Options) -> Command:  # noqa: ARG001 - as above
    if not words:
        raise row.wrong("Which freeze shall end? “freezes” lists them.")
    no_more(row, words, 1)
    return LiftFreeze(words[0])


def listing(row: Row, words: Sequence[str], options: Options) -> Command:  # noqa: ARG001 - as above
    no_more(row, words, 0)
    return ListFreezes()


def snooze(row: Row, words: Sequence[str], options: Options) -> Command:  # noqa: ARG001 - as above
    if not words:
        raise row.wrong("Reminders of which run shall wait?")
    if len(words) == 1:
        raise row.wrong("For how long? Write 2h, 1d or 30m.")
    no_more(row, words, 2)
    span = duration_of(words[1])
    if span is None or span > SNOOZE_MOST:
        raise row.wrong(f"I cannot read “{words[1]}” as a while of at most {SNOOZE_MOST.days} days: write 2h, 1d or 30m.")
    return Snooze(RunReference.of(words[0]), span)


GRAMMAR = (
    Row(
        word="freeze",
        family=Family.HOLD,
        usage="freeze <workspace|glob> [until <when>] <reason>",
        summary="Have nothing applied in these workspaces for a while; runs that are voted on wait, too.",
        example="freeze *-prod until mon 09:00 the sale is on",
        examples=("freeze storefront-prod for 2h we move its state",),
        right=Right.DECIDE,
        build=freeze,
        pieces=frozen,
        details=(
            "<when> is 2h, 18:00, tomorrow 09:00, fri 18:00 or 2026-12-01; without it the freeze lasts until somebody ends it.",
            "Capitals do not matter. The answer says how many workspaces are covered. A freeze that covers none is refused.",
            "It is said in this channel. Whoever may break the glass applies all the same: “approve <run> --break-glass <reason>”.",
        ),
    ),
    Row(
        word="unfreeze",
        family=Family.HOLD,
        usage="unfreeze <workspace|glob>",
        summary="End the freezes of just this name or glob; ending somebody else’s needs the right admin.",
        example="unfreeze *-prod",
        right=Right.DECIDE,
        build=unfreeze,
        details=("What waited is not applied by itself, unless it was started with --auto-apply: somebody approves it again.",),
    ),
    Row(
        word="freezes",
        family=Family.HOLD,
        usage="freezes",
        summary="List what is frozen, until when, by whom and why.",
        example="freezes",
        right=Right.READ,
        build=listing,
    ),
    Row(
        word="snooze",
        family=Family.HOLD,
        usage="snooze <run> <duration>",
        summary="Have no reminders of a run for a while; it does not expire meanwhile.",
        example="snooze storefront-prod 2h",
        examples=("snooze run-7bQ2kLm9XyZ1aB3c 1d",),
        right=Right.DECIDE,
        build=snooze,
        details=("At most 14 days. A run is named by its id, by its link, or by the workspace whose current run it is.",),
    ),
)
