from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from bot.store.database import Database

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def first_time(database: Database, payload_id: str) -> bool:
    async with database.write() as transaction:
        return await transaction.seen.first_time(payload_id, NOON)


async def test_a_payload_is_new_once(database: Database) -> None:
    assert await first_time(database, "a")
    assert not await first_time(database, "a")
    assert await first_time(database, "b")


async def test_of_deliveries_at_the_same_time_one_is_the_first(database: Database) -> None:
    assert sorted(await asyncio.gather(*(first_time(database, "a") for _ in range(8)))) == [False] * 7 + [True]
