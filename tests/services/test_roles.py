"""Roles change hands by the database's clock: never two holders, a dead one is followed, and a lost role stops what runs under it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.core.errors import StoreBusy
from bot.core.pace import Pace
from bot.services.ports import Transaction
from bot.services.roles import UNSHARED, Role, Roles
from bot.store.database import Database, open_database
from tests.fakes.stores import sqlite_store
from tests.services.house import TestClock

PACE = Pace()
COUNT = 3


class Lagging:
    """A store whose transactions take time: before they reach the database, and after it."""

    def __init__(self, database: Database, clock: TestClock) -> None:
        self.database = database
        self.clock = clock
        self.before = self.after = 0.0
        self.is_away = False

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        if self.is_away:
            raise StoreBusy
        self.clock.move(self.before)
        async with self.database.write() as transaction:
            yield transaction
        self.clock.move(self.after)

    read = write


class Company:
    """Processes that reach for one role; each counts seconds from a moment of its own."""

    def __init__(self, database: Database, clock: TestClock, name: str) -> None:
        self.clock = clock
        self.store = Lagging(database, clock)
        self.began = clock.now()
        self.all = [Roles(self.store, PACE, f"{name}-{number}", self.counter(number * 1e4)) for number in range(COUNT)]
        self.wakes: list[int] = []
        self.roles = [one.add(name, partial(self.wakes.append, number)) for number, one in enumerate(self.all)]
        self.dead: set[int] = set()

    def counter(self, ahead: float) -> Callable[[], float]:
        return lambda: ahead + (self.clock.now() - self.began).total_seconds()

    @property
    def holders(self) -> list[int]:
        return [number for number, role in enumerate(self.roles) if role.lasts()]

    async def tick(self, number: int) -> None:
        if number not in self.dead:
            await self.all[number].tick(self.clock.now())


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["tick", "tick", "tick", "wait", "die", "stop"]),
        st.integers(0, COUNT - 1),
        st.floats(0, 30),
        st.floats(0, 30),
    ),
    max_size=25,
)


async def play(company: Company, steps: list[tuple[str, int, float, float]]) -> None:
    """A dead process ticks no more, but what it last believed goes on: it may have been stopped only for a while."""
    for deed, number, first, second in steps:
        if deed == "tick":
            company.store.before, company.store.after = first / 10, second / 10
            await company.tick(number)
        elif deed == "wait":
            company.clock.move(first)
        elif deed == "die":
            company.dead.add(number)
        elif number not in company.dead:
            await company.all[number].give_back()
        assert len(company.holders) <= 1


async def follow(company: Company) -> None:
    """Whoever is left takes the role within a lease and one round, whatever happened before."""
    company.store.before = company.store.after = 0
    company.dead = {0, 1}
    since = company.clock.now()
    while 2 not in company.holders:
        company.clock.move(PACE.roles_every)
        await company.tick(2)
        assert len(company.holders) <= 1
    assert (company.clock.now() - since).total_seconds() <= PACE.role_lease + PACE.roles_every


def test_never_do_two_hold_a_role_and_a_dead_holder_is_followed_within_a_lease(tmp_path: Path) -> None:
    clock, names = TestClock(), iter(range(10_000))
    with asyncio.Runner() as runner:
        opening = open_database(f"sqlite:///{tmp_path / 'runbell.db'}", clock=clock)
        database = runner.run(opening.__aenter__())

        @settings(max_examples=40, deadline=None)
        @given(STEPS)
        def one(steps: list[tuple[str, int, float, float]]) -> None:
            company = Company(database, clock, f"role {next(names)}")
            runner.run(play(company, steps))
            runner.run(follow(company))

        one()
        runner.run(opening.__aexit__(None, None, None))


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    clock = TestClock()
    async with sqlite_store(tmp_path, clock=clock) as database:
        yield Company(database, clock, "painting:T1")


async def test_who_takes_a_role_is_woken_once_and_keeps_it(company: Company) -> None:
    for _ in range(20):
        for number in range(COUNT):
            await company.tick(number)
        company.clock.move(PACE.roles_every)
    assert (company.holders, company.wakes) == ([0], [0])


async def test_a_role_given_back_goes_to_the_next_at_once(company: Company) -> None:
    await company.tick(0)
    await company.all[0].give_back()
    await company.all[0].give_back()
    await company.tick(1)
    assert company.holders == [1]


async def test_who_hears_nothing_of_the_database_stops_before_anybody_else_begins(company: Company) -> None:
    await company.tick(0)
    company.store.is_away = True
    company.clock.move(PACE.role_lease - PACE.post_timeout)
    with pytest.raises(StoreBusy):
        await company.tick(0)
    assert company.roles[0].lasts()
    assert not company.roles[0].lasts(PACE.post_timeout)
    company.clock.move(PACE.post_timeout)
    assert company.holders == []
    company.store.is_away = False
    await company.tick(1)
    assert company.holders == [1]


async def test_who_slept_through_the_end_of_its_lease_hears_that_the_role_is_another_ones(company: Company) -> None:
    await company.tick(0)
    company.clock.move(PACE.role_lease + 1)
    await company.tick(1)
    with capture_logs() as logs:
        await company.tick(0)
    assert [entry["event"] for entry in logs] == ["role_lost"]
    async with company.store.read() as transaction:
        assert [await role.stands(transaction) for role in company.roles] == [False, True, False]


async def test_a_tick_runs_only_in_its_role(company: Company) -> None:
    ran: list[datetime] = []

    async def tick(now: datetime) -> None:
        ran.append(now)

    work = company.roles[0].during(tick)
    await work(company.clock.now())
    assert ran == []
    await company.tick(0)
    await work(company.clock.now())
    assert ran == [company.clock.now()]


class Holding:
    """A tick that runs until it is cut off."""

    def __init__(self) -> None:
        self.running = asyncio.Event()
        self.was_cut = False

    async def tick(self, now: datetime) -> None:
        self.since = now
        self.running.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.was_cut = True
            raise


async def begun(role: Role, held: Holding) -> None:
    await role.during(held.tick)(datetime.now(UTC))


async def test_a_tick_is_cut_off_when_its_role_is_lost(company: Company) -> None:
    await company.tick(0)
    held = Holding()
    task = asyncio.create_task(begun(company.roles[0], held))
    await held.running.wait()
    with capture_logs() as logs:
        company.roles[0].lose()
        await task
    assert held.was_cut
    assert [entry["event"] for entry in logs] == ["role_lost_at_work"]


async def test_a_tick_goes_on_while_its_role_is_kept_and_ends_with_the_lease(tmp_path: Path) -> None:
    pace = Pace(role_lease=0.3)
    async with sqlite_store(tmp_path) as database:
        roles = Roles(database, pace, "a")
        role = roles.add("looking:1", lambda: None)
        await roles.tick(database.clock.now())
        held = Holding()
        task = asyncio.create_task(begun(role, held))
        for _ in range(4):
            await asyncio.sleep(0.1)
            await roles.tick(database.clock.now())
        assert not task.done()
        async with asyncio.timeout(5):
            await task
        assert held.was_cut


async def test_a_time_limit_inside_of_a_tick_stays_what_it_is(company: Company) -> None:
    async def tick(now: datetime) -> None:
        raise TimeoutError(str(now))

    await company.tick(0)
    with pytest.raises(TimeoutError):
        await company.roles[0].during(tick)(company.clock.now())


async def test_a_process_without_others_always_may(company: Company) -> None:
    assert UNSHARED.lasts(1e9)
    async with company.store.read() as transaction:
        assert await UNSHARED.stands(transaction)
        assert not await Role("painting:T1").stands(transaction)
