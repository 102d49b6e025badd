"""Word of messages goes from one process to another with the commit, and is heard again after the connection broke."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import psycopg
import pytest

from bot.core.errors import StoreBusy
from bot.core.messages import Kind
from bot.store.database import Database, open_database

pytestmark = pytest.mark.postgres


class Ear:
    def __init__(self) -> None:
        self.heard = 0
        self.changed = asyncio.Event()

    def __call__(self) -> None:
        self.heard += 1
        self.changed.set()

    async def until(self, heard: int) -> None:
        async with asyncio.timeout(10):
            while self.heard < heard:
                self.changed.clear()
                await self.changed.wait()


@asynccontextmanager
async def listening(database: Database, again_seconds: float = 0.05) -> AsyncIterator[Ear]:
    """An ear that is known to listen: the first word is of the connecting itself."""
    ear = Ear()
    task = asyncio.create_task(database.listen(ear, again_seconds))
    await ear.until(1)
    try:
        yield ear
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def want(database: Database, subject: str) -> None:
    async with database.write() as transaction:
        await transaction.messages.want(subject, "C1", Kind.CARD)


async def test_what_one_process_wants_the_other_hears_of(postgres_url: str) -> None:
    async with open_database(postgres_url) as one, open_database(postgres_url) as two, listening(two) as ear:
        await want(one, "run-1")
        await ear.until(2)
        async with one.write() as transaction:
            await transaction.messages.raise_wanted("run-1")
        await ear.until(3)


async def test_nothing_is_heard_of_what_wants_nothing_or_was_rolled_back(postgres_url: str) -> None:
    async with open_database(postgres_url) as one, open_database(postgres_url) as two, listening(two) as ear:
        async with one.write() as transaction:
            await transaction.messages.raise_wanted("run-0")
        with pytest.raises(StoreBusy):
            await want_and_break(one)
        await want(one, "run-1")
        await ear.until(2)
        await asyncio.sleep(0.1)
        assert ear.heard == 2


async def want_and_break(database: Database) -> None:
    async with database.write() as transaction:
        await transaction.messages.want("run-9", "C1", Kind.CARD)
        raise StoreBusy


async def test_a_connection_that_broke_is_made_anew(postgres_url: str) -> None:
    async with open_database(postgres_url) as one, open_database(postgres_url) as two, listening(two) as ear:
        with other_session(postgres_url) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
            )
        await ear.until(2)
        await want(one, "run-1")
        await ear.until(3)


@contextmanager
def other_session(url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection
