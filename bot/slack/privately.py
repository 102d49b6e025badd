"""What one person sees and nobody else: modals, and words said to them in a channel, or in direct messages where that cannot be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import ChatRefused, ChatTrouble, NoTrigger
from bot.core.pace import Pace
from bot.slack.blocks import Block, Said, section
from bot.slack.clients import Clients
from bot.slack.troubles import translated

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """A modal that stands before somebody; `hash` is of what it shows now, "" where Slack did not say."""

    view_id: str
    hash: str = ""


class Privately:
    def __init__(self, clients: Clients, pace: Pace) -> None:
        self._client: AsyncWebClient = clients.posting
        self._pace = pace

    async def open(self, trigger_id: str, view: Block) -> Shown:
        """Put a modal before whoever clicked; ChatRefused where more than three seconds have passed since (Slack, views.open)."""
        if not trigger_id:
            raise NoTrigger
        async with translated(self._pace.post_timeout):
            return shown(await self._client.views_open(trigger_id=trigger_id, view=view))

    async def push(self, trigger_id: str, view: Block) -> Shown:
        """Put a modal on top of the one that was clicked in; three lie on each other at most (Slack, views.push)."""
        async with translated(self._pace.post_timeout):
            return shown(await self._client.views_push(trigger_id=trigger_id, view=view))

    async def update(self, known: Shown, view: Block) -> Shown:
        """Change an open modal; ChatRefused where it was closed, or has changed since `known`, if that has a hash (Slack, views.update)."""
        async with translated(self._pace.post_timeout):
            return shown(await self._client.views_update(view_id=known.view_id, hash=known.hash or None, view=view))

    async def tell(self, channel: str, person: str, said: Said, *, thread_ts: str = "") -> bool:
        """Say it where they are, else in direct messages; what cannot be said is in the log, without its words. Whether it was said."""
        try:
            await self._whisper(channel, person, said, thread_ts)
        except ChatRefused:
            return await self._write_to(person, said)
        except ChatTrouble as trouble:
            log.warning("not_told", person=person, error=trouble.sentence)
            return False
        return True

    async def write(self, channel: str, said: Said, *, thread_ts: str = "") -> bool:
        """Say it in direct messages that are open already; what cannot be said is in the log. Whether it was said."""
        try:
            await self._post(channel, said, thread_ts)
        except ChatTrouble as trouble:
            log.warning("not_told", channel=channel, error=trouble.sentence)
            return False
        return True

    async def edit(self, channel: str, ts: str, said: Said) -> bool:
        """Put it in the place of a message of ours in direct messages (Slack, chat.update); False where Slack does not let us."""
        try:
            async with translated(self._pace.post_timeout):
                # Blocks are always sent: with text alone Slack would take the old ones away, or keep them (chat.update).
                blocks = said.get("blocks") or [section(said["text"])]
                await self._client.chat_update(channel=channel, ts=ts, text=said["text"], blocks=blocks, link_names=False, parse="none")
        except ChatTrouble as trouble:
            log.warning("not_edited", channel=channel, error=trouble.sentence)
            return False
        return True

    async def _whisper(self, channel: str, person: str, said: Said, thread_ts: str) -> None:
        async with translated(self._pace.post_timeout):
            await self._client.chat_postEphemeral(
                channel=channel,
                user=person,
                text=said["text"],
                blocks=said.get("blocks"),
                thread_ts=thread_ts or None,
                link_names=False,
                parse="none",
            )

    async def _write_to(self, person: str, said: Said) -> bool:
        try:
            async with translated(self._pace.post_timeout):
                opened = await self._client.conversations_open(users=person)
                channel = str(opened["channel"]["id"])
            await self._post(channel, said)
        except ChatTrouble as trouble:
            log.warning("not_told", person=person, error=trouble.sentence)
            return False
        return True

    async def _post(self, channel: str, said: Said, thread_ts: str = "") -> None:
        async with translated(self._pace.post_timeout):
            await self._client.chat_postMessage(
                channel=channel,
                text=said["text"],
                blocks=said.get("blocks"),
                thread_ts=thread_ts or None,
                unfurl_links=False,
                unfurl_media=False,
            )


def shown(answer: Any) -> Shown:
    view = answer["view"]
    return Shown(view["id"], str(view.get("hash") or ""))
