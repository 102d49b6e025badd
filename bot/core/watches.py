"""What a channel asked to hear of, and who hears what of a change: pure decisions about new messages.

A card changes in place and notifies nobody, so a new message is wanted exactly when a person is needed, once per gate,
and when a run has ended that was started, decided or watched as failing in the channel.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.messages import Kind
from bot.core.runs import Run
from bot.core.workspaces import Workspace, matches

NEWS_LASTS = timedelta(hours=1)
"""How long an end is news to a channel that neither started nor decided the run."""


class Measure(StrEnum):
    """How much of a run a channel wants: its card from the start, from the first decision on, or failures only."""

    ALL = "all"
    DECISIONS = "decisions"
    FAILURES = "failures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """`pattern` is a glob as in core/workspaces.py; `owner` is the Slack id of who asked for it."""

    channel: str
    pattern: str
    measure: Measure = Measure.DECISIONS
    owner: str = ""
    created_at: datetime | None = None

    def covers(self, workspace: Workspace) -> bool:
        return matches(self.pattern, workspace)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ear:
    """One channel's relation to one run: its strongest measure, and whether the run was started or decided there."""

    channel: str
    measure: Measure | None = None
    started_here: bool = False
    decided_here: bool = False
    has_card: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """A message that shall exist: at most one of a kind and gate in a channel for a run."""

    channel: str
    kind: Kind
    gate: str = ""


STRENGTH = {Measure.ALL: 2, Measure.DECISIONS: 1, Measure.FAILURES: 0}


def strongest(watches: Iterable[Watch]) -> dict[str, Measure]:
    """The measure for each channel, where several of its watches match."""
    found: dict[str, Measure] = {}
    for watch in watches:
        known = found.get(watch.channel)
        if known is None or STRENGTH[watch.measure] > STRENGTH[known]:
            found[watch.channel] = watch.measure
    return found


def tidings(run: Run, ear: Ear, now: datetime) -> tuple[Wanted, ...]:
    """The messages that a run in this state wants in a channel, in the order they should come. Asking again changes nothing."""
    if not ear.started_here and ear.measure is None and not ear.decided_here:
        return ()
    card_now = not ear.has_card and wants_card(run, ear, now)
    wanted: list[Wanted] = [Wanted(ear.channel, Kind.CARD)] if card_now else []
    if run.gate and ear.has_card and hears_calls(ear):
        wanted.append(Wanted(ear.channel, Kind.CALL, run.gate))
    if run.is_final and ear.has_card and wants_end(run, ear, now):
        wanted.append(Wanted(ear.channel, Kind.END))
    return tuple(wanted)


def hears_calls(ear: Ear) -> bool:
    return ear.started_here or ear.measure in {Measure.ALL, Measure.DECISIONS}


def wants_card(run: Run, ear: Ear, now: datetime) -> bool:
    if ear.started_here:
        return True
    if run.is_final and not is_news(run, now):
        return False
    if run.has_failed or ear.measure is Measure.ALL:
        return True
    return run.gate is not None and hears_calls(ear)


def wants_end(run: Run, ear: Ear, now: datetime) -> bool:
    """Whether the end deserves a message of its own; an end without changes only where it was started."""
    if ear.started_here or ear.decided_here:
        return True
    return run.has_failed and ear.measure is not None and is_news(run, now)


def is_news(run: Run, now: datetime) -> bool:
    return run.ended_at is None or now - run.ended_at <= NEWS_LASTS
