"""A rule: what it matches, and what it demands before a run may be applied. matching.py finds the rules, judging.py judges by them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from bot.core.identities import Role
from bot.core.people import NOBODY, Circle
from bot.core.runs import Run
from bot.core.windows import Window


class Risk(StrEnum):
    """In rising order: a click with a dialog; a reason; the workspace's name typed as well; the rule's own people, or the web page."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


RISKS = tuple(Risk)


def highest(*risks: Risk) -> Risk:
    return max(risks, key=RISKS.index, default=Risk.LOW)


class RunKind(StrEnum):
    """A run may be of several: a destroy run can be plan-only as well. EMPTY changes nothing."""

    APPLY = "apply"
    DESTROY = "destroy"
    REFRESH_ONLY = "refresh_only"
    PLAN_ONLY = "plan_only"
    SAVED_PLAN = "saved_plan"
    EMPTY = "empty"


class UnknownAuthor(StrEnum):
    """What four eyes demand where nobody knows who somebody behind the run is: another vote, or that it is settled first."""

    ONE_MORE_VOTE = "one_more_vote"
    REFUSE = "refuse"


def kinds_of(run: Run) -> frozenset[RunKind]:
    found = {
        RunKind.DESTROY: run.is_destroy,
        RunKind.REFRESH_ONLY: run.refresh_only,
        RunKind.PLAN_ONLY: run.plan_only,
        RunKind.SAVED_PLAN: run.save_plan,
        RunKind.EMPTY: run.has_changes is False,
        RunKind.APPLY: not (run.is_destroy or run.refresh_only or run.plan_only),
    }
    return frozenset(kind for kind, holds in found.items() if holds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """All that is given has to fit, and one of each list does; nothing given matches every run.

    `types`, `addresses`, `destroys` and `replaces` speak of one and the same resource, and `more_than` counts the resources that fit them.
    What is replaced is destroyed, too; with both, either fits. `cost_above` is a rise in dollars a month. `projects` are ids and names.
    """

    organizations: frozenset[str] = frozenset()
    workspaces: tuple[str, ...] = ()
    projects: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    kinds: frozenset[RunKind] = frozenset()
    types: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    destroys: bool = False
    replaces: bool = False
    more_than: int | None = None
    cost_above: Decimal | None = None
    failed_policy: bool = False

    @property
    def asks_resources(self) -> bool:
        return bool(self.types or self.addresses or self.destroys or self.replaces or self.more_than is not None)

    @property
    def asks_plan(self) -> bool:
        """Whether anything of it is about the plan, and so holds for a plan that cannot be read."""
        return self.asks_resources or self.cost_above is not None or self.failed_policy


@dataclass(frozen=True, kw_only=True)
class Demand:
    """What must be there before a run may be applied; all of it.

    `votes` are wanted of `circle`, where it is empty of those with the right to decide; `one_from_each` of these groups is wanted besides,
    by different people, and whoever is of both counts for both.
    `windows`: one of them has to be open. `after_stage`: the stage before has applied the same configuration.
    No slots: what follows from it is worked out once.
    """

    votes: int = 0
    circle: Circle = NOBODY
    one_from_each: tuple[str, ...] = ()
    four_eyes: frozenset[Role] = frozenset()
    unknown_author: UnknownAuthor = UnknownAuthor.ONE_MORE_VOTE
    reason: bool = False
    typed_name: bool = False
    after_stage: bool = False
    windows: tuple[Window, ...] = ()
    risk: Risk = Risk.LOW

    @cached_property
    def wants_reason(self) -> bool:
        return self.reason or self.risk is not Risk.LOW

    @cached_property
    def wants_typed_name(self) -> bool:
        return self.typed_name or self.risk in {Risk.HIGH, Risk.CRITICAL}

    @cached_property
    def votes_needed(self) -> int:
        """How many of the circle; whoever demands anything of a voter demands a voter."""
        asks_voter = bool(self.circle or self.four_eyes or self.wants_reason or self.wants_typed_name)
        return max(self.votes, int(asks_voter))

    @cached_property
    def groups(self) -> frozenset[str]:
        return self.circle.groups | frozenset(self.one_from_each)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One `[[rules]]` table. `deny` says why a run that matches is never applied by us; `outside`: only on the server's own page."""

    name: str
    line: int = 0
    match: Match = Match()
    demand: Demand = Demand()
    deny: str = ""
    outside: bool = False

    @property
    def leads_outside(self) -> bool:
        """What is critical is decided by the rule's own people, and where it names none, not in Slack."""
        return self.outside or (self.demand.risk is Risk.CRITICAL and not self.demand.circle)
