"""Who may do what: the policy that `runbell.toml` says, rights by workspace, and the permission of one person for one wish.

Whether a run may be applied is judged in judging.py, by the same policy.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import assert_never

from bot.core.chains import Chain
from bot.core.freezes import BreakGlass, FreezeWindow
from bot.core.identities import KnownPerson
from bot.core.matching import Rulebook
from bot.core.people import Actor, Circle, Membership, Person, Place, Standing
from bot.core.projects import names_projects
from bot.core.reminders import ReminderRule
from bot.core.rules import Rule
from bot.core.runs import Action
from bot.core.workspaces import Workspace, in_any_capitals, matches

# Whoever asks about a policy speaks of people, too.
__all__ = [
    "WITHOUT_FILE",
    "Actor",
    "Circle",
    "Grant",
    "Membership",
    "Permission",
    "Person",
    "Place",
    "Policy",
    "Right",
    "Standing",
    "permit",
    "right_for",
]


class Right(StrEnum):
    READ = "read"
    START = "start"
    DECIDE = "decide"
    ADMIN = "admin"


def right_for(action: Action) -> Right:
    """The right that doing something to a run asks for."""
    match action:
        case Action.APPLY | Action.OVERRIDE | Action.DISCARD | Action.CANCEL:
            return Right.DECIDE
        case Action.FORCE_CANCEL:
            return Right.ADMIN
        case _:
            assert_never(action)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One `[[rights]]` table: these people, members of these user groups, or all members may do this in these workspaces."""

    may: frozenset[Right]
    workspaces: tuple[str, ...] = ("*",)
    people: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    members: bool = False

    @property
    def circle(self) -> Circle:
        return Circle(people=self.people, groups=self.groups, members=self.members)

    def gives(self, right: Right, workspace: Workspace) -> bool:
        """Whoever may do anything in a workspace may also read it."""
        holds = right in self.may or (right is Right.READ and bool(self.may))
        return holds and any(matches(pattern, workspace) for pattern in self.workspaces)


@dataclass(frozen=True)
class Policy:
    """What `runbell.toml` says of people: rights, rules, who is who, promotion chains.

    `source` is where it stands, for the refusal that says how to change it; `hash` is what tells it from any other policy, and what votes
    are bound to: `reminders` are no part of it. `shared_channels` are those in which people may act although people of other companies
    read along. `zone` is that of times which people type. `hides_values_in` are globs of workspaces whose plans and logs show no values.
    `allowed_uploads` are globs of files that are taken although their kind is refused. No slots: the rules are compiled once, when they
    are first needed.
    """

    grants: tuple[Grant, ...] = ()
    source: str = ""
    rules: tuple[Rule, ...] = ()
    people: tuple[KnownPerson, ...] = ()
    chains: tuple[Chain, ...] = ()
    hash: str = ""
    shared_channels: frozenset[str] = frozenset()
    freezes: tuple[FreezeWindow, ...] = ()
    break_glass: BreakGlass = BreakGlass()  # noqa: RUF009 - frozen
    reminders: tuple[ReminderRule, ...] = ()
    zone: str = "UTC"
    hides_values_in: tuple[str, ...] = ()
    allowed_uploads: tuple[str, ...] = ()

    def shows_values(self, workspace: Workspace) -> bool:
        """Whether values of plans and logs of a workspace may be shown, masked."""
        return not any(in_any_capitals(glob, workspace) for glob in self.hides_values_in)

    @cached_property
    def rulebook(self) -> Rulebook:
        return Rulebook(self.rules)

    @cached_property
    def names_projects(self) -> bool:
        """Whether anything in it goes by the name of a project, so that names have to be known."""
        return names_projects(self.projects)

    @cached_property
    def asks_four_eyes(self) -> bool:
        """Whether any rule wants to know whom a run and its configuration came from."""
        return any(rule.demand.four_eyes for rule in self.rules)

    @property
    def projects(self) -> frozenset[str]:
        """Every project that is named anywhere, by name or id."""
        scopes = [*(freeze.scope for freeze in self.freezes), *(reminder.scope for reminder in self.reminders)]
        return frozenset().union(*(rule.match.projects for rule in self.rules), *(scope.projects for scope in scopes))

    @property
    def groups(self) -> frozenset[str]:
        """Every user group that is named anywhere."""
        return self.granted_groups.union(*(rule.demand.groups for rule in self.rules))

    @property
    def granted_groups(self) -> frozenset[str]:
        """Every user group that has a right anywhere."""
        return frozenset().union(*(grant.groups for grant in self.grants))

    def groups_for(self, right: Right, workspace: Workspace) -> frozenset[str]:
        """The user groups whose membership the permission could hang on."""
        return self.holders(right, workspace).groups

    def holders(self, right: Right, workspace: Workspace) -> Circle:
        """Everybody who has a right in a workspace."""
        circle = Circle()
        for grant in self.grants:
            if grant.gives(right, workspace):
                circle |= grant.circle
        return circle


WITHOUT_FILE = Policy((Grant(may=frozenset({Right.READ}), members=True),), hash="no-file")
"""Where there is no `runbell.toml`: full members may look, nobody may do more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """Whether it is granted, and, where it is not, who could: people and groups by id, or all members."""

    granted: bool
    standing: Standing = Standing.MEMBER
    people: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    members: bool = False
    source: str = ""


def permit(policy: Policy, person: Person, right: Right, workspace: Workspace, membership: Membership) -> Permission:
    """Whether a person has a right; no grant means no, and whoever is not a full member never counts."""
    circle = policy.holders(right, workspace)
    return Permission(
        granted=person.standing is Standing.MEMBER and circle.holds(person.id, membership),
        standing=person.standing,
        people=circle.people,
        groups=circle.groups,
        members=circle.members,
        source=policy.source,
    )
