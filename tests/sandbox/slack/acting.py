"""A person at the sandbox, by its `/_person/` interface, for tests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from bot.sandbox.slack.server import SlackServer

Document = dict[str, Any]
LOOK_SECONDS = 0.01


class Acting:
    """Does and sees what one person does and sees."""

    def __init__(self, session: aiohttp.ClientSession, slack: SlackServer, user: str = "U0ANA") -> None:
        self._session = session
        self._slack = slack
        self.user = user

    def as_(self, user: str) -> Acting:
        return Acting(self._session, self._slack, user)

    async def get(self, path: str, **query: str) -> Document:
        async with self._session.get(f"{self._slack.url}/_person/{path}", params=query) as response:
            return await self._document(response)

    async def post(self, path: str, **body: Any) -> Document:
        async with self._session.post(f"{self._slack.url}/_person/{path}", json={"as": self.user, **body}) as response:
            return await self._document(response)

    async def delete(self, path: str) -> Document:
        async with self._session.delete(f"{self._slack.url}/_person/{path}") as response:
            return await self._document(response)

    async def messages(self, channel: str = "C0DEPLOYS", **query: str) -> list[Document]:
        answer = await self.get("messages", channel=channel, **{"as": self.user, **query})
        assert answer["ok"], answer
        return list(answer["messages"])

    async def texts(self, channel: str = "C0DEPLOYS", **query: str) -> list[str]:
        return [message["text"] for message in await self.messages(channel, **query)]

    async def command(self, text: str, channel: str = "C0DEPLOYS") -> Document:
        return await self.post("command", channel=channel, text=text)

    async def fault(self, match: str, kind: str, **more: Any) -> Document:
        return await self.post("faults", match=match, kind=kind, **more)

    @asynccontextmanager
    async def stream(self) -> AsyncIterator[Callable[[], Any]]:
        """The person's stream: calling what it gives waits for the next event."""
        async with self._session.get(f"{self._slack.url}/_person/stream", params={"as": self.user}) as response:

            async def next_event() -> Document:
                async with asyncio.timeout(3):
                    event: Document = json.loads(await response.content.readline())
                    return event

            yield next_event

    async def _document(self, response: aiohttp.ClientResponse) -> Document:
        assert response.status == 200, await response.text()
        document: Document = await response.json()
        return document


async def eventually(look: Callable[[], Any], seconds: float = 3.0) -> Any:
    """What `look` gives once that is something; the test fails where it stays nothing."""
    for _ in range(int(seconds / LOOK_SECONDS)):
        if found := await look():
            return found
        await asyncio.sleep(LOOK_SECONDS)
    raise AssertionError(f"nothing came in {seconds} s")
