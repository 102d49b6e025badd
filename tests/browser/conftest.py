"""Chromium for the tests that look at the page: one browser a session, a tab for each page, nothing but loopback.

Pages of a kind share a profile, which forgets everything about an address when its page is closed.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, cast

import pytest
from playwright.async_api import Browser, async_playwright, expect

from bot.demos import Demo, child_environment
from bot.manifests import manifest
from bot.sandbox.world import WorldOptions, open_world
from tests.browser.fake_person import FakePerson, serve_fake
from tests.browser.visits import WAIT_MS, Profiles, Scheme, Visit, Visiting
from tests.scenes.applies import Bot
from tests.scenes.nursery import nursery
from tests.worlds import demand_decided_in

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.sandbox.world import World

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
    "--process-per-site",  # a renderer begins with a second of work, so the pages of a profile share one
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


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


@pytest.fixture(scope="session")
def profiles(chromium: Browser) -> Profiles:
    return Profiles(chromium)


@pytest.fixture
def visit(profiles: Profiles) -> Visiting:
    """Opens an address: `async with visit(address, width=1280, scheme="light") as seen`.

    No other host can be reached, and asking for one fails the test.
    """

    @asynccontextmanager
    async def visiting(address: str, *, width: int = 1280, height: int = 860, scheme: Scheme = "light") -> AsyncIterator[Visit]:
        profile = await profiles.of(is_phone=width < 600)
        seen = Visit(await profile.context.new_page())
        await seen.page.set_viewport_size({"width": width, "height": height})
        await seen.page.emulate_media(color_scheme=scheme)
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        seen.page.on("console", lambda said: seen.complaints.append(said.text) if said.type in ("error", "warning") else None)
        origin = address.split("#", 1)[0].rstrip("/")
        try:
            await seen.page.goto(address)
            yield seen
        finally:
            await seen.page.close()
            await profile.forget(origin)
        assert [asked for asked in seen.requests if not asked.startswith((f"{origin}/", "data:"))] == []

    return visiting


class ForkedDemo(Demo):
    """`runbell demo`, with a bot that is forked and ten times as fast.

    Each apply is looked up as soon as the bot has ended, since the demo removes its database then.
    """

    def __init__(self, world: World) -> None:
        super().__init__(world.card())
        self.world, self.bots = world, set[Bot]()

    async def live(self, stop: asyncio.Event, folder: Path, log: int) -> bool | None:
        seen = os.fstat(log).st_size
        environment = child_environment(self.card, folder, 0) | {"RUNBELL_TEST_SPEED": "10"}
        self.bots.add(Bot.of(environment))
        child = await nursery().bear(("serve",), environment, folder, folder / "bot.log")
        try:
            return await self.watch(cast("Process", child), stop, folder, seen)
        finally:
            child.send_signal(signal.SIGTERM)
            await child.wait()
            await demand_decided_in(self.world, self.bots)


@pytest.fixture
async def demo() -> AsyncIterator[str]:
    """What `runbell demo` opens; the page's address."""
    options = WorldOptions(slack_port=0, runs_api_port=0, blob_port=0, engine="scripted", speed=20, manifest=manifest(address="localhost"))
    async with open_world(options) as world:
        shown, stop = ForkedDemo(world), asyncio.Event()
        world.slack.offer_restart(shown.restart)
        running = asyncio.ensure_future(shown.run(stop))
        try:
            yield world.card()["page"]
        finally:
            stop.set()
            assert await running is True
