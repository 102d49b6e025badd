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
    """`pattern` is a glob as in core/workspaces.py, which `tag` and `project` (as it was written) narrow.

    `project_ids` are those of that project, of one in each organization that has one of the name.

    `owner` is the Slack id of who asked for it. `source` is the file that says so, for one that is code; "" for one made by hand.
    `in_thread`: calls and ends are replies to the card. `mentions`: a call is addressed to whoever asked for the run.
    `is_partial`: its owner could not read everything that it matched, so each workspace is judged when there is news of it.
    A watch is paused where Slack lets us say nothing in its channel; `paused_why` says why.
    """

    channel: str
    pattern: str
    measure: Measure = Measure.DECISIONS
    owner: str = ""
    created_at: datetime | None = None
    tag: str = ""
    project: str = ""
    project_ids: tuple[str, ...] = ()
    in_thread: bool = False
    mentions: bool = False
    source: str = ""
    paused_at: datetime | None = None
    paused_why: str = ""
    is_partial: bool = False

    def covers(self, workspace: Workspace) -> bool:
        is_tagged = not self.tag or self.tag in workspace.tags
        is_in_project = not self.project or workspace.project_id in {self.project, *self.project_ids}
        return is_tagged and is_in_project and matches(self.pattern, workspace)

    @property
    def identity(self) -> tuple[str, str, str, str, bool]:
        """What tells a watch from the channel's others; one that is code and one made by hand may say the same."""
        return (self.channel, self.pattern, self.tag, self.project, bool(self.source))

    @property
    def title(self) -> str:
        """The watch as a person would type it, without what it does."""
        tag = f" --tag {self.tag}" if self.tag else ""
        return f"{self.pattern}{tag}{f' --project {self.project}' if self.project else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """What all of a channel's watches that match a workspace come to."""

    measure: Measure
    in_thread: bool = False
    mentions: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ear:
    """One channel's relation to one run: its strongest measure, and whether the run was started or decided there.

    `in_thread` and `mentions` are how its watches want to hear.

    `card_said` is what the card told when it was born, as `Wanted.says` had it.
    """

    channel: str
    measure: Measure | None = None
    started_here: bool = False
    decided_here: bool = False
    has_card: bool = False
    card_said: str = ""
    in_thread: bool = False
    mentions: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """A message that shall exist: at most one of a kind and gate in a channel for a run.

    `says` is what a card tells the channel by being posted just then, so that no other message has to: the gate that it calls
    people to, ENDED, or nothing. It is kept as the row's text.
    """

    channel: str
    kind: Kind
    gate: str = ""
    says: str = ""
    in_thread: bool = False
    mentions: bool = False


ENDED = "ended"
"""What a card says that is born when the run is over."""

STRENGTH = {Measure.ALL: 2, Measure.DECISIONS: 1, Measure.FAILURES: 0}


def hearings(watches: Iterable[Watch]) -> dict[str, Hearing]:
    """For each channel what its matching watches come to: the strongest measure, a thread if all want it, a mention if one does."""
    by_channel: dict[str, list[Watch]] = {}
    for watch in watches:
        by_channel.setdefault(watch.channel, []).append(watch)
    return {
        channel: Hearing(
            measure=max((one.measure for one in matching), key=STRENGTH.__getitem__),
            in_thread=all(one.in_thread for one in matching),
            mentions=any(one.mentions for one in matching),
        )
        for channel, matching in by_channel.items()
    }


def tidings(run: Run, ear: Ear, now: datetime) -> tuple[Wanted, ...]:
    """The messages that a run in this state wants in a channel. Asked again when they stand there, it wants nothing more."""
    if not ear.started_here and ear.measure is None and not ear.decided_here:
        return ()
    if not ear.has_card:
        says = ENDED if run.is_final else run.gate or ""
        return (Wanted(ear.channel, Kind.CARD, says=says, mentions=ear.mentions),) if wants_card(run, ear, now) else ()
    if run.is_final:
        ends = ear.card_said != ENDED and wants_end(run, ear, now)
        return (Wanted(ear.channel, Kind.END, in_thread=ear.in_thread),) if ends else ()
    calls = run.gate and ear.card_said != run.gate and hears_calls(ear)
    return (Wanted(ear.channel, Kind.CALL, run.gate or "", in_thread=ear.in_thread, mentions=ear.mentions),) if calls else ()


def hears_calls(ear: Ear) -> bool:
    return ear.started_here or ear.measure in {Measure.ALL, Measure.DECISIONS}


def is_unwatched(run: Run, ears: Iterable[Ear]) -> bool:
    """Whether a run waits for people and no channel will call any."""
    return run.gate is not None and not any(hears_calls(ear) for ear in ears)


def wants_card(run: Run, ear: Ear, now: datetime) -> bool:
    if ear.started_here or ear.decided_here:
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
