"""What people look at, over the wires: what waits, a queue, failed runs a page at a time, and next steps; never by a run list."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.scenes.stage import Message, Stage, has, open_stage, texts, whole_text

MANY = 10


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path, "--engine", "scripted", "--speed", "5") as stage:
        await stage.start_bot()
        yield stage


async def page(stage: Stage, text: str) -> Message:
    """The one answer that only the person sees and that says so."""
    return await stage.until(lambda one: one["ephemeral"] and text in whole_text(one), person="U0KIM")


def rows(message: Message) -> list[str]:
    (table,) = [block for block in message["blocks"] if block["type"] == "table"]
    return [" ".join(texts(row)) for row in table["rows"][1:]]


async def choose(stage: Stage, message: Message, number: int = 0) -> None:
    (menu,) = [one for block in message["blocks"] for one in block.get("elements", ()) if one.get("action_id") == "look.at"]
    body = {"as": "U0KIM", "channel": message["channel"], "ts": message["ts"], "action_id": "look.at"}
    await stage.person("POST", "click", json_body=body | {"value": menu["options"][number]["value"]})


async def changed(stage: Stage, message: Message, text: str = "") -> Message:
    """The same message, once it shows another page."""
    before = rows(message)
    return await stage.until(lambda one: one["ts"] == message["ts"] and rows(one) != before and text in whole_text(one), person="U0KIM")


async def blocked(stage: Stage) -> None:
    """A run waits for people, many wait behind it, and some of another workspace have failed."""
    await stage.types("U0ANA", "/tf run storefront-staging careful")
    await stage.until(lambda one: has(one, "run.approve"))
    await asyncio.gather(*(stage.start_outside("storefront-staging", f"number {number}") for number in range(MANY)))
    await stage.start_outside("billing", "will fail")
    await stage.until_run("billing", "errored")


async def test_people_look_at_what_waits_at_a_queue_and_at_runs_a_page_at_a_time(world: Stage) -> None:
    await blocked(world)
    lists = len(await world.calls("/runs"))

    await world.types("U0KIM", "/tf runs storefront-staging")
    first = await page(world, "Runs* of")
    while len(rows(first)) < 10 or not has(first, "look.on"):
        await world.types("U0KIM", "/tf runs storefront-staging")
        first = await page(world, "Runs* of")
    await world.clicks("U0KIM", first, "look.on")
    last = await changed(world, first, "Older runs are on")
    assert not has(last, "look.on")
    await world.clicks("U0KIM", last, "look.back")
    assert rows(await changed(world, last)) == rows(first)

    await world.types("U0KIM", "/tf pending")
    pending = await page(world, "Waits for people")
    assert f"blocks {MANY} runs behind it" in rows(pending)[0]
    await choose(world, pending)
    shown = await page(world, "Decision needed")
    assert "storefront-staging" in whole_text(shown)

    await world.types("U0KIM", "/tf queue storefront-staging")
    queue = await page(world, "Queue of")
    assert f"and {MANY} runs behind it. Nothing else begins before somebody decides it." in whole_text(queue)

    await world.types("U0KIM", "/tf runs --failed")
    failed = await page(world, "Failed runs")
    assert [row for row in rows(failed) if "billing" in row]

    await world.types("U0KIM", "/tf")
    steps = await page(world, "These wait for you here")
    assert has(steps, "start.open")
    await world.clicks("U0KIM", steps, "look.mine")
    await page(world, "Your runs*: I have seen none")
    asked_for_it = [one for one in (await world.calls("/runs"))[lists:] if "/workspaces/" in one["path"]]
    assert asked_for_it == []
