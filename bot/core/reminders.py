"""The clock of a gate that waits: when people are reminded, whom it reaches, when it warns, and when a run is discarded. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.scopes import Scope
from bot.core.windows import Window, first_opening
from bot.core.workspaces import Workspace

HOUR = timedelta(hours=1)


class Step(StrEnum):
    """THREAD: where people were called. DIRECT: who can still approve. GROUP: those who are called last. Then WARNING and EXPIRY."""

    THREAD = "thread"
    DIRECT = "direct"
    GROUP = "group"
    WARNING = "warning"
    EXPIRY = "expiry"


LOUD = frozenset({Step.GROUP, Step.WARNING})
"""Shown in the channel too, and not in the thread alone."""

ORDER = (Step.EXPIRY, Step.WARNING, Step.THREAD, Step.DIRECT, Step.GROUP)
"""Which comes first where two are due at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderRule:
    """One `[[reminders]]` table. The first reminder comes `after` the question was asked, each further one `then` later.

    Nothing comes outside of `windows`, where any are given. `escalate` is the user group that is called last, "" for none.
    `expire_after` is None where nothing is ever discarded; a run that nobody asked for in Slack is only where `expires_all`.
    `warn_before` is how long people have after the warning at least.
    """

    scope: Scope = Scope()  # noqa: RUF009 - frozen
    after: timedelta = HOUR
    then: timedelta = 4 * HOUR
    escalate: str = ""
    windows: tuple[Window, ...] = ()
    expire_after: timedelta | None = None
    warn_before: timedelta = HOUR
    expires_all: bool = False
    is_off: bool = False
    line: int = 0

    @property
    def steps(self) -> tuple[Step, ...]:
        return (Step.THREAD, Step.DIRECT, Step.GROUP) if self.escalate else (Step.THREAD, Step.DIRECT)

    def opening(self, at: datetime) -> datetime | None:
        """The first moment from then on at which people may be reminded; None where there is none within a year."""
        return first_opening(self.windows, at) if self.windows else at


USUAL = ReminderRule()
"""Where no table says anything: in the thread after an hour, to people four hours later, and nothing is ever discarded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The clock of one gate. `step` counts the reminders so far, the last of which was at `told_at`.

    `next_at` is when something comes next, None where nothing does. `behind` is how many runs of the workspace waited behind it when
    that was last looked at.
    """

    run_id: str
    gate: str
    round: int
    began_at: datetime
    next_at: datetime | None = None
    step: int = 0
    told_at: datetime | None = None
    warned_at: datetime | None = None
    snoozed_until: datetime | None = None
    snoozed_by: str = ""
    behind: int = 0


@dataclass(frozen=True, slots=True)
class Coming:
    at: datetime
    step: Step


def rule_for(rules: Iterable[ReminderRule], workspace: Workspace) -> ReminderRule:
    """The first that covers a workspace for sure; where one before it may, nobody knows that its runs may be discarded."""
    is_doubtful = False
    for rule in rules:
        if rule.scope.covers(workspace):
            return replace(rule, expire_after=None) if is_doubtful else rule
        is_doubtful = is_doubtful or rule.scope.may_cover(workspace)
    return USUAL


def coming(rule: ReminderRule, waiting: Waiting, *, asked_here: bool) -> Coming | None:
    """What comes next, and when; None where nothing does. `asked_here`: somebody asked for the run in Slack."""
    expires = rule.expire_after is not None and (asked_here or rule.expires_all)
    found = [*nudge(rule, waiting), *(expiry(rule, waiting) if expires else ())]
    return min(found, key=lambda one: (one.at, ORDER.index(one.step)), default=None)


def nudge(rule: ReminderRule, waiting: Waiting) -> Iterator[Coming]:
    if rule.is_off or waiting.step >= len(rule.steps):
        return
    base = waiting.began_at + rule.after if waiting.told_at is None else waiting.told_at + rule.then
    at = rule.opening(unsnoozed(waiting, base))
    if at is not None:
        yield Coming(at, rule.steps[waiting.step])


def expiry(rule: ReminderRule, waiting: Waiting) -> Iterator[Coming]:
    """Nobody's run is discarded without a warning, nor sooner after it than promised, nor while people are not to be reminded."""
    base = unsnoozed(waiting, waiting.began_at + (rule.expire_after or timedelta()))
    if waiting.warned_at is None:
        step, at = Step.WARNING, rule.opening(unsnoozed(waiting, base - rule.warn_before))
    else:
        step, at = Step.EXPIRY, rule.opening(max(base, waiting.warned_at + rule.warn_before))
    if at is not None:
        yield Coming(at, step)


def unsnoozed(waiting: Waiting, at: datetime) -> datetime:
    return at if waiting.snoozed_until is None else max(at, waiting.snoozed_until)


def expires_at(rule: ReminderRule, waiting: Waiting, warned_at: datetime) -> datetime | None:
    """When a run of which people are warned at a moment will be discarded."""
    return next((one.at for one in expiry(rule, replace(waiting, warned_at=warned_at))), None)


def told(waiting: Waiting, step: Step, now: datetime) -> Waiting:
    """The clock after a step was done; a warning is no reminder."""
    if step is Step.WARNING:
        return replace(waiting, warned_at=now)
    return replace(waiting, step=waiting.step + 1, told_at=now)


def snoozed(waiting: Waiting, until: datetime, by: str) -> Waiting:
    """Nothing comes before then, and what was warned of is warned of anew."""
    return replace(waiting, snoozed_until=until, snoozed_by=by, warned_at=None)


def next_of(rule: ReminderRule, waiting: Waiting, *, asked_here: bool) -> Waiting:
    """The same with when something comes next."""
    found = coming(rule, waiting, asked_here=asked_here)
    return replace(waiting, next_at=found.at if found is not None else None)
