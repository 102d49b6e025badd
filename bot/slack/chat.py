"""SlackChat, the port Chat over the Web API: it renders the picture, so that nobody else ever sees a block."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.core.errors import ThreadClosed
from bot.core.pace import Pace
from bot.core.pictures import Picture
from bot.slack.cards import render
from bot.slack.channels import read_channel
from bot.slack.clients import Clients
from bot.slack.ids import MESSAGE_EVENT
from bot.slack.installations import asking
from bot.slack.text import TEXT_MOST, cut, escape
from bot.slack.troubles import translated

PEOPLE = ("U", "W")
"""What the id of a person begins with."""

PAGE = 200
PAGES_MOST = 50
"""10,000 messages since a few minutes ago is more than any channel has; the search ends all the same."""


class SlackChat:
    """`bot_id` is our own (`B…`, from auth.test): a message of another app that bears our key is none of ours."""

    def __init__(self, clients: Clients, pace: Pace, bot_id: str) -> None:
        self._posting, self._reading = clients.posting, clients.reading
        self._pace, self._bot_id = pace, bot_id
        self._direct: dict[str, str] = {}

    async def post(
        self, channel: str, picture: Picture, *, key: str, thread_ts: str | None = None, broadcast: bool = False, plain: bool = False
    ) -> str:
        """chat.postMessage has no idempotency key: the metadata is what a post of unknown outcome is found by."""
        said, channel = render(picture, plain=plain), await self._place(channel)
        async with translated(self._pace.post_timeout):
            answer = await self._posting.chat_postMessage(
                channel=channel,
                text=said["text"],
                blocks=said.get("blocks"),
                thread_ts=thread_ts,
                reply_broadcast=True if broadcast and thread_ts else None,
                metadata={"event_type": MESSAGE_EVENT, "event_payload": {"key": key}},
                unfurl_links=False,
                unfurl_media=False,
                link_names=False,
                parse="none",
            )
            return ts_of(answer.get("ts"))

    async def update(self, channel: str, ts: str, picture: Picture, *, plain: bool = False) -> None:
        """Text alone takes the blocks away; the metadata stays as it is (Slack, chat.update)."""
        said, channel = render(picture, plain=plain), await self._place(channel)
        async with translated(self._pace.post_timeout):
            await self._reading.chat_update(
                channel=channel, ts=ts, text=said["text"], blocks=said.get("blocks"), link_names=False, parse="none"
            )

    async def find(self, channel: str, key: str, since: datetime, *, thread_ts: str | None = None) -> tuple[str, ...]:
        """The history shows no replies, except those that were shown in the channel too (Slack, conversations.history)."""
        channel = await self._place(channel)
        found = await self._found(channel, key, since, None)
        if thread_ts is not None:
            with suppress(ThreadClosed):
                found |= await self._found(channel, key, since, thread_ts)
        return tuple(sorted(found, key=Decimal))

    async def _found(self, channel: str, key: str, since: datetime, thread_ts: str | None) -> set[str]:
        found: set[str] = set()
        cursor: str | None = None
        for _ in range(PAGES_MOST):
            page = await self._page(channel, since, cursor, thread_ts)
            found.update(str(message["ts"]) for message in page["messages"] if self._bears(message, key))
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                break
        return found

    async def _page(self, channel: str, since: datetime, cursor: str | None, thread_ts: str | None) -> dict[str, Any]:
        span: dict[str, Any] = {
            "channel": channel,
            "oldest": f"{since.timestamp():.6f}",
            "inclusive": True,
            "include_all_metadata": True,
            "limit": PAGE,
            "cursor": cursor,
        }
        async with translated(self._pace.request_timeout):
            if thread_ts is None:
                answer = await self._reading.conversations_history(**span)
            else:
                answer = await self._reading.conversations_replies(ts=thread_ts, **span)
            return {"messages": list(answer["messages"]), "response_metadata": answer.get("response_metadata")}

    def _bears(self, message: dict[str, Any], key: str) -> bool:
        metadata = message.get("metadata") or {}
        is_ours = message.get("bot_id") == self._bot_id and metadata.get("event_type") == MESSAGE_EVENT
        return is_ours and (metadata.get("event_payload") or {}).get("key") == key

    async def delete(self, channel: str, ts: str) -> None:
        channel = await self._place(channel)
        async with translated(self._pace.post_timeout):
            await self._reading.chat_delete(channel=channel, ts=ts)

    async def join(self, channel: str) -> None:
        async with translated(self._pace.request_timeout):
            await self._reading.conversations_join(channel=channel)

    async def is_open(self, channel: str) -> bool:
        found = await read_channel(self._reading, channel, self._pace.request_timeout)
        return found.is_member and not found.is_archived

    async def is_shared(self, channel: str) -> bool:
        return (await read_channel(self._reading, channel, self._pace.request_timeout)).is_shared

    async def _place(self, channel: str) -> str:
        """The channel, or the direct messages with a person: they are opened before they are written to, and do not change."""
        if not channel.startswith(PEOPLE):
            return channel
        if channel not in self._direct:
            async with asking(self._pace.request_timeout):
                opened = await self._reading.conversations_open(users=channel)
                self._direct[channel] = str(opened["channel"]["id"])
        return self._direct[channel]

    async def whisper(self, channel: str, person: str, text: str) -> None:
        """`text` is outside text and never parsed."""
        async with translated(self._pace.post_timeout):
            await self._posting.chat_postEphemeral(
                channel=channel, user=person, text=escape(cut(text, TEXT_MOST // 5)), link_names=False, parse="none"
            )


def ts_of(value: object) -> str:
    """A message's address; an answer without one leaves the outcome of a post unknown."""
    if not isinstance(value, str) or not value:
        raise TypeError("no ts")
    return value
