"""Statements that both databases know, each in its own dialect's words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Executable, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

MOST_AT_ONCE = 500
"""How many values go into one statement; SQLite's own bound is some thousands."""


def insert_into(connection: AsyncConnection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows ON CONFLICT."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def upsert(connection: AsyncConnection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that overwrites every column but the key of a row that is there."""
    statement = insert_into(connection, table)
    keys = [column.name for column in table.primary_key]
    changes = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=changes)


async def changed(connection: AsyncConnection, statement: Executable, values: dict[str, Any] | None = None) -> int:
    """How many rows the statement wrote; psycopg is asked before its cursor closes."""
    return (await connection.execute(statement, values, execution_options={"preserve_rowcount": True})).rowcount


def portions(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), MOST_AT_ONCE):
        yield values[start : start + MOST_AT_ONCE]
