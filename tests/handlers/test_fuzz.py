"""Thousands of payloads as nobody should send them, through Bolt: nothing is done, nothing breaks, and each is answered."""

from __future__ import annotations

import asyncio
import os
import traceback
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest
from structlog.testing import capture_logs

from tests.handlers.desk import Desk
from tests.handlers.fuzz import World, payload

NUMBER = int(os.environ.get("RUNBELL_TEST_FUZZ", "500"))
"""How many payloads; `make bench-faults` asks for more."""

pytestmark = pytest.mark.timeout(int(os.environ.get("FAULTS_TIMEOUT", "120")))
SLICES = 10
AT_ONCE = 10
"""Bolt looks every 10 ms whether a listener has acknowledged: payloads that come together wait together."""
ROOT = Path(__file__).parents[2]


def is_ours(error: BaseException) -> bool:
    """Whether our code had a part in it; Bolt has exceptions of its own for what is no payload at all."""
    frames = traceback.extract_tb(error.__traceback__)
    return any(Path(frame.filename).is_relative_to(ROOT / folder) for frame in frames for folder in ("bot", "handlers"))


async def answered(desk: Desk, body: dict[str, Any]) -> int:
    """The status of the answer; 500 where Bolt itself breaks over what is no payload of Slack's."""
    try:
        response = await desk.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
    except Exception as error:
        if is_ours(error):
            raise
        return 500
    await desk.guard.finish(5)
    return int(response.status)


def ours_that_broke(caplog: pytest.LogCaptureFixture) -> list[BaseException]:
    """What Bolt has caught and logged of our making."""
    errors = [record.exc_info[1] for record in caplog.records if record.exc_info]
    return [error for error in errors if error is not None and is_ours(error)]


@pytest.mark.parametrize("part", range(SLICES))
async def test_nothing_is_done_nothing_breaks_and_each_is_answered(desk: Desk, part: int, caplog: pytest.LogCaptureFixture) -> None:
    workspace = desk.house.runs.add_workspace("storefront-dev")
    run = desk.house.runs.add_run(workspace, "planned")
    await desk.house.voting.tally(await desk.house.reader.read(run.id))
    world = World(run, workspace, desk.response_url, desk.house.shown(run.id))
    unhandled: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: unhandled.append(context))

    seeds = range(part * NUMBER // SLICES, (part + 1) * NUMBER // SLICES)
    statuses: list[int] = []
    with capture_logs() as logs:
        for some in range(0, len(seeds), AT_ONCE):
            statuses += await asyncio.gather(*(answered(desk, payload(seed, world)) for seed in seeds[some : some + AT_ONCE]))

    broken = [log for log in logs if log["event"] == "listener broke"]
    assert broken == []
    assert unhandled == []
    assert ours_that_broke(caplog) == []
    assert set(statuses) <= {200, 400, 404, 500}
    assert statuses.count(200) > len(statuses) * 0.7
    runs = desk.house.runs
    assert runs.calls_of("act") + runs.calls_of("create_run") == []
    assert await desk.house.votes(world.run.id) == ()
    assert await watches(desk) == ()


async def watches(desk: Desk) -> tuple[object, ...]:
    async with desk.house.store.read() as transaction:
        return await transaction.watches.all()


async def test_each_command_and_click_has_one_private_answer(desk: Desk) -> None:
    """Of those that say where an answer goes to and that Bolt lets through."""
    workspace = desk.house.runs.add_workspace("storefront-dev")
    run = desk.house.runs.add_run(workspace, "planned")
    await desk.house.voting.tally(await desk.house.reader.read(run.id))
    world = World(run, workspace, desk.response_url, desk.house.shown(run.id))
    for seed in range(300):
        body = payload(seed, world)
        before = len(desk.answers)
        status = await answered(desk, body)
        if status == 200 and body.get("response_url") and ("command" in body or body.get("type") == "block_actions"):
            assert len(desk.answers) == before + 1, (seed, body)
