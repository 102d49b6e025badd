"""Slack as the use cases need it: messages of ours, and who somebody is."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.core.handouts import Handout
from bot.core.pictures import Picture
from bot.core.policy import Person
from bot.core.uploads import SharedFile


class Chat(Protocol):
    """Messages of ours in Slack. Every method raises a ChatTrouble of core/errors and nothing else.

    Where a channel is asked for, a person's id stands for the direct messages with them.
    """

    async def post(
        self, channel: str, picture: Picture, *, key: str, thread_ts: str | None = None, broadcast: bool = False, plain: bool = False
    ) -> str:
        """Post, once; the ts. `key` goes into the metadata. `plain`: text only, for what Slack would not draw.

        `thread_ts` makes it a reply, ThreadClosed where it takes none; `broadcast` shows a reply in the channel too.
        """

    async def update(self, channel: str, ts: str, picture: Picture, *, plain: bool = False) -> None: ...

    async def find(self, channel: str, key: str, since: datetime, *, thread_ts: str | None = None) -> tuple[str, ...]:
        """The ts of our messages with this key in the channel's history, and in a thread, since then, oldest first."""

    async def delete(self, channel: str, ts: str) -> None: ...

    async def join(self, channel: str) -> None:
        """Join a public channel; ChannelClosed where it takes an invitation."""

    async def is_open(self, channel: str) -> bool:
        """Whether we are in the channel and it is not archived; ChannelClosed where we cannot even see it."""

    async def whisper(self, channel: str, person: str, text: str) -> None:
        """Say something in a channel that only this person sees."""

    async def is_shared(self, channel: str) -> bool:
        """Whether people of other companies are in the channel (Slack Connect); ChannelClosed where we cannot see it."""


class Attachments(Protocol):
    async def attach(self, channel: str, handout: Handout, *, thread_ts: str | None = None) -> None:
        """Put a file into a channel, or into a thread there; a ChatTrouble where that cannot be."""


class People(Protocol):
    """Who somebody is. Raises a ChatTrouble."""

    async def person(self, person_id: str, team_id: str) -> Person: ...

    async def members(self, group_id: str) -> frozenset[str]: ...

    async def handle(self, group_id: str) -> str:
        """What people call a user group, without the @; its id where Slack does not know it."""

    async def with_email(self, email: str) -> str:
        """The id of whoever has this address in Slack; "" for nobody, and where our token may not ask."""


class SharedFiles(Protocol):
    """Files that people have put into Slack; their bytes come by the port Files."""

    async def about(self, file_id: str) -> SharedFile:
        """As it is now; FileUnreadable where it is gone, lies elsewhere, or we may not see it. Raises a ChatTrouble besides."""
