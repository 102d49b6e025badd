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


async def names(stage: Stage, text: str, said: str) -> list[str]:
    """The first column of the list that a command is answered with."""
    await stage.types("U0KIM", text)
    return [row.split()[0] for row in rows(await page(stage, said))]


async def test_lists_are_narrowed_and_lead_on(world: Stage) -> None:
    assert await names(world, "/tf workspaces storefront-*", "Workspaces* `storefront-*`") == [
        "storefront-dev",
        "storefront-prod",
        "storefront-staging",
    ]
    assert await names(world, "/tf workspaces --tag finance", "with the tag `finance`") == ["billing", "payments"]
    in_project = "/tf workspaces *s* --tag catalog --project “default project”"
    assert await names(world, in_project, "in the project `default project`") == ["search-index"]
    await choose(world, await page(world, "in the project"))
    await page(world, "I have seen none. Older ones are on")
    await world.types("U0KIM", "/tf workspaces --project nowhere")
    await page(world, "I see no project “nowhere”.")


async def test_runs_are_narrowed_by_who_and_how_and_what_waits_longest_comes_first(world: Stage) -> None:
    await world.types("U0KIM", "/tf run storefront-staging by kim")
    await world.until(lambda one: has(one, "run.approve"))
    await world.start_outside("storefront-dev", "by another")
    await world.until_run("storefront-dev", "planned")
    await world.start_outside("billing")
    await world.until_run("billing", "errored")
    everything = await until_rows(world, "/tf runs", 3)
    assert len([row for row in rows(everything) if "Decision needed" in row]) == 2

    assert mentions(await until_rows(world, "/tf runs --mine", 1)) == ["by kim"]
    assert mentions(await until_rows(world, "/tf runs --status planned", 2)) == ["by another", "by kim"]
    assert mentions(await until_rows(world, "/tf runs *-dev --status live", 1)) == ["by another"]
    assert len(rows(await until_rows(world, "/tf runs --failed", 1))) == 1
    waiting = await until_rows(world, "/tf pending", 2)
    assert [row.split(" ")[0] for row in rows(waiting)] == ["storefront-staging", "storefront-dev"]
    assert "in Terraform" in rows(waiting)[1]
    await choose(world, waiting, 1)
    await page(world, "storefront-dev")
    await world.types("U0KIM", "/tf runs --failed --status live")
    await page(world, "--failed is a status of its own")


async def until_rows(stage: Stage, text: str, number: int) -> Message:
    """The answer to a command, asked again until everything that it is to show was seen."""
    async with asyncio.timeout(20):
        while True:
            found = await answer(stage, text)
            if any(block["type"] == "table" for block in found["blocks"]) and len(rows(found)) == number:
                return found


async def answer(stage: Stage, text: str) -> Message:
    before = {one["ts"] for one in await stage.sees("U0KIM")}
    await stage.types("U0KIM", text)
    return await stage.until(lambda one: one["ephemeral"] and one["ts"] not in before, person="U0KIM")


def mentions(message: Message) -> list[str]:
    return [next((said for said in ("by kim", "by another") if said in row), row) for row in rows(message)]


async def test_a_queue_says_who_holds_the_lock_and_that_nothing_is_in_front(world: Stage) -> None:
    await world.types("U0KIM", "/tf queue dns")
    await page(world, "Nothing is in front: a new run begins at once.")
    await world.types("U0KIM", "/tf lock dns moving its state")
    await world.expects("locked acme/dns, so new runs wait there: moving its state")
    await world.types("U0KIM", "/tf run dns too early")
    queue = await until_rows(world, "/tf queue dns", 1)
    assert "Locked* from Slack by `kim` · " in whole_text(queue)
    assert ": “moving its state”. No run begins" in whole_text(queue)
    assert "Waits for its turn" in rows(queue)[0]
