"""Loops: a wake is never lost and never doubled, a tick never raises, and stopping waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from bot.core.errors import StoreBusy
from bot.core.requests import HELD, Hold, holding
from bot.jobs import Jobs, Loop

NOW = datetime(2026, 1, 2, tzinfo=UTC)


class Gate:
    """A tick that waits until it is let through, and counts."""

    def __init__(self) -> None:
        self.begun = 0
        self.ended = 0
        self.at_once = 0
        self.most_at_once = 0
        self.passes = asyncio.Semaphore(0)
        self.changed = asyncio.Event()

    async def until(self, *, begun: int = 0, ended: int = 0) -> None:
        async with asyncio.timeout(5):
            while self.begun < begun or self.ended < ended:
                self.changed.clear()
                await self.changed.wait()

    async def tick(self, now: datetime) -> None:
        assert now == NOW
        self.begun += 1
        self.changed.set()
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self.passes.acquire()
        self.at_once -= 1
        self.ended += 1
        self.changed.set()


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
async def loop(gate: Gate) -> AsyncIterator[Loop]:
    made = Loop("paint", gate.tick, 1.0, lambda: NOW)
    yield made
    if made.task is not None:
        made.task.cancel()
        await asyncio.gather(made.task, return_exceptions=True)


async def test_a_wake_runs_the_tick_at_once(loop: Loop, gate: Gate) -> None:
    loop.wake()
    await settle()
    assert gate.begun == 1


async def test_wakes_that_come_while_it_runs_make_it_run_once_more(loop: Loop, gate: Gate) -> None:
    loop.wake()
    await settle()
    for _ in range(5):
        loop.wake()
    gate.passes.release()
    await settle()
    assert (gate.ended, gate.begun) == (1, 2)
    gate.passes.release()
    await settle()
    assert (gate.ended, gate.begun, gate.most_at_once) == (2, 2, 1)
    assert not loop.is_running


async def test_the_interval_job_adds_no_tick_to_one_that_runs(loop: Loop, gate: Gate) -> None:
    await loop.due()
    await settle()
    await loop.due()
    gate.passes.release()
    await settle()
    assert (gate.begun, loop.is_running) == (1, False)
    await loop.due()
    await settle()
    assert gate.begun == 2


async def test_a_tick_that_raises_is_logged_and_the_next_one_comes() -> None:
    left: list[Exception] = [RuntimeError("boom"), StoreBusy()]

    async def tick(_: datetime) -> None:
        await asyncio.sleep(0)
        if left:
            raise left.pop(0)

    loop = Loop("poll", tick, 1.0, lambda: NOW)
    with capture_logs() as logs:
        for failures in (1, 2, 0):
            loop.wake()
            await settle()
            assert loop.failures == failures
    assert [(entry["event"], entry["log_level"]) for entry in logs] == [("tick broke", "error"), ("tick failed", "warning")]


async def test_each_loop_ticks_at_the_start_and_again_and_again(gate: Gate) -> None:
    for _ in range(100):
        gate.passes.release()
    jobs = Jobs(lambda: NOW)
    jobs.add("paint", gate.tick, 0.02)
    jobs.start()
    await gate.until(ended=3)
    await jobs.stop(1)
    ended = gate.ended
    await asyncio.sleep(0.06)
    assert gate.ended == ended


async def test_stopping_waits_for_the_tick_that_runs_and_begins_none(gate: Gate) -> None:
    jobs = Jobs(lambda: NOW)
    jobs.add("paint", gate.tick, 60)
    jobs.start()
    await gate.until(begun=1)
    wake = jobs.waker("paint")
    wake()
    stopping = asyncio.create_task(jobs.stop(5))
    await settle()
    assert not stopping.done()
    gate.passes.release()
    await stopping
    wake()
    await settle()
    assert (gate.begun, gate.ended) == (1, 1)


async def test_a_tick_that_does_not_end_is_canceled_and_told(gate: Gate) -> None:
    jobs = Jobs(lambda: NOW)
    jobs.add("poll", gate.tick, 60)
    jobs.start()
    await gate.until(begun=1)
    with capture_logs() as logs:
        await jobs.stop(0.01)
    assert [(entry["event"], entry["task"]) for entry in logs] == [("tick canceled", "tick poll")]
    assert not jobs.loops["poll"].is_running


async def test_a_wake_before_the_start_is_no_error_and_stopping_unstarted_jobs_neither(gate: Gate) -> None:
    jobs = Jobs(lambda: NOW)
    jobs.waker("paint")()
    jobs.add("paint", gate.tick, 60)
    jobs.waker("paint")()
    await jobs.stop(1)
    assert gate.begun == 0


async def test_a_loop_in_which_nothing_ends_is_called_stuck(loop: Loop, gate: Gate) -> None:
    jobs = Jobs(lambda: NOW)
    jobs.loops = {"paint": loop}
    assert jobs.stuck(60) == ()
    loop.wake()
    await settle()
    assert jobs.stuck(-1 - loop.every) == ("paint",)
    loop.every = 3600
    assert jobs.stuck(-1 - 60) == ()
    loop.every = 1.0
    gate.passes.release()
    await settle()
    assert jobs.stuck(60) == ()


async def test_a_tick_that_a_listener_wakes_does_not_act_for_its_request() -> None:
    held: list[Hold | None] = []

    async def tick(_now: datetime) -> None:
        held.append(HELD.get())

    loop = Loop("x", tick, 60.0, lambda: NOW)
    with holding(Hold("r1", "us", "U0ANA")):
        loop.wake()
    assert loop.task is not None
    await loop.task
    assert held == [None]
