"""What Slack shows beside messages: the Home tab of one person, and what a link unfolds to; and what a thread is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.core.messages import run_of_key
from bot.core.pace import Pace
from bot.slack.blocks import Block
from bot.slack.clients import Clients
from bot.slack.ids import MESSAGE_EVENT
from bot.slack.troubles import translated


class Surfaces:
    def __init__(self, clients: Clients, pace: Pace) -> None:
        self._client: AsyncWebClient = clients.reading
        self._pace = pace

    async def publish(self, person: str, view: Block, known: str = "") -> None:
        """Set somebody's Home tab. ChatRefused with `hash_conflict` where it has changed since `known` (Slack, views.publish)."""
        async with translated(self._pace.request_timeout):
            await self._client.views_publish(user_id=person, view=view, hash=known or None)

    async def run_of_thread(self, channel: str, thread_ts: str, app_user: str) -> str:
        """The run of the message of ours that heads a thread, "" where it is another's or about none (Slack, conversations.replies)."""
        async with translated(self._pace.request_timeout):
            answer = await self._client.conversations_replies(channel=channel, ts=thread_ts, limit=1, include_all_metadata=True)
            head: Mapping[str, Any] = next(iter(answer.get("messages") or ()), {})
        metadata = head.get("metadata") or {}
        is_ours = head.get("user") == app_user and metadata.get("event_type") == MESSAGE_EVENT
        key = (metadata.get("event_payload") or {}).get("key") if is_ours else ""
        return run_of_key(key) if isinstance(key, str) else ""

    async def unfurl(self, channel: str, ts: str, unfurls: Mapping[str, Block]) -> None:
        """By the very links that Slack told of; a channel need not have us in it (Slack, chat.unfurl)."""
        async with translated(self._pace.request_timeout):
            await self._client.chat_unfurl(channel=channel, ts=ts, unfurls=dict(unfurls))
