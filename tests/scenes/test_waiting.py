"""What waits: freezes that begin between vote and apply, broken glass, reminders that stop, runs that expire: over the wires."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.demos import RULES
from tests.scenes.stage import PATIENCE, Message, Stage, has, key_of, open_stage, whole_text

WAITING = f"""{RULES}
[[rules]]
name = "two for staging"
workspaces = ["storefront-staging"]
votes = 2

[break_glass]
people = ["U0ANA"]
channel = "C0INFRA"

[[reminders]]
workspaces = ["storefront-prod"]
after = "1s"
then = "300d"

[[reminders]]
workspaces = ["search-index"]
off = true
expire_after = "8s"
warn_before = "3s"
"""


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path, "--engine", "scripted", "--speed", "5", rules=WAITING) as stage:
        await stage.start_bot()
        yield stage


async def asked(stage: Stage, workspace: str) -> Message:
    """A run of a workspace waits for a decision, and people were called."""
    await stage.types("U0ANA", f"/tf run {workspace} careful")
    return await stage.until(lambda one: "/call/" in key_of(one) and has(one, "run.approve") and workspace in whole_text(one))


async def status(stage: Stage, workspace: str) -> str:
    run = await stage.current_run(workspace)
    return str(run and run["attributes"]["status"])


async def test_a_freeze_between_vote_and_apply_holds_and_its_end_lets_the_run_through(world: Stage) -> None:
    await asked(world, "storefront-staging")
    await world.types("U0KIM", "/tf approve storefront-staging")
    await world.confirms("U0KIM")
    await world.expects("Your vote for", person="U0KIM")
    await world.types("U0ANA", "/tf freeze ACME/Storefront-* until 2h the sale is on")
    await world.expects("froze “ACME/Storefront-*” until")
    await world.until(lambda one: has(one, "run.approve") and "ACME/Storefront-* is frozen until" in whole_text(one))

    await world.types("U0ANA", "/tf approve storefront-staging")
    await world.confirms("U0ANA")
    await world.expects("by <@U0ANA>: the sale is on")
    assert await world.calls("/actions/apply") == []

    await world.types("U0ANA", "/tf unfreeze acme/storefront-*")
    await world.expects("ended the freeze of “ACME/Storefront-*”.")
    await world.until(lambda one: has(one, "run.approve") and "is frozen" not in whole_text(one))
    await world.types("U0ANA", "/tf approve storefront-staging")
    await world.confirms("U0ANA")
    await world.until_run("storefront-staging", "applied")


async def test_breaking_the_glass_applies_and_is_told_to_those_who_review(world: Stage) -> None:
    await asked(world, "storefront-dev")
    await world.types("U0KIM", "/tf freeze *-dev hands off")
    await world.expects("froze “*-dev”: hands off")
    await world.types("U0KIM", "/tf approve storefront-dev it burns --break-glass")
    await world.expects("You may not break the glass", person="U0KIM")

    await world.types("U0ANA", "/tf approve storefront-dev it burns --break-glass")
    await world.confirms("U0ANA")

    await world.until_run("storefront-dev", "applied")
    review = await world.expects("broke the glass", channel="C0INFRA")
    assert "<@U0ANA>" in whole_text(review)
    assert "Why: it burns. The freeze: *-dev is frozen, by @kim: hands off" in whole_text(review)
    await world.expects("in spite of a freeze")


async def test_a_reminder_comes_once_in_the_thread_tells_what_waits_behind_and_stops_after_the_decision(world: Stage) -> None:
    call = await asked(world, "storefront-prod")
    await world.start_outside("storefront-prod")
    reminder = await in_thread(world, call, lambda one: "It blocks 1 run behind it" in whole_text(one))
    assert has(reminder, "run.snooze")

    await world.clicks("U0ANA", reminder, "run.snooze")
    await in_thread(world, call, lambda one: "No reminders of" in whole_text(one))
    await world.types("U0ANA", "/tf discard storefront-prod")
    await world.confirms("U0ANA")
    await in_thread(world, call, lambda one: "/reminder/" in key_of(one) and "Decided" in whole_text(one) and not has(one, "run.snooze"))
    assert len([one for one in await thread_of(world, call) if "/reminder/" in key_of(one)]) == 1


async def thread_of(stage: Stage, call: Message) -> list[Message]:
    query = {"as": "U0ANA", "channel": call["channel"], "thread_ts": call["ts"]}
    found: list[Message] = (await stage.person("GET", "messages", **query))["messages"]
    return found


async def in_thread(stage: Stage, call: Message, wanted: Callable[[Message], bool]) -> Message:
    """A message in the thread of a call that is as wanted, as soon as there is one."""
    async with asyncio.timeout(PATIENCE):
        while True:
            for message in await thread_of(stage, call):
                if wanted(message):
                    return message
            await asyncio.sleep(0.2)


async def test_a_run_expires_after_a_warning_where_that_is_configured(world: Stage) -> None:
    await asked(world, "search-index")
    warning = await world.until(lambda one: "/reminder/warning:" in key_of(one))
    assert "unless somebody decides" in whole_text(warning)
    assert await status(world, "search-index") != "discarded"

    run = await world.until_run("search-index", "discarded")

    await world.expects("Discarded by itself, since nobody decided in time")
    [comment] = (await world.terraform("GET", f"runs/{run['id']}/comments")).json()["data"]
    assert ": “Nobody decided within" in comment["attributes"]["body"]
    assert len(await world.calls("/actions/discard")) == 1
