"""The sandbox's clock."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC

import pytest

from bot.sandbox.clock import Clock


async def test_time_passes_as_fast_as_it_is_told() -> None:
    clock, began = Clock(speed=1000), time.monotonic()
    start = clock.now()
    await clock.sleep(100)
    assert 0.09 < time.monotonic() - began < 1
    assert (clock.now() - start).total_seconds() >= 100
    assert start.tzinfo is UTC


async def test_sleepers_feel_a_change_of_speed_at_once() -> None:
    clock, began = Clock(speed=0.001), time.monotonic()
    sleeping = asyncio.create_task(clock.sleep(50))
    await asyncio.sleep(0.01)
    clock.speed = 1000
    await sleeping
    assert time.monotonic() - began < 1


async def test_a_change_of_speed_makes_no_leap() -> None:
    clock = Clock(speed=1)
    before = clock.monotonic()
    clock.speed = 100_000
    clock.speed = 0.001
    assert 0 <= clock.monotonic() - before < 5000
    assert clock.speed == 0.001


@pytest.mark.parametrize("speed", [0, -1, float("nan"), float("inf"), 1e9])
def test_impossible_speeds_are_refused(speed: float) -> None:
    clock = Clock()
    with pytest.raises(ValueError, match="speed must be"):
        clock.speed = speed


async def test_no_time_at_all_still_lets_others_go_first() -> None:
    clock, order = Clock(), list[str]()

    async def other() -> None:
        order.append("other")

    task = asyncio.create_task(other())
    await clock.sleep(0)
    order.append("sleeper")
    await task
    assert order == ["other", "sleeper"]
