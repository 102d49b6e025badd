"""The real store on a file of its own: there is no fake of it, since the real one is as quick."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import Dialect
from sqlalchemy.util import LRUCache

from bot.store.addresses import parse_address
from bot.store.clocks import Clock
from bot.store.database import Database, open_database
from bot.store.schemas import upgrade

_DIALECTS: dict[type[Dialect], Dialect] = {}
_COMPILED: LRUCache[Any, Any] = LRUCache(5000)


@event.listens_for(Engine, "engine_connect")
def _share_compiled_statements(connection: Connection) -> None:
    """Let all SQLite engines of a process share one dialect, and with it the statements that were compiled for it.

    SQLAlchemy keeps what it compiled per dialect object, and each test has an engine of its own: a third of a test went into compiling.
    """
    if connection.dialect.is_async and connection.dialect.name == "sqlite":
        connection.dialect = connection.engine.dialect = _DIALECTS.setdefault(type(connection.dialect), connection.dialect)
        connection.engine._compiled_cache = _COMPILED  # there is no public way to share it


@asynccontextmanager
async def sqlite_store(folder: Path, *, clock: Clock | None = None) -> AsyncIterator[Database]:
    """A store in a folder (tmp_path), empty or as it was left; at the end no connection may be in use any more."""
    path = folder / "runbell.db"
    put_tables(path)
    async with open_database(f"sqlite:///{path}", clock=clock) as database:
        yield database
        assert database.connections_in_use == 0


def put_tables(path: Path) -> None:
    """Put empty tables where no database is. Migrating takes 60 ms, and thousands of tests want a database."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(empty_tables())


@cache
def empty_tables() -> bytes:
    """Return the file of a database that was migrated and has no rows yet."""
    with TemporaryDirectory(prefix="runbell-tables-") as name:
        migrated, whole = Path(name, "migrated.db"), Path(name, "whole.db")
        upgrade(parse_address(f"sqlite:///{migrated}"))
        with closing(sqlite3.connect(migrated)) as connection:
            connection.execute("VACUUM INTO ?", (str(whole),))
        return whole.read_bytes()
