"""Who hears what, and what becomes of it where Slack does not let us: over the real wires, on scripted runs."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.demos import RULES
from tests.scenes.stage import PATIENCE, Message, Stage, buttons, has, open_stage, whole_text

WATCHES = f"""{RULES}
[[watches]]
channel = "C0INFRA"
workspaces = ["dns", "docs-*"]
measure = "all"

[fallback]
channel = "C0GENERAL"
"""
SHOPS = ("storefront-dev", "storefront-staging", "storefront-prod")
EVERY = (*SHOPS, "catalog-import", "search-index", "dns", "docs-site", "payments")


HASTY = 20.0
"""The alarm comes after two minutes of the bot's pace: half as long as on the other stages."""


@pytest.fixture
async def hasty(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path, "--engine", "scripted", "--speed", "5", rules=WATCHES) as stage:
        stage.settings["RUNBELL_OPERATOR"] = "U0ANA"
        stage.speed = HASTY
        await stage.start_bot()
        yield stage


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path, "--engine", "scripted", "--speed", "5", rules=WATCHES) as stage:
        stage.settings["RUNBELL_OPERATOR"] = "U0ANA"
        await stage.start_bot()
        yield stage


async def watches(stage: Stage, words: str, person: str = "U0KIM", channel: str = "C0DEPLOYS") -> None:
    await stage.types(person, f"/tf watch {words}", channel)
    await stage.expects("This channel hears of", person=person, channel=channel)


async def pushed(stage: Stage, *workspaces: str) -> list[str]:
    answer = await stage.control("POST", "pushes", json_body={"workspaces": list(workspaces), "message": "Bump the module"})
    runs: list[str] = answer["runs"]
    return runs


def key(message: Message) -> str:
    return str((message.get("metadata") or {}).get("event_payload", {}).get("key", ""))


async def kinds(stage: Stage, channel: str = "C0DEPLOYS") -> Counter[str]:
    return Counter(key(one).split("/")[1] for one in await stage.of_the_bot(channel) if key(one))


async def direct(stage: Stage, person: str, text: str) -> Message:
    """What the app says to a person and to nobody else."""
    async with asyncio.timeout(PATIENCE):
        while True:
            channels = (await stage.person("GET", "world"))["channels"]
            found = [one["id"] for one in channels if one["is_im"] and person in one["members"]]
            if found:
                return await stage.expects(text, person=person, channel=found[0])
            await asyncio.sleep(0.2)


async def test_a_resting_run_causes_no_update_at_all(world: Stage) -> None:
    await watches(world, "storefront-* --measure all")
    await world.start_outside("storefront-dev")
    await world.expects("Decision needed", action="run.approve")
    await looked(world, 3)
    before = await slack_calls(world)

    await looked(world, 10)

    after = await slack_calls(world)
    assert after["chat.update"] == before["chat.update"]
    assert after["chat.postMessage"] == before["chat.postMessage"]


async def looked(stage: Stage, times: int) -> None:
    """Wait for so many more looks at the server: ten of them take half a minute in earnest."""
    wanted = len(await stage.calls("/workspaces")) + times
    async with asyncio.timeout(PATIENCE):
        while len(await stage.calls("/workspaces")) < wanted:
            await asyncio.sleep(0.1)


async def slack_calls(stage: Stage) -> Counter[str]:
    traffic = (await stage.person("GET", "traffic"))["traffic"]
    return Counter(one["method"] for one in traffic if one["direction"] == "from_app")


async def test_calls_and_ends_stand_in_the_thread_and_calls_in_the_channel_too(world: Stage) -> None:
    await world.control("POST", "scripts/storefront-dev", json_body={"plan_seconds": 15})
    await watches(world, "storefront-* --measure all --thread")
    await world.start_outside("storefront-dev")

    call = await world.until(lambda one: "/call/" in key(one) and has(one, "run.approve"))

    assert call["is_broadcast"]
    card = next(one for one in await world.of_the_bot() if "/card/" in key(one))
    assert call["thread_ts"] == card["ts"]


async def test_a_call_mentions_who_started_the_run(world: Stage) -> None:
    await watches(world, "storefront-* --mention")
    await world.types("U0ANA", "/tf run storefront-dev careful")

    call = await world.until(lambda one: "/call/" in key(one))

    assert call["text"].startswith("🔔 Decision needed: storefront-dev · <@U0ANA>")


