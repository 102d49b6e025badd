"""A scripted sandbox for tests of the outer layers, and the settings that point at it. Each apply is looked up when it closes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from bot.app import App
from bot.demos import RULES
from bot.manifests import manifest
from bot.sandbox.world import World, WorldOptions, open_world
from bot.settings import Settings
from tests.scenes.applies import Bot, demand_decided

BOTS: dict[str, set[Bot]] = {}
"""The bots that got settings for a world, by the secret of the world."""


@asynccontextmanager
async def scripted_world(**options: Any) -> AsyncIterator[World]:
    """Open a world. UndecidedApply at its end if a bot applied what was not decided."""
    wanted = WorldOptions(slack_port=0, runs_api_port=0, blob_port=0, engine="scripted", manifest=manifest(address="localhost"), **options)
    async with open_world(wanted) as world:
        try:
            yield world
        finally:
            bots = BOTS.pop(world.secret, set())
        if bots:
            await demand_decided_in(world, bots)


async def demand_decided_in(world: World, bots: Collection[Bot]) -> None:
    """Raise UndecidedApply if a bot applied what was not decided. Call it while no bot runs."""
    requests = world.runs_api.context.requests
    log = {"requests": requests.entries, "counts": requests.counts}
    await demand_decided(log, await as_person(world, "world"), world.card()["terraform"], bots)


def environment_of(world: World, folder: Path, **changes: str) -> dict[str, str]:
    """What an operator would set for this world; an empty change leaves a variable out."""
    slack, terraform = world.card()["slack"], world.card()["terraform"]
    rules = folder / "runbell.toml"
    rules.write_text(RULES, encoding="utf-8")
    wanted = {
        "SLACK_BOT_TOKEN": slack["bot_token"],
        "SLACK_APP_TOKEN": slack["app_token"],
        "SLACK_API_URL": slack["api"],
        "TFE_ADDRESS": terraform["address"],
        "TFE_TOKEN": terraform["token"],
        "TF_CLOUD_ORGANIZATION": terraform["organization"],
        "DATABASE_URL": f"sqlite:///{folder / 'runbell.db'}",
        "RUNBELL_RULES": str(rules),
        "RUNBELL_HEALTH_PORT": "0",
        "RUNBELL_HTTP_PORT": "0",
        "RUNBELL_TEST_SPEED": "10",
    }
    found = {name: value for name, value in (wanted | changes).items() if value}
    if {"DATABASE_URL", "TFE_TOKEN"} <= found.keys():
        BOTS.setdefault(world.secret, set()).add(Bot.of(found))
    return found


def settings_of(world: World, folder: Path, **changes: str) -> Settings:
    return Settings.model_validate(environment_of(world, folder, **changes))


async def as_person(world: World, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Do or see something as a person of the sandbox."""
    url, headers = f"{world.slack.url}/_person/{path}", {"X-Sandbox-Secret": world.secret}
    method = "GET" if body is None else "POST"
    async with aiohttp.ClientSession() as session, session.request(method, url, json=body, headers=headers) as answer:
        found: dict[str, Any] = await answer.json()
        return found


async def told(world: World, text: str, *, person: str = "U0ANA", channel: str = "C0DEPLOYS") -> dict[str, Any]:
    """The newest message with this text that the person sees, as soon as it is there."""

    async with asyncio.timeout(20):
        while True:
            messages = (await as_person(world, f"messages?as={person}&channel={channel}"))["messages"]
            if found := [message for message in messages if text in str(message)]:
                newest: dict[str, Any] = found[-1]
                return newest
            await asyncio.sleep(0.05)


async def until(question: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not question():
            await asyncio.sleep(0.02)


async def connected(app: App) -> None:
    """Until the socket to Slack is there."""
    assert app.socket is not None
    async with asyncio.timeout(20):
        while not await app.socket.is_up():
            await asyncio.sleep(0.02)
