"""Who may do what: rights by workspace, and the verdict on one wish of one person. No input or output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from bot.core.runs import Action
from bot.core.workspaces import Workspace, matches


class Right(StrEnum):
    READ = "read"
    START = "start"
    DECIDE = "decide"
    ADMIN = "admin"


def right_for(action: Action) -> Right:
    """The right that doing something to a run asks for."""
    match action:
        case Action.APPLY | Action.DISCARD | Action.CANCEL:
            return Right.DECIDE
        case _:
            assert_never(action)


class Standing(StrEnum):
    """What somebody is to our Slack workspace; only a member ever counts."""

    MEMBER = "member"
    GUEST = "guest"
    STRANGER = "stranger"
    DEACTIVATED = "deactivated"
    APP = "app"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who acts in Slack; `id` comes from the signed payload, `name` is for display only."""

    id: str
    name: str
    standing: Standing = Standing.MEMBER


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One `[[rights]]` table: these people, members of these user groups, or all members may do this in these workspaces."""

    may: frozenset[Right]
    workspaces: tuple[str, ...] = ("*",)
    people: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    members: bool = False

    def gives(self, right: Right, workspace: Workspace) -> bool:
        """Whoever may do anything in a workspace may also read it."""
        holds = right in self.may or (right is Right.READ and bool(self.may))
        return holds and any(matches(pattern, workspace) for pattern in self.workspaces)


@dataclass(frozen=True, slots=True)
class Policy:
    """All grants, and where they stand (for the refusal that says how to change them)."""

    grants: tuple[Grant, ...] = ()
    source: str = ""

    @property
    def groups(self) -> frozenset[str]:
        return frozenset().union(*(grant.groups for grant in self.grants))

    def groups_for(self, right: Right, workspace: Workspace) -> frozenset[str]:
        """The user groups whose membership the verdict could hang on."""
        return frozenset().union(*(grant.groups for grant in self.grants if grant.gives(right, workspace)))


WITHOUT_FILE = Policy((Grant(may=frozenset({Right.READ}), members=True),))
"""Where there is no `runbell.toml`: full members may look, nobody may do more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether it is granted, and, where it is not, who could: people and groups by id, or all members."""

    granted: bool
    standing: Standing = Standing.MEMBER
    people: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    members: bool = False
    source: str = ""


Membership = Mapping[str, frozenset[str]]
"""User group id to the ids of its people, as read afresh; a group that could not be read is absent and counts for nobody."""


def decide(policy: Policy, person: Person, right: Right, workspace: Workspace, membership: Membership) -> Verdict:
    """Whether a person may; no grant means no, and whoever is not a full member never counts."""
    grants = [grant for grant in policy.grants if grant.gives(right, workspace)]
    granted = person.standing is Standing.MEMBER and any(covers(grant, person, membership) for grant in grants)
    return Verdict(
        granted=granted,
        standing=person.standing,
        people=frozenset().union(*(grant.people for grant in grants)),
        groups=frozenset().union(*(grant.groups for grant in grants)),
        members=any(grant.members for grant in grants),
        source=policy.source,
    )


def covers(grant: Grant, person: Person, membership: Membership) -> bool:
    in_group = any(person.id in membership.get(group, frozenset()) for group in grant.groups)
    return grant.members or person.id in grant.people or in_group


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in Slack somebody acts: a channel's id, and its name for people to read."""

    channel: str
    channel_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who sent a signed payload: the ids are to be trusted, the name is for display only."""

    id: str
    team_id: str
    name: str = ""