async def test_watches_of_the_file_are_heard_and_cannot_be_ended_by_hand(world: Stage) -> None:
    await world.start_outside("dns")
    await world.expects("dns", channel="C0INFRA")

    await world.types("U0ANA", "/tf watches", "C0INFRA")
    await world.expects("stands in runbell.toml", channel="C0INFRA")
    await world.types("U0ANA", "/tf unwatch dns", "C0INFRA")
    await world.expects("an operator takes it out there", channel="C0INFRA")


async def test_a_run_that_waits_and_that_nobody_watches_calls_the_fallback_channel(world: Stage) -> None:
    await world.start_outside("storefront-prod")

    call = await world.expects("Decision needed", action="run.approve", channel="C0GENERAL")

    assert "storefront-prod" in whole_text(call)


async def test_a_commit_that_starts_many_runs_is_one_message_and_each_gate_has_its_call(world: Stage) -> None:
    await watches(world, "* --measure all")
    await pushed(world, *EVERY)

    async with asyncio.timeout(40):
        while (await kinds(world))["rollup"] != 1 or (await kinds(world))["card"] != 5:
            await asyncio.sleep(0.2)
    rollup = await world.until(lambda one: "/rollup/" in key(one) and "of one commit" in whole_text(one))
    lines = [name for name in EVERY if name in whole_text(rollup)]
    assert len(lines) == len(EVERY) - 5

    waiting = [name for name in lines if name in SHOPS or name == "search-index"]
    for name in waiting:
        call = await world.until(lambda one, name=name: "/call/" in key(one) and name in whole_text(one))  # type: ignore[misc]
        assert has(call, "run.approve")


async def test_an_archived_channel_pauses_its_watch_tells_its_owner_and_goes_on(world: Stage) -> None:
    await watches(world, "storefront-* --measure all")
    await world.start_outside("storefront-dev")
    await world.expects("Decision needed", action="run.approve")
    await world.person("POST", "admin/archive", json_body={"as": "U0ANA", "channel": "C0DEPLOYS"})

    note = await direct(world, "U0KIM", "it is archived")
    assert "“storefront-*”" in whole_text(note)
    await world.start_outside("storefront-prod")
    await world.expects("Decision needed", action="run.approve", channel="C0GENERAL")

    await world.person("POST", "admin/archive", json_body={"as": "U0ANA", "channel": "C0DEPLOYS", "archived": False})
    await world.until(lambda one: "storefront-prod" in whole_text(one) and bool(buttons(one)))


async def test_a_revoked_token_is_said_at_once_and_keeps_us_from_being_ready(world: Stage) -> None:
    assert world.bot is not None
    await world.person("POST", "admin/revoke", json_body={"as": "U0ANA"})

    async with asyncio.timeout(10):
        while "installation_dead" not in world.bot.log.read_text():
            await asyncio.sleep(0.1)


async def test_a_call_that_does_not_arrive_is_told_to_the_operator_once_and_when_it_is_over(hasty: Stage) -> None:
    await watches(hasty, "storefront-*")
    await hasty.fault("slack", "chat.postMessage", "down")
    await hasty.start_outside("storefront-dev")
    assert hasty.bot is not None
    async with asyncio.timeout(40):
        while "call_undelivered" not in hasty.bot.log.read_text():
            await asyncio.sleep(0.2)

    await hasty.person("DELETE", "faults")

    await direct(hasty, "U0ANA", "reach Slack again")
    await hasty.expects("Decision needed", action="run.approve")
    assert hasty.bot.log.read_text().count('"event": "call_undelivered"') == 1


async def test_a_card_shows_the_stages_that_came_and_went_between_two_looks(world: Stage) -> None:
    await watches(world, "docs-site --measure all")
    await world.start_outside("docs-site")

    card = await world.until(lambda one: "/card/" in key(one) and "Applied" in whole_text(one))

    assert [word for word in ("planned", "confirmed", "applied") if f"{word} <!date^" in whole_text(card)] == [
        "planned",
        "confirmed",
        "applied",
    ]
