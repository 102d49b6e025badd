"""Files in channels and threads, against the sandbox's Slack: what it limits is waited for, what it refuses is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.core.errors import ChannelClosed, ChatRateLimited, ChatRefused
from bot.core.handouts import Handout, What
from bot.core.pace import Pace
from bot.sandbox.slack.server import SlackServer, open_slack
from bot.slack.attachments import SlackAttachments
from bot.slack.clients import Clients
from tests.slack.pictures import LINK, PROD, run

COMPLETE = "files.completeUploadExternal"


@asynccontextmanager
async def opened(waits: list[float] | None = None) -> AsyncIterator[tuple[SlackServer, SlackAttachments]]:
    async def wait(seconds: float) -> None:
        (waits if waits is not None else []).append(seconds)

    async with open_slack() as server, aiohttp.ClientSession() as session:
        server.state.team.channels["C0DEPLOYS"].members.append("U0RUNBELL")
        yield server, SlackAttachments(Clients.of(server.card()["bot_token"], session, server.api), Pace(), wait)


def handout(folder: Path) -> Handout:
    path = folder / "plan.txt"
    path.write_text("what it says\n", encoding="utf-8")
    return Handout(what=What.PLAN, run=run(), workspace=PROD, link=LINK, person="U0ANA", path=path)


async def files(server: SlackServer) -> list[Any]:
    """Slack shows a file a moment after it has said yes."""
    await asyncio.sleep(0.1)
    return [message for message in server.state.log.all_in("C0DEPLOYS") if message.files]


async def test_a_file_is_shown_in_a_channel_and_in_a_thread(tmp_path: Path) -> None:
    async with opened() as (server, attachments):
        await attachments.attach("C0DEPLOYS", handout(tmp_path))
        [message] = await files(server)
        assert message.files[0].name == f"storefront-prod-{run().id}-plan.txt"
        assert message.files[0].content == b"what it says\n"

        await attachments.attach("C0DEPLOYS", handout(tmp_path), thread_ts=message.ts)
        assert [one.thread_ts for one in await files(server)] == [message.ts, message.ts]


async def test_a_limit_is_waited_for_a_few_times(tmp_path: Path) -> None:
    waits: list[float] = []
    async with opened(waits) as (server, attachments):
        server.state.faults.add({"side": "slack", "match": COMPLETE, "kind": "refused", "error": "ratelimited", "times": 1})
        await attachments.attach("C0DEPLOYS", handout(tmp_path))
        assert len(await files(server)) == 1
        assert len(waits) == 1

        server.state.faults.add({"side": "slack", "match": COMPLETE, "kind": "refused", "error": "ratelimited", "times": 3})
        with pytest.raises(ChatRateLimited):
            await attachments.attach("C0DEPLOYS", handout(tmp_path))
        assert len(waits) == 3
        assert len(await files(server)) == 1


async def test_what_slack_refuses_is_told_and_shows_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened() as (server, attachments):
        with pytest.raises(ChannelClosed):
            await attachments.attach("C0NOWHERE", handout(tmp_path))
        monkeypatch.setattr(server.state.files, "receive", lambda _ticket, _content: False)
        with pytest.raises(ChatRefused, match="upload_failed"):
            await attachments.attach("C0DEPLOYS", handout(tmp_path))
        assert await files(server) == []
