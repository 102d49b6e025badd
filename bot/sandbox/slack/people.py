"""The people and user groups of the workspace, and how Slack's API describes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bot.sandbox.slack.errors import Document

Role = Literal["lead", "engineer", "guest", "external", "bot"]


@dataclass
class Person:
    """A member of the workspace (docs: the user object). Guests are `is_restricted`; the deactivated are `deleted`."""

    id: str
    name: str
    real_name: str
    role: Role
    team_id: str
    email: str = ""
    is_admin: bool = False
    is_single_channel_guest: bool = False
    deleted: bool = False
    timezone: str = "Europe/Berlin"
    updated: int = 0

    @property
    def is_guest(self) -> bool:
        return self.role == "guest"

    @property
    def is_external(self) -> bool:
        """Whether they are of another workspace, and here by a channel that is shared (Slack Connect)."""
        return self.role == "external"

    @property
    def is_bot(self) -> bool:
        return self.role == "bot"

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.real_name.split()[:2]).upper()


@dataclass
class UserGroup:
    """A user group (docs: the usergroup object, id `S...`)."""

    id: str
    handle: str
    name: str
    users: list[str] = field(default_factory=list)
    is_disabled: bool = False


def user_document(person: Person, *, with_email: bool) -> Document:
    """The user object of users.info; the address is in it only with the scope users:read.email."""
    profile: Document = {
        "real_name": person.real_name,
        "real_name_normalized": person.real_name,
        "display_name": person.name,
        "display_name_normalized": person.name,
        "team": person.team_id,
        "avatar_hash": "",
    }
    if with_email and person.email and not person.is_external:
        profile["email"] = person.email
    return {
        "id": person.id,
        "team_id": person.team_id,
        "name": person.name,
        "real_name": person.real_name,
        "deleted": person.deleted,
        "tz": person.timezone,
        "tz_label": "Central European Time",
        "tz_offset": 3600,
        "profile": profile,
        "is_admin": person.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": person.is_guest,
        "is_ultra_restricted": person.is_single_channel_guest,
        "is_bot": person.is_bot,
        "is_app_user": False,
        "is_stranger": person.is_external,
        "is_email_confirmed": bool(person.email) and not person.is_external,
        "updated": person.updated,
    }


def group_document(group: UserGroup, team_id: str, *, with_users: bool) -> Document:
    document: Document = {
        "id": group.id,
        "team_id": team_id,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.name,
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "date_delete": 1 if group.is_disabled else 0,
        "user_count": len(group.users),
    }
    if with_users:
        document["users"] = list(group.users)
    return document
