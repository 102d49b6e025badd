"""Every test of the store runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.database import Database, open_database
from tests.fakes.stores import put_tables
from tests.postgres import bare_postgres_url, postgres_cluster, postgres_database, postgres_url

__all__ = ["bare_postgres_url", "postgres_cluster", "postgres_database", "postgres_url"]

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with our tables, all of them empty."""
    if request.param == "sqlite":
        put_tables(tmp_path / "runbell.db")
        return f"sqlite:///{tmp_path / 'runbell.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture(params=BOTH)
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'runbell.db'}"
    return str(request.getfixturevalue("bare_postgres_url"))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with open_database(database_url) as opened:
        yield opened
        assert opened.connections_in_use == 0


@pytest.fixture
async def replica(database: Database, database_url: str) -> AsyncIterator[Database]:
    """The same data as another process sees it; SQLite serves one process, so there it is the same store."""
    if database.address.path is not None:
        yield database
        return
    async with open_database(database_url) as opened:
        yield opened
        assert opened.connections_in_use == 0
