from __future__ import annotations

from bot.core.roles import Mode
from bot.store.database import Database


async def beat(database: Database, *names: str, mode: Mode = Mode.SOCKET) -> None:
    async with database.write() as transaction:
        for name in names:
            await transaction.replicas.beat(name, "1.2", mode)


async def live(database: Database, seconds: float = 30) -> list[str]:
    async with database.read() as transaction:
        return [one.id for one in await transaction.replicas.live(seconds)]


async def test_those_that_beat_lately_live_the_oldest_first(database: Database, replica: Database) -> None:
    await beat(database, "a")
    await beat(replica, "b")
    await beat(database, "a")
    assert await live(replica) == ["a", "b"]
    assert await live(replica, -1) == []


async def test_a_beat_keeps_when_it_started(database: Database) -> None:
    await beat(database, "a", mode=Mode.HTTP)
    async with database.read() as transaction:
        (first,) = await transaction.replicas.live(30)
    await beat(database, "a")
    async with database.read() as transaction:
        (second,) = await transaction.replicas.live(30)
    assert (second.started_at, second.version, second.mode) == (first.started_at, "1.2", Mode.HTTP)
    assert second.beat_at > first.beat_at


async def test_who_leaves_is_gone_and_who_was_not_heard_of_is_forgotten(database: Database) -> None:
    await beat(database, "a", "b")
    async with database.write() as transaction:
        await transaction.replicas.leave("a")
    assert await live(database) == ["b"]
    async with database.write() as transaction:
        await transaction.replicas.forget(30)
    assert await live(database) == ["b"]
    async with database.write() as transaction:
        await transaction.replicas.forget(0)
    assert await live(database) == []
