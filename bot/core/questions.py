"""The question that a verdict answers: everything that it hangs on, as it is at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from bot.core.contents import UNREAD, PlanRisk
from bot.core.freezes import Freeze
from bot.core.identities import Identities, Inherited, Origins
from bot.core.people import Membership, Person
from bot.core.policy import Policy
from bot.core.runs import Action, Run
from bot.core.votes import Vote
from bot.core.workspaces import Workspace

NAMELESS = Identities()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Everything that a verdict hangs on.

    `digest` is that of the plan as read now. `people` holds each voter as read afresh; a voter who is absent could not be read.
    `inherited` are the people whom the run came from besides `origins`, through what it took over. `applied_in` holds full names of
    workspaces that have applied the run's configuration. `freezes` are those in force that cover it.
    """

    policy: Policy
    action: Action
    run: Run
    workspace: Workspace
    now: datetime
    plan: PlanRisk = UNREAD
    digest: str = ""
    votes: tuple[Vote, ...] = ()
    people: Mapping[str, Person] = field(default_factory=lambda: MappingProxyType({}))
    membership: Membership = field(default_factory=lambda: MappingProxyType({}))
    identities: Identities = NAMELESS
    origins: Origins = field(default_factory=lambda: MappingProxyType({}))
    inherited: Inherited = ()
    freezes: tuple[Freeze, ...] = ()
    applied_in: frozenset[str] = frozenset()
