"""How fast the sandbox's Slack server is: messages posted to it, and envelopes to one Bolt app and back. A few seconds in all."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from tests.benchmarks.processes import START_MOST, process, sandbox, slack_settings
from tests.benchmarks.rates import Rate, print_rates

ROUNDS = 3
WARM_UP = 50
MESSAGES = 300
ENVELOPES = 200
AT_A_TIME = 10
Deed = Callable[[], Awaitable[None]]


async def main() -> None:
    print_rates(await measure(), f"{ROUNDS} rounds, {AT_A_TIME} at a time; {os.cpu_count()} CPUs")


async def measure() -> list[Rate]:
    """Both rates, each with the server in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="runbell-bench-") as name:
        folder = Path(name)
        async with sandbox(folder) as card, _session(card) as session:
            messages = await _rounds(_posting(card, session), MESSAGES)
            async with _bolt_app(card, folder, session):
                envelopes = await _rounds(_typing(card, session), ENVELOPES)
    return [
        Rate("messages through the sandbox's Slack server", "a second", messages),
        Rate("envelopes to one Bolt app and acked", "a second", envelopes),
    ]


async def _rounds(deed: Deed, count: int) -> tuple[float, ...]:
    await _many(deed, WARM_UP)
    rates: list[float] = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await _many(deed, count)
        rates.append(count / (time.perf_counter() - began))
    return tuple(rates)


async def _many(deed: Deed, count: int) -> None:
    numbers = iter(range(count))

    async def some() -> None:
        for _ in numbers:
            await deed()

    await asyncio.gather(*(some() for _ in range(AT_A_TIME)))


@asynccontextmanager
async def _session(card: Mapping[str, Any]) -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"Authorization": f"Bearer {card['slack']['bot_token']}", "X-Sandbox-Secret": card["secret"]}
    async with aiohttp.ClientSession(headers=headers, connector=aiohttp.TCPConnector(limit=AT_A_TIME)) as session:
        await _asked(session, f"{card['slack']['api']}conversations.join", {"channel": "C0DEPLOYS"})
        yield session


@asynccontextmanager
async def _bolt_app(card: Mapping[str, Any], folder: Path, session: aiohttp.ClientSession) -> AsyncIterator[None]:
    """The app, as soon as it is connected."""
    environment = slack_settings(card) | {"SLACK_APP_TOKEN": card["slack"]["app_token"]}
    async with process("-m", "tests.benchmarks.socket_app", folder=folder, environment=environment):
        async with asyncio.timeout(START_MOST):
            while (await _world(card, session))["connected"] != 1:
                await asyncio.sleep(0.05)
        yield


async def _world(card: Mapping[str, Any], session: aiohttp.ClientSession) -> dict[str, Any]:
    async with session.get(_person(card, "world")) as response:
        world: dict[str, Any] = await response.json()
        return world


def _posting(card: Mapping[str, Any], session: aiohttp.ClientSession) -> Deed:
    text = {"type": "mrkdwn", "text": "*storefront-prod* waits for a decision"}
    body = {"channel": "C0DEPLOYS", "text": "A run", "blocks": [{"type": "section", "text": text}]}
    return lambda: _asked(session, f"{card['slack']['api']}chat.postMessage", body)


def _typing(card: Mapping[str, Any], session: aiohttp.ClientSession) -> Deed:
    body = {"as": "U0ANA", "channel": "C0DEPLOYS", "text": "/tf runs"}
    return lambda: _asked(session, _person(card, "command"), body)


def _person(card: Mapping[str, Any], path: str) -> str:
    return str(card["slack"]["api"]).replace("/api/", f"/_person/{path}")


async def _asked(session: aiohttp.ClientSession, url: str, body: Mapping[str, Any]) -> None:
    async with session.post(url, json=body) as response:
        document = await response.json()
    if not document["ok"]:
        raise RuntimeError(f"{url} answered {document}")


if __name__ == "__main__":
    asyncio.run(main())
