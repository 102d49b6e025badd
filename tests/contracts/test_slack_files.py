"""Files in Slack over both of its ways: what the Web API tells of one, and its bytes from where they are kept."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from bot.core.errors import FileUnreadable
from bot.core.pace import Pace
from bot.sandbox.slack.server import SlackServer, open_slack
from bot.slack.clients import Clients
from bot.slack.shared_files import SlackSharedFiles
from bot.terraform.connections import Way, trusted_by
from bot.terraform.slack_files import SlackFiles

WAY = Way(timeout=5.0, user_agent="runbell/test", trusted=trusted_by(None))
TEXT = b'output "a" { value = 1 }\n'


@dataclass
class Files:
    server: SlackServer
    shared: SlackSharedFiles
    token: str
    session: aiohttp.ClientSession

    async def dropped(self, channel: str, name: str = "main.tf") -> str:
        """The id of a file that Ana puts into a channel."""
        url = self.server.api.replace("/api/", "/_person/upload")
        body = {"as": "U0ANA", "channel": channel, "name": name, "content": TEXT.decode()}
        async with self.session.post(url, json=body, headers={"X-Sandbox-Secret": self.server.secret}) as answer:
            return str((await answer.json())["file"]["id"])


@asynccontextmanager
async def opened() -> AsyncIterator[Files]:
    async with open_slack() as server, aiohttp.ClientSession() as session:
        token = server.card()["bot_token"]
        clients = Clients.of(token, session, server.api)
        await clients.posting.conversations_join(channel="C0DEPLOYS")
        yield Files(server, SlackSharedFiles(clients, Pace()), token, session)


async def test_a_file_is_told_of_and_fetched_with_the_bots_token(tmp_path: Path) -> None:
    async with opened() as files, aclosing(SlackFiles(files.server.api, files.token, WAY)) as slack:
        found = await files.shared.about(await files.dropped("C0DEPLOYS"))
        assert (found.name, found.size) == ("main.tf", len(TEXT))
        assert await slack.fetch(found.url, tmp_path / "file", 1000, "“main.tf”", time.monotonic() + 5) == len(TEXT)
        assert (tmp_path / "file").read_bytes() == TEXT


async def test_a_file_of_a_channel_that_we_are_not_in_is_not_ours_to_see() -> None:
    async with opened() as files:
        with pytest.raises(FileUnreadable, match="invite me"):
            await files.shared.about(await files.dropped("C0SECRET"))


async def test_slacks_page_to_sign_in_is_no_configuration(tmp_path: Path) -> None:
    async with opened() as files, aclosing(SlackFiles(files.server.api, "xoxb-of-nobody", WAY)) as slack:
        found = await files.shared.about(await files.dropped("C0DEPLOYS"))
        with pytest.raises(FileUnreadable, match=r"page to sign in.+files:read"):
            await slack.fetch(found.url, tmp_path / "file", 1000, "“main.tf”", time.monotonic() + 5)
