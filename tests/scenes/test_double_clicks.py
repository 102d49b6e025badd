"""Two people who click at the same moment on two processes: one decides, the server is asked once, and the other hears who was first.

DOUBLE_CLICKS is how often; `make bench-faults` asks for more.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.scenes.fleet import Fleet, open_fleet
from tests.scenes.stage import PATIENCE, Message, NothingSeen, has, run_of, whole_text

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(int(os.environ.get("FAULTS_TIMEOUT", "300")))]
ROUNDS = int(os.environ.get("DOUBLE_CLICKS", "20"))
AT_ONCE = 50
PAIRS = 8
"""How many clicks are in flight. The sandbox's clock runs fast, and with it the budget that two processes share: 15 requests a second."""
SERVER_SPEED = 20
PEOPLE = ("U0ANA", "U0KIM")


@pytest.fixture
async def fleet(tmp_path: Path, bare_postgres_url: str) -> AsyncIterator[Fleet]:
    async with open_fleet(tmp_path, bare_postgres_url, "--workspaces", str(AT_ONCE), speed=5, server_speed=SERVER_SPEED) as fleet:
        await fleet.start("one", "two")
        yield fleet


async def workspaces(fleet: Fleet) -> list[str]:
    """The made-up workspaces, made quick."""
    document = (await fleet.stage.terraform("GET", "organizations/acme/workspaces?page[size]=100")).json()["data"]
    names = [one["attributes"]["name"] for one in document if one["attributes"]["name"][-1] in "vgd" and "-00" in one["attributes"]["name"]]
    for name in names:
        await fleet.stage.control("POST", f"scripts/{name}", json_body={"plan_seconds": 1, "apply_seconds": 1, "additions": 1})
    return names


async def calls_for(fleet: Fleet, run_ids: set[str]) -> dict[str, Message]:
    """The message of each run that has the buttons, once there is one.

    The messages of a channel are judged and posted one after the other, so all of them take as many times as long as one: what is waited
    for is the next.
    """
    found: dict[str, Message] = {}
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        known = len(found)
        for message in await fleet.stage.of_the_bot():
            if run_of(message) in run_ids and has(message, "run.approve"):
                found[run_of(message)] = message
        if found.keys() == run_ids:
            return found
        if len(found) > known:
            until = time.monotonic() + PATIENCE
        await asyncio.sleep(0.1)
    raise NothingSeen(f"no call came for {run_ids - found.keys()}")


async def both_click(fleet: Fleet, run_id: str, call: Message, turns: asyncio.Semaphore, losers: dict[str, list[str]]) -> None:
    """Click, and wait until the loser is told."""
    async with turns:
        answers = await asyncio.gather(*(fleet.stage.clicks(person, call, "run.approve") for person in PEOPLE))
        assert all(answer["ok"] for answer in answers), answers
        async with asyncio.timeout(60):
            while run_id not in losers:
                await asyncio.sleep(0.02)


async def watch_losers(fleet: Fleet, losers: dict[str, list[str]]) -> None:
    """For each run those who hear, alone, that the other of the two was first."""
    while True:
        for person, other in zip(PEOPLE, reversed(PEOPLE), strict=True):
            told = [whole_text(one) for one in await fleet.stage.sees(person) if one["ephemeral"]]
            for text in told:
                if "already" in text and f"<@{other}>" in text and person not in losers.setdefault(run_in(text), []):
                    losers[run_in(text)].append(person)
        await asyncio.sleep(0.1)


def run_in(text: str) -> str:
    found = re.search(r"run-\w+", text)
    assert found is not None, text
    return found[0]


async def rounds(fleet: Fleet, names: list[str]) -> None:
    run_ids = set(await asyncio.gather(*(fleet.stage.start_outside(name) for name in names)))
    calls, turns = await calls_for(fleet, run_ids), asyncio.Semaphore(PAIRS)
    losers: dict[str, list[str]] = {}
    watching = asyncio.create_task(watch_losers(fleet, losers))
    await asyncio.gather(*(both_click(fleet, run_id, call, turns, losers) for run_id, call in calls.items()))
    watching.cancel()
    assert [len(losers[run_id]) for run_id in run_ids] == [1] * len(run_ids)
    await asyncio.gather(*(fleet.stage.until_run(name, "applied") for name in names))
    counts: dict[str, Any] = (await fleet.stage.control("GET", "requests"))["counts"]
    assert [counts[f"POST /api/v2/runs/{run_id}/actions/apply"] for run_id in run_ids] == [1] * len(run_ids)


async def test_of_two_who_click_at_once_one_applies_and_the_other_hears_who_was_first(fleet: Fleet) -> None:
    names = await workspaces(fleet)
    assert len(names) == AT_ONCE
    await fleet.stage.types("U0ANA", "/tf watch *-00*")
    await fleet.stage.expects("workspaces", person="U0ANA")
    for begin in range(0, ROUNDS, AT_ONCE):
        await rounds(fleet, names[: ROUNDS - begin])
