"""Engines: how each database is spoken to so that nothing is lost, nobody waits for ever, and writers queue."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, QueuePool, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, PoolResetState

from bot.store.addresses import Address

READERS = 4
SERVER_CONNECTIONS = 10
SERVER_LIMITS = "-c timezone=UTC -c lock_timeout={wait:d} -c statement_timeout=60000 -c idle_in_transaction_session_timeout=60000"
"""Milliseconds, all of them; a transaction of ours holds its locks for far less."""


@dataclass(frozen=True, slots=True)
class Engines:
    """Two ways to one database. On SQLite each has connections of its own, on PostgreSQL they share a pool."""

    reading: AsyncEngine
    writing: AsyncEngine

    async def dispose(self) -> None:
        await self.reading.dispose()
        await self.writing.dispose()

    @property
    def checked_out(self) -> int:
        """How many connections are in use now."""
        pools = {id(engine.pool): engine.pool for engine in (self.reading, self.writing)}
        return sum(pool.checkedout() for pool in pools.values() if isinstance(pool, QueuePool))


def engines(address: Address, wait_seconds: float) -> Engines:
    """`wait_seconds` is how long anybody waits for a lock or for a connection."""
    return file_engines(address, wait_seconds) if address.path else server_engines(address, wait_seconds)


def file_engines(address: Address, wait_seconds: float) -> Engines:
    """One connection writes, so that our own writers queue in order instead of polling for the lock; the others cannot write.

    A connection that is given back is rolled back only where a transaction is left in it, as after a COMMIT that SQLite has refused.
    """
    common: dict[str, Any] = {"hide_parameters": True, "pool_timeout": wait_seconds, "max_overflow": 0, "pool_reset_on_return": None}
    connect = {"timeout": wait_seconds, "isolation_level": None}
    reading = create_async_engine(address.url, pool_size=READERS, connect_args=connect, **common)
    writing = create_async_engine(address.url, pool_size=1, connect_args=connect, **common)
    prepare(reading.sync_engine, "BEGIN", "PRAGMA query_only = ON")
    prepare(writing.sync_engine, "BEGIN IMMEDIATE", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON")
    event.listen(reading.sync_engine, "reset", ended)
    event.listen(writing.sync_engine, "reset", ended)
    return Engines(reading, writing)


def ended(connection: DBAPIConnection, _entry: ConnectionPoolEntry, state: PoolResetState) -> None:
    """Looked up without a way to the connection's thread and back, which a rollback of nothing would take."""
    raw: Any = connection
    if state.asyncio_safe and raw.driver_connection.in_transaction:
        connection.rollback()


def prepare(engine: Engine, begin: str, *pragmas: str) -> None:
    """Begin transactions ourselves: the driver (told so by isolation_level None) would begin late, and never IMMEDIATE.

    End them ourselves where a connection is given up in the middle of one, as on a cancellation: SQLite keeps a closed connection, and
    with it the lock on the file, for as long as some cursor of it has not been collected (sqlite.org, sqlite3_close_v2).
    """

    def connected(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()

    def begun(connection: Connection) -> None:
        raw: Any = connection.connection.dbapi_connection
        if not connection.dialect.is_async:
            connection.exec_driver_sql(begin)
            return
        try:
            raw.run_async(lambda driver: driver.execute(begin))  # once to its thread and back, instead of three times
        except sqlite3.Error as error:
            raise OperationalError(begin, None, error, hide_parameters=True) from error
        except BaseException as error:
            connection.invalidate(error)
            raise

    def given_up(connection: DBAPIConnection | None, _entry: ConnectionPoolEntry, _why: BaseException | None) -> None:
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.rollback()

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    event.listen(engine, "invalidate", given_up)


def server_engines(address: Address, wait_seconds: float) -> Engines:
    """A read sees one moment of the database from its first statement on, and cannot write."""
    engine = create_async_engine(
        address.url,
        hide_parameters=True,
        pool_size=SERVER_CONNECTIONS // 2,
        max_overflow=SERVER_CONNECTIONS - SERVER_CONNECTIONS // 2,
        pool_timeout=wait_seconds,
        pool_pre_ping=True,
        pool_recycle=1800,
        connect_args=server_arguments(address.url, wait_seconds),
    )
    return Engines(engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True), engine)


def server_arguments(url: URL, wait_seconds: float) -> dict[str, str]:
    """The parameters of libpq (postgresql.org/docs/current/libpq-connect.html); what the address says itself stands."""
    wanted = {
        "application_name": "runbell",
        "connect_timeout": "10",
        "keepalives_idle": "15",
        "keepalives_interval": "5",
        "keepalives_count": "3",
        "tcp_user_timeout": "20000",
    }
    limits = SERVER_LIMITS.format(wait=round(wait_seconds * 1000))
    said = url.query.get("options", "")
    options = " ".join([limits, *([said] if isinstance(said, str) else said)]).strip()
    return {**{name: value for name, value in wanted.items() if name not in url.query}, "options": options}


def blocking_engine(address: Address) -> Engine:
    """For migrations: one connection at a time, tables may be rebuilt (so foreign keys are looked at afterwards), no time limits."""
    if address.path is None:
        return create_engine(address.blocking_url, poolclass=NullPool, hide_parameters=True, connect_args={"connect_timeout": "10"})
    engine = create_engine(address.blocking_url, poolclass=NullPool, hide_parameters=True, connect_args={"isolation_level": None})
    prepare(engine, "BEGIN IMMEDIATE", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL")
    return engine
