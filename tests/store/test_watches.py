from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.core.watches import Measure, Watch
from bot.store.database import Database

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SHOP = Watch(channel="C1", pattern="shop-*", measure=Measure.FAILURES, owner="U1", created_at=NOON)
ALL = Watch(channel="C1", pattern="acme/*")
ELSEWHERE = Watch(channel="C2", pattern="shop-*")


async def add(database: Database, *watches: Watch) -> list[bool]:
    async with database.write() as transaction:
        return [await transaction.watches.add(watch) for watch in watches]


async def test_watches_come_back_in_the_order_they_were_asked_for(database: Database) -> None:
    assert await add(database, SHOP, ALL, ELSEWHERE) == [True, True, True]
    async with database.read() as transaction:
        assert await transaction.watches.all() == (SHOP, ALL, ELSEWHERE)
        assert await transaction.watches.of_channel("C1") == (SHOP, ALL)
        assert await transaction.watches.of_channel("C3") == ()


async def test_a_channel_has_a_pattern_once(database: Database) -> None:
    assert await add(database, SHOP, Watch(channel="C1", pattern="shop-*", owner="U2")) == [True, False]
    async with database.read() as transaction:
        assert await transaction.watches.all() == (SHOP,)


async def test_a_removed_watch_is_told_and_gone(database: Database) -> None:
    await add(database, SHOP, ELSEWHERE)
    async with database.write() as transaction:
        assert await transaction.watches.remove(SHOP)
        assert not await transaction.watches.remove(SHOP)
    async with database.read() as transaction:
        assert await transaction.watches.all() == (ELSEWHERE,)


async def test_a_pattern_of_thousands_of_letters_is_a_pattern(database: Database) -> None:
    long = Watch(channel="C1", pattern="".join(chr(0x4E00 + number) for number in range(5000)))
    assert await add(database, long, long) == [True, False]


async def test_what_narrows_a_watch_and_how_it_hears_is_kept(database: Database) -> None:
    narrow = Watch(channel="C1", pattern="*", tag="prod", project="web", project_ids=("prj-1", "prj-2"), in_thread=True, mentions=True)
    coded = Watch(channel="C1", pattern="*", tag="prod", project="web", source="runbell.toml")
    assert await add(database, narrow, coded, Watch(channel="C1", pattern="*")) == [True, True, True]
    async with database.write() as transaction:
        assert await transaction.watches.remove(coded)
    async with database.read() as transaction:
        assert await transaction.watches.of_channel("C1") == (narrow, Watch(channel="C1", pattern="*"))


async def test_a_watch_is_written_over_but_for_its_pause(database: Database) -> None:
    coded = Watch(channel="C1", pattern="*", source="runbell.toml", created_at=NOON)
    await add(database, coded, ELSEWHERE)
    async with database.write() as transaction:
        await transaction.watches.pause("C1", NOON, "it is archived")
        await transaction.watches.replace(replace(coded, measure=Measure.ALL, created_at=None))
    async with database.read() as transaction:
        [kept] = await transaction.watches.of_channel("C1")
    assert kept == replace(coded, measure=Measure.ALL, paused_at=NOON, paused_why="it is archived")


async def test_the_watches_of_a_channel_are_paused_and_resumed_together(database: Database) -> None:
    await add(database, SHOP, ALL, ELSEWHERE)
    async with database.write() as transaction:
        assert await transaction.watches.pause("C1", NOON, "it is archived") == (SHOP, ALL)
        assert await transaction.watches.pause("C1", NOON, "something else") == ()
        assert await transaction.watches.paused_channels() == {"C1"}
        assert await transaction.watches.resume("C1") == 2
        assert await transaction.watches.resume("C1") == 0
        assert await transaction.watches.paused_channels() == frozenset()
        assert await transaction.watches.all() == (SHOP, ALL, ELSEWHERE)
