from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import StatementError

from bot.store.database import Database
from bot.store.tables import seen

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def note(database: Database, payload_id: str, seen_at: datetime) -> None:
    async with database.write() as transaction:
        await transaction.seen.connection.execute(insert(seen), {"payload_id": payload_id, "seen_at": seen_at})


async def test_a_time_comes_back_aware_in_utc_to_the_microsecond(database: Database) -> None:
    await note(database, "a", NOON.astimezone(timezone(timedelta(hours=5, minutes=30))) + timedelta(microseconds=1))
    async with database.read() as transaction:
        found = (await transaction.seen.connection.execute(select(seen.c.seen_at))).scalar_one()
    assert found == NOON + timedelta(microseconds=1)
    assert found.tzinfo is UTC


async def test_a_naive_time_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="naive"):
        await note(database, "a", datetime(2026, 3, 1))  # noqa: DTZ001 - what is refused


async def test_times_are_compared_as_times(database: Database) -> None:
    for number, seconds in enumerate([9, 10, 0.5, 0.000001]):
        await note(database, str(number), NOON + timedelta(seconds=seconds))
    query = select(seen.c.payload_id).where(seen.c.seen_at > NOON.astimezone(timezone(timedelta(hours=-8)))).order_by(seen.c.seen_at)
    async with database.read() as transaction:
        assert (await transaction.seen.connection.execute(query)).scalars().all() == ["3", "2", "0", "1"]


@pytest.mark.parametrize("told,kept", [("a\x00b", "a\ufffdb"), ("a\ud800b", "a?b"), ("\u202e“ä” 🔔", "\u202e“ä” 🔔")])
async def test_text_that_cannot_be_stored_is_marked(database: Database, told: str, kept: str) -> None:
    await note(database, told, NOON)
    async with database.read() as transaction:
        assert (await transaction.seen.connection.execute(select(seen.c.payload_id))).scalar_one() == kept
