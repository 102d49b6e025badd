"""Channels and direct messages: who is in them, who may see them, and how Slack's API describes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bot.sandbox.slack.errors import Document
from bot.sandbox.slack.people import Person

ChannelKind = Literal["public", "private", "im", "mpim"]
TYPES: dict[str, ChannelKind] = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}


@dataclass
class Channel:
    """A conversation. `members` keeps the order in which people came; a direct message has the person and the bot."""

    id: str
    name: str
    kind: ChannelKind
    members: list[str] = field(default_factory=list)
    topic: str = ""
    created: int = 0
    creator: str = ""
    is_archived: bool = False
    shared_with: str = ""

    @property
    def is_direct(self) -> bool:
        return self.kind in ("im", "mpim")

    def shows_to(self, person: Person) -> bool:
        """Whether a person may look in: members, and full members of the workspace into public channels."""
        return person.id in self.members or (self.kind == "public" and not person.is_guest and not person.is_external)

    def other_than(self, user_id: str) -> str:
        return next((member for member in self.members if member != user_id), "")


def channel_document(channel: Channel, viewer: str) -> Document:
    """The conversation object of conversations.info, as the bot or person `viewer` sees it."""
    if channel.kind == "im":
        return {
            "id": channel.id,
            "created": channel.created,
            "is_im": True,
            "is_archived": channel.is_archived,
            "is_org_shared": False,
            "user": channel.other_than(viewer),
            "is_user_deleted": False,
            "priority": 0,
        }
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "public",
        "is_group": False,
        "is_im": False,
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "public",
        "is_archived": channel.is_archived,
        "is_general": channel.name == "general",
        "is_shared": bool(channel.shared_with),
        "is_ext_shared": bool(channel.shared_with),
        "is_org_shared": False,
        "is_member": viewer in channel.members,
        "created": channel.created,
        "creator": channel.creator,
        "topic": {"value": channel.topic, "creator": channel.creator, "last_set": channel.created},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "num_members": len(channel.members),
    }


def channel_type(channel: Channel) -> str:
    """The letter or word that events use for the kind of a channel: `C`, `G` for private ones, `D`."""
    return {"public": "C", "private": "G", "im": "D", "mpim": "G"}[channel.kind]
