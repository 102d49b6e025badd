from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.core.roles import PRUNING, Lease
from bot.store.database import Database, open_database

ROLE = "painting:T1"


async def take(database: Database, owner: str, seconds: float = 30, role: str = ROLE) -> Lease | None:
    async with database.write() as transaction:
        return await transaction.leases.take(role, owner, seconds)


async def stands(database: Database, lease: Lease) -> bool:
    async with database.read() as transaction:
        return await transaction.leases.stands(lease)


async def taken(database: Database, owner: str, seconds: float = 30) -> Lease:
    lease = await take(database, owner, seconds)
    assert lease is not None
    return lease


async def test_a_free_role_is_taken_and_kept_under_one_token(database: Database) -> None:
    first, again = await taken(database, "a"), await taken(database, "a")
    assert (first.token, again.token) == (1, 1)
    assert again.until > first.until
    assert again.taken_at == first.taken_at
    assert await stands(database, first)


async def test_a_role_that_another_holds_is_not_taken(database: Database, replica: Database) -> None:
    first = await taken(database, "a")
    assert await take(replica, "b") is None
    assert await take(replica, "b", role="looking:1") is not None
    assert await stands(database, first)


async def test_a_role_whose_time_is_over_changes_hands_with_a_new_token(database: Database, replica: Database) -> None:
    first = await taken(database, "a", 0)
    second = await taken(replica, "b")
    assert (second.owner, second.token) == ("b", 2)
    assert second.taken_at >= first.taken_at
    assert not await stands(database, first)
    assert await take(database, "a") is None


async def test_a_role_given_back_is_free_at_once(database: Database, replica: Database) -> None:
    first = await taken(database, "a")
    async with database.write() as transaction:
        await transaction.leases.give_back(first)
    assert not await stands(database, first)
    assert (await taken(replica, "b")).token == 2


async def test_giving_back_what_another_holds_by_now_takes_nothing_from_them(database: Database, replica: Database) -> None:
    first = await taken(database, "a", 0)
    second = await taken(replica, "b")
    async with database.write() as transaction:
        await transaction.leases.give_back(first)
    assert await stands(replica, second)


async def test_of_many_who_reach_for_a_role_at_once_one_has_it(database: Database, replica: Database) -> None:
    found = await asyncio.gather(*(take(store, f"{name}") for name, store in enumerate([database, replica] * 4)))
    assert len([lease for lease in found if lease is not None]) == 1


async def test_a_file_that_was_left_behind_has_no_holders(tmp_path: Path) -> None:
    database_url = f"sqlite:///{tmp_path / 'runbell.db'}"
    async with open_database(database_url) as database:
        await take(database, "a")
        await take(database, "a", role=PRUNING)
    async with open_database(database_url) as database:
        assert await take(database, "b") is not None
        assert await take(database, "b", role=PRUNING) is None


@pytest.mark.postgres
@pytest.mark.parametrize("minutes", [-5, 5])
async def test_a_machine_whose_clock_is_wrong_holds_a_role_no_longer_and_no_shorter(postgres_url: str, minutes: int) -> None:
    def wrong() -> datetime:
        return datetime.now(UTC) + timedelta(minutes=minutes)

    async with open_database(postgres_url, own=wrong) as skewed, open_database(postgres_url) as right:
        assert abs(skewed.clock.now() - right.clock.now()) < timedelta(seconds=1)
        mine = await taken(skewed, "a", 30)
        assert timedelta(seconds=28) < mine.until - right.clock.now() <= timedelta(seconds=30.5)
        assert await take(right, "b") is None
        await taken(skewed, "a", 0)
        theirs = await taken(right, "b", 30)
        assert await take(skewed, "a") is None
        assert not await stands(skewed, mine)
        assert await stands(skewed, theirs)
