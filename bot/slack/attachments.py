"""SlackAttachments, the port Attachments: files in channels, sent in Slack's three steps."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from slack_sdk.errors import SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import ChatRateLimited, ChatRefused
from bot.core.handouts import Handout, What
from bot.core.pace import Pace
from bot.slack.clients import Clients
from bot.slack.text import code, escape, link, mention
from bot.slack.troubles import translated

NOUN = {What.PLAN: "plan", What.LOG: "log"}
TRIES = 3
WAIT_MOST = 10.0
"""Seconds that somebody who has asked for a file is kept waiting for Slack's limits, each time."""


class SlackAttachments:
    def __init__(self, clients: Clients, pace: Pace, wait: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._client: AsyncWebClient = clients.posting
        self._pace, self._wait = pace, wait

    async def attach(self, channel: str, handout: Handout, *, thread_ts: str | None = None) -> None:
        """Once, in all its steps: nobody sees a file of which the last one failed. It is shown a moment later.

        A channel takes a message a second, and the painter posts there, too; what was refused for that was not done.
        """
        content = await asyncio.to_thread(handout.path.read_bytes)
        for left in reversed(range(TRIES)):
            try:
                await self._upload(channel, handout, content, thread_ts)
            except ChatRateLimited as limited:
                if not left or limited.retry_after > WAIT_MOST:
                    raise
                await self._wait(limited.retry_after)
            else:
                return

    async def _upload(self, channel: str, handout: Handout, content: bytes, thread_ts: str | None) -> None:
        async with translated(self._pace.post_timeout * 3):
            try:
                await self._client.files_upload_v2(
                    channel=channel,
                    thread_ts=thread_ts,
                    filename=handout.file_name,
                    title=handout.file_name,
                    content=content,
                    initial_comment=comment(handout),
                )
            except SlackRequestError as error:
                raise ChatRefused("upload_failed") from error


def comment(handout: Handout) -> str:
    """What stands above the file: whose it is, who asked for it, and what it lacks."""
    run = link(handout.link, handout.run.id)
    head = f"📄 The {NOUN[handout.what]} of {run} of {code(handout.workspace.full_name)}"
    return "\n".join([f"{head}, for {mention(handout.person)}", *map(escape, handout.notes)])
