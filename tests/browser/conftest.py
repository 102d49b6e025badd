"""Chromium for the tests that look at the page: one browser a session, a fresh profile for each page, nothing but loopback."""

from __future__ import annotations

import asyncio
import os
import shutil
from asyncio.subprocess import Process
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import Browser, async_playwright, expect

from bot import demos
from bot.demos import Demo, child_environment, end
from bot.manifests import manifest
from bot.sandbox.world import WorldOptions, open_world
from tests.browser.fake_person import FakePerson, serve_fake
from tests.browser.visits import Scheme, Visit, Visiting
from tests.scenes.applies import Bot
from tests.worlds import demand_decided_in

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

NO_SKIP = os.environ.get("RUNBELL_TEST_NO_SKIP") == "1"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
WAIT_MS = 30_000


def chromium_path() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
async def chromium(anyio_backend: str) -> AsyncIterator[Browser]:
    assert anyio_backend == "asyncio"
    path = chromium_path()
    if path is None:
        reason = "Chromium is not installed"
        (pytest.fail if NO_SKIP else pytest.skip)(reason)
    expect.set_options(timeout=WAIT_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
async def fake() -> AsyncIterator[FakePerson]:
    async with serve_fake() as person:
        yield person


@pytest.fixture
def visit(chromium: Browser) -> Visiting:
    """Opens an address: `async with visit(address, width=1280, scheme="light") as seen`.

    No other host can be reached, and asking for one fails the test.
    """

    @asynccontextmanager
    async def visiting(address: str, *, width: int = 1280, height: int = 860, scheme: Scheme = "light") -> AsyncIterator[Visit]:
        context = await chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, has_touch=width < 600)
        context.set_default_timeout(WAIT_MS)
        seen = Visit(await context.new_page())
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        seen.page.on("console", lambda said: seen.complaints.append(said.text) if said.type in ("error", "warning") else None)
        await seen.page.goto(address)
        yield seen
        await context.close()
        own = (address.split("#", 1)[0].rstrip("/") + "/", "data:")
        assert [asked for asked in seen.requests if not asked.startswith(own)] == []

    return visiting


@pytest.fixture
async def demo(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """What `runbell demo` opens, the bot ten times as fast; the page's address."""
    bots: set[Bot] = set()

    def quick(*facts: Any) -> dict[str, str]:
        environment = child_environment(*facts) | {"RUNBELL_TEST_SPEED": "10"}
        bots.add(Bot.of(environment))
        return environment

    async def ended(child: Process) -> None:
        # Each apply is looked up here: the demo removes its database as soon as the bot has ended.
        await end(child)
        await demand_decided_in(world, bots)

    monkeypatch.setattr(demos, "child_environment", quick)
    monkeypatch.setattr(demos, "end", ended)
    options = WorldOptions(slack_port=0, runs_api_port=0, blob_port=0, engine="scripted", speed=4, manifest=manifest(address="localhost"))
    async with open_world(options) as world:
        shown, stop = Demo(world.card()), asyncio.Event()
        world.slack.offer_restart(shown.restart)
        running = asyncio.ensure_future(shown.run(stop))
        try:
            yield world.card()["page"]
        finally:
            stop.set()
            assert await running is True
