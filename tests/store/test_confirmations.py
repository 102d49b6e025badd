from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.core.confirmations import CONFIRM_WITHIN, Confirmation
from bot.core.repetitions import CONFIRMATIONS_MOST
from bot.store.database import Database
from bot.store.tables import confirmations

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ASKED = Confirmation(
    id="a" * 32,
    person="U0ANA",
    team_id="T0ACME",
    channel="C0DEPLOYS",
    thread_ts="1.1",
    command="approve run-1",
    run_id="run-1",
    plan_digest="weak:1",
    created_at=NOON,
    expires_at=NOON + CONFIRM_WITHIN,
)
WHO = ("U0ANA", "T0ACME", "C0DEPLOYS")


@pytest.fixture(autouse=True)
async def asked(database: Database) -> None:
    async with database.write() as transaction:
        await transaction.confirmations.add(ASKED)


async def take(database: Database, *who: str, at: datetime = NOON) -> Confirmation | None:
    async with database.write() as transaction:
        return await transaction.confirmations.take(ASKED.id, *(who or WHO), at)  # type: ignore[call-arg, arg-type] # three words


async def test_it_is_used_once_and_comes_back_whole(database: Database) -> None:
    assert await take(database, at=NOON + CONFIRM_WITHIN - timedelta(seconds=1)) == replace(
        ASKED, used_at=NOON + CONFIRM_WITHIN - timedelta(seconds=1)
    )
    assert await take(database) is None


async def test_of_many_clicks_at_the_same_moment_one_uses_it(database: Database) -> None:
    taken = await asyncio.gather(*(take(database) for _ in range(8)))
    assert len([one for one in taken if one is not None]) == 1


async def test_after_ten_minutes_it_is_used_no_more(database: Database) -> None:
    assert await take(database, at=NOON + CONFIRM_WITHIN) is None


@pytest.mark.parametrize("who", [("U0KIM", "T0ACME", "C0DEPLOYS"), ("U0ANA", "T0OTHER", "C0DEPLOYS"), ("U0ANA", "T0ACME", "C0OTHER")])
async def test_of_nobody_else_and_nowhere_else_it_is_used(database: Database, who: tuple[str, str, str]) -> None:
    assert await take(database, *who) is None
    assert await take(database) is not None


async def test_what_is_long_over_is_forgotten(database: Database) -> None:
    async with database.write() as transaction:
        await transaction.leavings.remove_loose(NOON)
        assert await transaction.confirmations.get(ASKED.id) is not None
        await transaction.leavings.remove_loose(NOON + timedelta(days=90))
        assert await transaction.confirmations.get(ASKED.id) is None


async def kept(database: Database) -> set[str]:
    async with database.read() as transaction:
        rows = await transaction.confirmations.connection.execute(select(confirmations.c.id))
    return set(rows.scalars())


async def test_of_one_person_in_one_channel_the_newest_are_kept_and_of_everybody_else_all(database: Database) -> None:
    others = [replace(ASKED, id="of another", person="U0KIM"), replace(ASKED, id="elsewhere", channel="C0OTHER")]
    mine = [replace(ASKED, id=f"mine-{number:03}", created_at=NOON + timedelta(seconds=number)) for number in range(1, 60)]
    for one in (*others, *mine):
        async with database.write() as transaction:
            await transaction.confirmations.add(one)
    newest = {one.id for one in mine[-CONFIRMATIONS_MOST:]}
    assert await kept(database) == newest | {one.id for one in others}
    assert await take(database) is None
