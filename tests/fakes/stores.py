"""The real store on a file of its own: there is no fake of it, since the real one is as quick."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.store.clocks import Clock
from bot.store.database import Database, open_database


@asynccontextmanager
async def sqlite_store(folder: Path, *, clock: Clock | None = None) -> AsyncIterator[Database]:
    """A store in a folder (tmp_path), empty or as it was left; at the end no connection may be in use any more."""
    async with open_database(f"sqlite:///{folder / 'runbell.db'}", clock=clock) as database:
        yield database
        assert database.connections_in_use == 0
