from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import NoReturn

import pytest
from structlog.testing import capture_logs

from bot.core.errors import StoreBusy
from bot.core.pace import Pace
from bot.core.roles import Mode
from bot.services.presence import Presence
from bot.store.database import Database
from tests.fakes.stores import sqlite_store
from tests.services.house import TestClock

PACE = Pace()


class Town:
    def __init__(self, database: Database, clock: TestClock) -> None:
        self.database = database
        self.clock = clock
        self.shares: list[int] = []
        self.began = clock.now()

    def seconds(self) -> float:
        return (self.clock.now() - self.began).total_seconds()

    def settle(self, name: str, mode: Mode = Mode.SOCKET) -> Presence:
        return Presence(self.database, PACE, name, "1.2", mode, self.shares.append, self.seconds)

    async def beat(self, *all_of_them: Presence) -> None:
        for one in all_of_them:
            await one.tick(self.clock.now())


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    clock = TestClock()
    async with sqlite_store(tmp_path, clock=clock) as database:
        yield Town(database, clock)


async def test_those_who_live_know_each_other_and_share_the_budget(town: Town) -> None:
    one, two = town.settle("a"), town.settle("b", Mode.HTTP)
    await town.beat(one, two, one)
    assert town.shares == [1, 2, 2]
    assert [replica.id for replica in one.live] == ["a", "b"]
    assert (one.sockets, two.sockets) == (1, 1)


async def test_who_falls_silent_is_counted_no_more_and_forgotten_later(town: Town) -> None:
    one, two = town.settle("a"), town.settle("b")
    await town.beat(two, one)
    town.clock.move(PACE.replica_gone)
    await town.beat(one)
    assert town.shares == [1, 2, 1]
    town.clock.move(PACE.replica_gone * 20)
    await town.beat(one)
    async with town.database.read() as transaction:
        assert len(await transaction.replicas.live(1e6)) == 1


async def test_who_leaves_is_counted_no_more_at_once(town: Town) -> None:
    one, two = town.settle("a"), town.settle("b")
    await town.beat(one, two, one)
    await two.leave()
    await one.look()
    assert town.shares == [1, 2, 2, 1]


async def test_a_database_that_takes_no_sign_of_life_is_lost_until_it_does(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    one = town.settle("a")
    await town.beat(one)
    with monkeypatch.context() as patch:
        patch.setattr(Database, "write", busy)
        for seconds in (0, PACE.database_gone):
            town.clock.move(seconds)
            with pytest.raises(StoreBusy):
                await town.beat(one)
            assert not one.has_lost_database
    town.clock.move(1)
    await one.look()
    assert one.has_lost_database
    await town.beat(one)
    assert not one.has_lost_database


def busy(_: Database) -> NoReturn:
    raise StoreBusy


async def test_a_process_that_had_no_time_to_give_a_sign_has_lost_nothing(town: Town) -> None:
    one = town.settle("a")
    town.clock.move(PACE.database_gone * 2)
    assert not one.has_lost_database


async def test_too_many_sockets_are_told_when_one_comes_and_not_when_one_goes(town: Town) -> None:
    everybody = [town.settle(f"{number}") for number in range(11)]
    await town.beat(*everybody[1:10])
    with capture_logs() as logs:
        await town.beat(everybody[10], everybody[0])
        await everybody[10].look()
        await everybody[5].leave()
        await everybody[10].look()
    assert [entry["error"].split()[0] for entry in logs if entry["log_level"] == "error"] == ["10", "11", "11"]
