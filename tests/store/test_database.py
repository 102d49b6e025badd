from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from bot.core.errors import StoreBusy
from bot.core.runs import Run
from bot.core.votes import Vote
from bot.store.addresses import parse_address
from bot.store.database import Database, Transaction, open_database
from bot.store.engines import engines
from bot.store.refusals import DatabaseInUse, DatabaseUnreachable
from bot.store.tables import seen

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WAIT = 0.2


@pytest.fixture
async def hasty(database_url: str) -> AsyncIterator[Database]:
    """A store that waits for nobody longer than 0.2 s."""
    async with open_database(database_url, wait_seconds=WAIT) as opened:
        yield opened
        assert opened.connections_in_use == 0


def sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'runbell.db'}"


async def note(transaction: Transaction, payload_id: str) -> bool:
    return await transaction.seen.first_time(payload_id, NOON)


async def is_noted(database: Database, payload_id: str) -> bool:
    async with database.read() as transaction:
        query = select(seen.c.payload_id).where(seen.c.payload_id == payload_id)
        return (await transaction.seen.connection.execute(query)).first() is not None


async def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    async def fail() -> None:
        async with database.write() as transaction:
            await note(transaction, "a")
            raise KeyError("something else")

    with pytest.raises(KeyError, match="something else"):
        await fail()
    assert not await is_noted(database, "a")


async def test_a_read_writes_nothing(database: Database) -> None:
    with pytest.raises(DBAPIError):
        async with database.read() as transaction:
            await note(transaction, "a")
    assert not await is_noted(database, "a")


async def test_a_read_sees_one_moment(database: Database) -> None:
    async with database.read() as reading:
        assert await reading.runs.live() == ()
        async with database.write() as writing:
            await writing.runs.put(Run(id="run-1", workspace_id="ws-1", status_word="planning"), NOON)
        assert await reading.runs.live() == ()
    async with database.read() as reading:
        assert len(await reading.runs.live()) == 1


async def test_writers_take_turns_and_nothing_is_lost(database: Database) -> None:
    async def turn(word: str) -> None:
        async with database.write() as transaction:
            round_number = await transaction.gates.lock("run-1", "confirm")
            await asyncio.sleep(0)
            await transaction.gates.reopen("run-1", "confirm", round_number)
            await note(transaction, word)

    await asyncio.gather(*(turn(str(number)) for number in range(20)))
    async with database.write() as transaction:
        assert await transaction.gates.lock("run-1", "confirm") == 21


async def test_a_lock_that_somebody_keeps_is_told_as_busy(hasty: Database) -> None:
    async with hasty.write() as holder:
        await holder.gates.lock("run-1", "confirm")
        with pytest.raises(StoreBusy):
            async with hasty.write() as other:
                await other.gates.lock("run-1", "confirm")
    async with hasty.write() as other:
        assert await other.gates.lock("run-1", "confirm") == 1


async def test_a_canceled_writer_leaves_neither_lock_nor_connection(hasty: Database) -> None:
    inside = asyncio.Event()

    async def write() -> None:
        async with hasty.write() as transaction:
            await transaction.gates.lock("run-1", "confirm")
            inside.set()
            for number in range(10_000):
                await note(transaction, str(number))

    task = asyncio.create_task(write())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert hasty.connections_in_use == 0
    async with hasty.write() as transaction:
        assert await transaction.gates.lock("run-1", "confirm") == 1
        assert await note(transaction, "0")


async def test_readers_beyond_all_connections_are_told_as_busy(hasty: Database) -> None:
    reading = asyncio.Event()

    async def read() -> None:
        async with hasty.read() as transaction:
            await transaction.runs.live()
            await reading.wait()

    readers = [asyncio.create_task(read()) for _ in range(12)]
    done, waiting = await asyncio.wait(readers, timeout=3 * WAIT, return_when=asyncio.FIRST_EXCEPTION)
    reading.set()
    outcomes = await asyncio.gather(*readers, return_exceptions=True)
    assert done
    assert waiting
    assert {type(outcome) for outcome in outcomes} == {StoreBusy, type(None)}


# SQLite


async def test_what_a_file_is_written_with_survives_a_power_cut(tmp_path: Path) -> None:
    async with open_database(sqlite_url(tmp_path)) as database, database.write() as transaction:
        connection = transaction.seen.connection
        found = {
            name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}


async def test_a_write_holds_the_file_from_its_begin(tmp_path: Path) -> None:
    async with open_database(sqlite_url(tmp_path)) as database, database.write():
        with intruder(tmp_path) as other, pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")


async def test_a_file_that_another_program_locks_is_told_as_busy(tmp_path: Path) -> None:
    async with open_database(sqlite_url(tmp_path), wait_seconds=WAIT) as database:
        with intruder(tmp_path) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreBusy):
                async with database.write():
                    pass
            async with database.read() as transaction:
                assert await transaction.runs.live() == ()
        assert not await is_noted(database, "a")


async def test_a_writer_that_is_canceled_while_it_waits_for_the_file_leaves_no_transaction_open(tmp_path: Path) -> None:
    """The driver goes on waiting in its thread, and may have begun by the time that nobody wants it any more."""
    async with open_database(sqlite_url(tmp_path)) as database:

        async def write() -> None:
            async with database.write() as transaction:
                await note(transaction, "canceled")

        with intruder(tmp_path) as other:
            other.execute("BEGIN IMMEDIATE")
            task = asyncio.create_task(write())
            await asyncio.sleep(0.1)
            task.cancel()
            other.execute("ROLLBACK")
            with pytest.raises(asyncio.CancelledError):
                await task
        async with database.write() as transaction:
            assert await note(transaction, "next")
        assert not await is_noted(database, "canceled")
        assert database.connections_in_use == 0


