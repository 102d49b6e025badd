"""People in Slack as rules see them: who acts, what they are to our Slack workspace, and circles of people and user groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Standing(StrEnum):
    """What somebody is to our Slack workspace; only a member ever counts."""

    MEMBER = "member"
    GUEST = "guest"
    STRANGER = "stranger"
    DEACTIVATED = "deactivated"
    APP = "app"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who acts in Slack; `id` comes from the signed payload, `name` is for display only.

    `email` is "" where the token may not see it.
    """

    id: str
    name: str
    standing: Standing = Standing.MEMBER
    email: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in Slack somebody acts: a channel's id, and its name for people to read.

    `permalink` leads to the message that they act on, where there is one, and `ts` is that message's in this channel.
    """

    channel: str
    channel_name: str = ""
    permalink: str = ""
    ts: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who sent a signed payload: the ids are to be trusted, the name is for display only."""

    id: str
    team_id: str
    name: str = ""


NONE: frozenset[str] = frozenset()

Membership = Mapping[str, frozenset[str]]
"""User group id to the ids of its people, as read afresh; a group that could not be read is absent and counts for nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """Some people by Slack id, everybody in some user groups, or (`members`) every full member. False where it is nobody at all."""

    people: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    members: bool = False

    def __bool__(self) -> bool:
        return self.members or bool(self.people) or bool(self.groups)

    def __or__(self, other: Circle) -> Circle:
        return Circle(people=self.people | other.people, groups=self.groups | other.groups, members=self.members or other.members)

    def is_within(self, other: Circle) -> bool:
        """Whether everybody in it is in the other by what both say, whoever the groups hold."""
        return other.members or (not self.members and self.people <= other.people and self.groups <= other.groups)

    def holds(self, person_id: str, membership: Membership) -> bool:
        """Whether a person is in it; that they are a full member is for the caller to know."""
        if self.members or person_id in self.people:
            return True
        for group in self.groups:  # noqa: SIM110 - asked thousands of times for one verdict, and quicker so
            if person_id in membership.get(group, NONE):
                return True
        return False


NOBODY = Circle()
