"""Slash commands as Slack sends them, signed, ten at a time; and how long each takes until it is acknowledged."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

AT_A_TIME = 10


@dataclass(slots=True)
class Caller:
    """Types `/tf runs` as one person. `responses` is where the answers go."""

    session: aiohttp.ClientSession
    card: Mapping[str, Any]
    team: str
    responses: str
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    async def ack(self, url: str, text: str = "runs dns") -> float:
        """Seconds until the command is acknowledged."""
        body = self.body(text).encode()
        headers = signed(self.card["slack"]["signing_secret"], body)
        began = time.perf_counter()
        async with self.session.post(url, data=body, headers=headers) as answer:
            await answer.read()
            took = time.perf_counter() - began
            if answer.status != 200:
                raise RuntimeError(f"{url} answered {answer.status}")
        return took

    def body(self, text: str) -> str:
        person, channel = self.card["slack"]["people"][0], self.card["slack"]["channels"][0]
        return urlencode(
            {
                "command": "/tf",
                "text": text,
                "team_id": self.team,
                "user_id": person["id"],
                "user_name": person["name"],
                "channel_id": channel["id"],
                "channel_name": channel["name"],
                "response_url": self.responses,
                "trigger_id": f"bench.{next(self.numbers)}",
            }
        )

    async def acks(self, url: str, count: int) -> list[float]:
        """`count` acks with ten commands under way at any moment, in seconds."""
        numbers = iter(range(count))

        async def one_of_ten() -> list[float]:
            return [await self.ack(url) for _ in numbers]

        return list(itertools.chain(*await asyncio.gather(*(one_of_ten() for _ in range(AT_A_TIME)))))


def signed(secret: str, body: bytes) -> dict[str, str]:
    """Slack's headers for a request ("Verifying requests from Slack")."""
    now = str(int(time.time()))
    digest = hmac.new(secret.encode(), b"v0:" + now.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": f"v0={digest}", "Content-Type": "application/x-www-form-urlencoded"}


@asynccontextmanager
async def calling(card: Mapping[str, Any]) -> AsyncIterator[Caller]:
    """A caller, and a server that takes the answers to what it typed."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_A_TIME)) as session:
        caller = Caller(session, card, await team_of(session, card), "")

        async def answer(_: web.Request) -> web.Response:
            return web.Response(text="ok")

        app = web.Application()
        app.router.add_post("/{rest:.*}", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            caller.responses = f"http://127.0.0.1:{runner.addresses[0][1]}/response"
            yield caller
        finally:
            await runner.cleanup()


async def team_of(session: aiohttp.ClientSession, card: Mapping[str, Any]) -> str:
    slack = card["slack"]
    async with session.post(f"{slack['api']}auth.test", headers={"Authorization": f"Bearer {slack['bot_token']}"}) as answer:
        return str((await answer.json())["team_id"])


def p99(seconds: list[float]) -> float:
    """The 99th percentile, in milliseconds."""
    return 1000 * sorted(seconds)[max(0, -(-len(seconds) * 99 // 100) - 1)]