async def test_a_commit_that_fails_leaves_no_transaction_open_in_which_the_next_writer_would_find_itself(tmp_path: Path) -> None:
    """SQLite goes on with a transaction whose COMMIT it has refused, until somebody rolls it back (sqlite.org, lang_transaction)."""
    vote = Vote(person="U1", at=NOON, digest="d", rules="r")
    async with open_database(sqlite_url(tmp_path)) as database:

        async def write_what_cannot_be_committed() -> None:
            async with database.write() as transaction:
                await transaction.votes.connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
                await transaction.votes.cast("run-1", "confirm", 1, vote)

        with pytest.raises(DBAPIError, match="FOREIGN KEY"):
            await write_what_cannot_be_committed()
        async with database.write() as transaction:
            assert await note(transaction, "next")
        async with database.write() as transaction:
            assert await transaction.votes.at("run-1", "confirm", 1) == ()
        with intruder(tmp_path) as other:
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")
        assert await is_noted(database, "next")


def intruder(folder: Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(folder / "runbell.db", timeout=0, isolation_level=None))


OTHER_PROCESS = """
import asyncio, sys
from datetime import UTC, datetime
from bot.store.addresses import parse_address
from bot.store.database import open_database
async def main():
    async with open_database(sys.argv[1]) as database:
        async with database.write() as transaction:
            await transaction.seen.first_time("written by the other", datetime.now(UTC))
        print("open", flush=True)
        await asyncio.sleep(60)
asyncio.run(main())
"""


async def test_a_second_process_is_refused_until_the_first_is_gone_even_killed(tmp_path: Path) -> None:
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OTHER_PROCESS, sqlite_url(tmp_path), stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    try:
        assert other.stdout is not None
        assert await other.stdout.readline() == b"open\n"
        with pytest.raises(DatabaseInUse, match=r"Another Runbell process uses .*runbell\.db"):
            async with open_database(sqlite_url(tmp_path)):
                pass
    finally:
        other.kill()
        await other.communicate()
    async with open_database(sqlite_url(tmp_path)) as database:
        assert await is_noted(database, "written by the other")


async def test_a_place_where_no_file_can_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file" / "runbell.db", tmp_path):
        with pytest.raises(DatabaseUnreachable, match="I cannot open the database sqlite:///"):
            async with open_database(f"sqlite:///{path}"):
                pass


async def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    async with open_database(f"sqlite:///{tmp_path}/state/of/runbell.db") as database:
        assert not await is_noted(database, "a")


async def test_the_clock_of_a_file_is_ours(tmp_path: Path) -> None:
    async with open_database(sqlite_url(tmp_path)) as database:
        await database.measure_clock()
        before, now, after = datetime.now(UTC), database.clock.now(), datetime.now(UTC)
    assert before <= now <= after


# PostgreSQL


@pytest.mark.postgres
async def test_of_two_that_wait_for_each_other_one_is_told_as_busy(postgres_url: str) -> None:
    async with open_database(postgres_url) as database:
        both = asyncio.Barrier(2)

        async def lock(first: str, second: str) -> None:
            async with database.write() as transaction:
                await transaction.gates.lock(first, "confirm")
                await both.wait()
                await transaction.gates.lock(second, "confirm")

        outcomes = await asyncio.gather(lock("run-1", "run-2"), lock("run-2", "run-1"), return_exceptions=True)
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "StoreBusy"]


@pytest.mark.postgres
async def test_a_lost_connection_is_told_as_busy_and_made_anew(postgres_url: str) -> None:
    async def write(database: Database) -> None:
        async with database.write() as transaction:
            await note(transaction, "a")
            cut_off(postgres_url)
            await note(transaction, "b")

    async with open_database(postgres_url) as database:
        with pytest.raises(StoreBusy):
            await write(database)
        assert not await is_noted(database, "a")
        cut_off(postgres_url)
        assert not await is_noted(database, "a")


def cut_off(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.mark.postgres
async def test_a_server_is_told_our_limits_besides_the_addresss_own(postgres_url: str) -> None:
    url = f"{postgres_url}&application_name=bell&options=-c%20work_mem%3D8MB"
    async with open_database(url, wait_seconds=WAIT) as database, database.read() as transaction:
        connection = transaction.seen.connection
        names = ("lock_timeout", "TimeZone", "application_name", "work_mem", "transaction_isolation", "transaction_read_only")
        found = [(await connection.exec_driver_sql(f"SHOW {name}")).scalar_one() for name in names]
    assert found == ["200ms", "UTC", "bell", "8MB", "repeatable read", "on"]


@pytest.mark.postgres
async def test_the_servers_clock_is_measured(postgres_url: str) -> None:
    async with open_database(postgres_url) as database:
        assert abs(database.clock.now() - datetime.now(UTC)) < timedelta(seconds=1)
        database._measured.offset = timedelta(hours=3)
        assert database.clock.now() - datetime.now(UTC) > timedelta(hours=2)
        await database.measure_clock()
        assert abs(database.clock.now() - datetime.now(UTC)) < timedelta(seconds=1)


async def test_a_server_that_does_not_answer_is_told_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreachable, match="postgresql://localhost/runs") as caught:
        async with open_database(f"postgresql://bell:hunter2@/runs?host={tmp_path}"):
            pass
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in str(caught.value.__cause__)


async def test_a_server_that_is_gone_is_told_as_busy(tmp_path: Path) -> None:
    address = parse_address(f"postgresql://bell@/runs?host={tmp_path}")
    database = Database(address, engines(address, WAIT))
    with pytest.raises(StoreBusy):
        async with database.read():
            pass
    with pytest.raises(StoreBusy):
        await database.measure_clock()
