"""What Slack shows beside messages: the Home tab of one person, and what a link in somebody's message unfolds to."""

from __future__ import annotations

from collections.abc import Mapping

from slack_sdk.web.async_client import AsyncWebClient

from bot.core.pace import Pace
from bot.slack.blocks import Block
from bot.slack.clients import Clients
from bot.slack.troubles import translated


class Surfaces:
    def __init__(self, clients: Clients, pace: Pace) -> None:
        self._client: AsyncWebClient = clients.reading
        self._pace = pace

    async def publish(self, person: str, view: Block, known: str = "") -> None:
        """Set somebody's Home tab. ChatRefused with `hash_conflict` where it has changed since `known` (Slack, views.publish)."""
        async with translated(self._pace.request_timeout):
            await self._client.views_publish(user_id=person, view=view, hash=known or None)

    async def unfurl(self, channel: str, ts: str, unfurls: Mapping[str, Block]) -> None:
        """By the very links that Slack told of; a channel need not have us in it (Slack, chat.unfurl)."""
        async with translated(self._pace.request_timeout):
            await self._client.chat_unfurl(channel=channel, ts=ts, unfurls=dict(unfurls))
