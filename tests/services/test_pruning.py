from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.errors import StoreBusy
from bot.core.leavings import Leavings
from bot.core.pace import Pace
from bot.core.runs import Run
from bot.services import pruning
from bot.services.pruning import Pruner
from bot.store.database import Database
from bot.store.leavings import LeavingsTable
from tests.fakes.stores import sqlite_store
from tests.services.house import TestClock

KEEP = timedelta(days=90)
DAY = 86_400


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
async def database(tmp_path: Path, clock: TestClock) -> AsyncIterator[Database]:
    async with sqlite_store(tmp_path, clock=clock) as opened:
        yield opened


def pruner(database: Database, name: str = "a") -> Pruner:
    return Pruner(database, database.clock, Pace(), name, KEEP)


async def end_runs(database: Database, count: int, days_ago: int = 91) -> None:
    async with database.write() as transaction:
        for number in range(count):
            run = Run(id=f"run-{days_ago}-{number}", workspace_id="ws-1", status_word="applied")
            await transaction.runs.put(run, database.clock.now() - timedelta(days=days_ago))


async def test_everything_old_goes_however_much_it_is(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "RUNS_AT_ONCE", 2)
    await end_runs(database, 5)
    await end_runs(database, 3, days_ago=89)
    assert await pruner(database).count() == Leavings(runs=5)
    assert await pruner(database).prune() == Leavings(runs=5)
    assert await pruner(database).prune() == Leavings()


async def test_it_is_done_once_a_day_by_whoever_comes_first(database: Database, clock: TestClock) -> None:
    one, two = pruner(database), pruner(database, "b")
    for hours in range(48):
        await end_runs(database, 1, days_ago=91 + hours)
        for each in (one, two):
            await each.tick(clock.now())
        left = (await one.count()).runs
        assert left == hours % 24
        clock.move(DAY / 24)


async def test_what_did_not_succeed_is_tried_again_within_the_day(
    database: Database, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*_: object) -> Leavings:
        raise StoreBusy

    await end_runs(database, 1)
    with monkeypatch.context() as patch:
        patch.setattr(LeavingsTable, "remove_loose", busy)
        with pytest.raises(StoreBusy):
            await pruner(database).tick(clock.now())
    await end_runs(database, 1)
    await pruner(database, "b").tick(clock.now())
    assert (await pruner(database).count()).is_empty
