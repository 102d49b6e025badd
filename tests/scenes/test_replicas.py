"""Several processes on one PostgreSQL: who dies is followed, who loses the database gives way, and of many clicks one counts."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.scenes.fleet import Fleet, holder, open_fleet, rows
from tests.scenes.stage import Message

pytestmark = pytest.mark.postgres


@pytest.fixture
async def fleet(tmp_path: Path, bare_postgres_url: str) -> AsyncIterator[Fleet]:
    async with open_fleet(tmp_path, bare_postgres_url) as fleet:
        yield fleet


async def applied(fleet: Fleet, run_id: str) -> int:
    """How often the server was asked to apply a run."""
    counts: dict[str, int] = (await fleet.stage.control("GET", "requests"))["counts"]
    return counts.get(f"POST /api/v2/runs/{run_id}/actions/apply", 0)


def bears(message: Message, key: str) -> bool:
    """Whether it is a message of ours under this key."""
    payload = (message.get("metadata") or {}).get("event_payload") or {}
    return str(payload.get("key", "")).startswith(key)


async def test_who_paints_and_looks_is_followed_when_it_is_killed(fleet: Fleet) -> None:
    stage = fleet.stage
    await fleet.start("one", "two")
    await stage.types("U0ANA", "/tf watch storefront-*")
    run_id = await stage.start_outside("storefront-dev")
    call = await stage.expects("Decision needed", action="run.approve")
    victim = await holder(fleet, "painting")
    survivor = {"one": "two", "two": "one"}[victim]

    await fleet.kill(victim)
    since = asyncio.get_running_loop().time()
    assert (await stage.clicks("U0ANA", call, "run.approve"))["ok"]

    await stage.until_run("storefront-dev", "applied")
    await stage.until(lambda one: bears(one, f"{run_id}/end/"))
    assert asyncio.get_running_loop().time() - since < 20
    assert {await holder(fleet, "painting"), await holder(fleet, "looking")} == {survivor}
    assert await applied(fleet, run_id) == 1
    await painted(fleet, run_id)
    assert [bears(one, f"{run_id}/end/") for one in await stage.of_the_bot()] == [False, True]


async def test_who_is_told_to_stop_hands_its_roles_over_at_once(fleet: Fleet) -> None:
    await fleet.start("one", "two")
    leaver = await holder(fleet, "painting")
    await knows(fleet, leaver, 2)

    status = await fleet.ships[leaver].end(signal.SIGTERM)

    assert status == 0
    [(left,)] = await rows(fleet.url, "SELECT count(*) FROM replicas")
    assert left == 1
    assert await holder(fleet, "painting") != leaver


async def test_a_message_that_was_being_posted_when_its_painter_died_stands_once(fleet: Fleet) -> None:
    stage = fleet.stage
    await fleet.start("one", "two")
    await stage.types("U0ANA", "/tf watch storefront-*")
    await stage.expects("3 workspaces", person="U0ANA")
    await stage.fault("slack", "chat.postMessage", "slow", seconds=5, times=1)
    victim = await holder(fleet, "painting")
    await stage.start_outside("storefront-dev")
    await stage.expects("Decision needed", action="run.approve")  # it is done, and not yet answered

    await fleet.kill(victim)

    run = await stage.until_run("storefront-dev", "planned")
    await painted(fleet, run["id"])
    assert len([one for one in await stage.of_the_bot() if bears(one, run["id"])]) == 1


async def knows(fleet: Fleet, name: str, live: int) -> None:
    """Until a process has counted this many live ones."""
    async with asyncio.timeout(20):
        while [entry["live"] for entry in fleet.said(name, "replicas")][-1:] != [live]:
            await asyncio.sleep(0.05)


async def painted(fleet: Fleet, run_id: str) -> None:
    """Until nothing of a run waits to be painted."""
    query = f"SELECT count(*), count(*) FILTER (WHERE wanted > painted OR ts IS NULL) FROM messages WHERE subject = '{run_id}'"  # noqa: S608 - an id of the sandbox
    async with asyncio.timeout(40):
        while True:
            [(number, waiting)] = await rows(fleet.url, query)
            if number and not waiting:
                return
            await asyncio.sleep(0.1)


async def test_each_process_holds_a_role_or_waits_for_one_and_listens_for_what_others_want(fleet: Fleet) -> None:
    await fleet.start("one", "two")
    assert {await holder(fleet, "painting"), await holder(fleet, "looking")} <= {"one", "two"}
    roles = [entry["role"].split(":")[0] for name in ("one", "two") for entry in fleet.said(name, "role_taken")]
    assert sorted(roles) == ["looking", "painting"]
    query = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"
    assert await rows(fleet.url, query) == [(2,)]


STRANGER = "another bot uses this Slack app too, and gets a share of what people type and click"


async def until_said(fleet: Fleet, name: str, event: str) -> list[dict[str, Any]]:
    """What a process says under this name, once it has: readiness does not wait for it."""
    async with asyncio.timeout(20):
        while not (found := fleet.said(name, event)):
            await asyncio.sleep(0.05)
        return found


async def test_another_bot_on_the_same_slack_app_is_told_of_loudly(fleet: Fleet, tmp_path: Path) -> None:
    await fleet.start("one")
    stranger = Fleet(fleet.stage, f"sqlite:///{tmp_path / 'another.db'}", fleet.speed)
    try:
        await stranger.start("another")
        [told] = await until_said(stranger, "another", STRANGER)
        assert fleet.said("one", STRANGER) == []
    finally:
        await stranger.end()
    assert (told["level"], told["connections"], told["ours"]) == ("error", 2, 1)


async def test_replicas_are_no_strangers_to_each_other(fleet: Fleet) -> None:
    await fleet.start("one", "two", "three")
    for name in ("one", "two", "three"):
        assert [entry for entry in fleet.events(name) if "another bot" in str(entry.get("event"))] == []
