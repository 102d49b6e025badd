"""Statements that both databases know, each in its own dialect's words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Executable, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

MOST_AT_ONCE = 500
"""How many values go into one statement; SQLite's own bound is some thousands."""


Insert = postgresql.Insert | sqlite.Insert
"""One that knows ON CONFLICT. Those that are always the same are made once: making one costs as much as having it carried out."""


def insert_into(connection: AsyncConnection, table: Table) -> Insert:
    return inserting(connection.dialect.name, table)


def insert_new(connection: AsyncConnection, table: Table, *keys: str) -> Insert:
    """An INSERT that leaves a row alone that is there, by these keys."""
    return inserting_new(connection.dialect.name, table, keys)


def upsert(connection: AsyncConnection, table: Table) -> Insert:
    """An INSERT that overwrites every column but the key of a row that is there."""
    return overwriting(connection.dialect.name, table)


@cache
def inserting(dialect: str, table: Table) -> Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@cache
def inserting_new(dialect: str, table: Table, keys: tuple[str, ...]) -> Insert:
    return inserting(dialect, table).on_conflict_do_nothing(index_elements=keys)


@cache
def overwriting(dialect: str, table: Table) -> Insert:
    statement = inserting(dialect, table)
    keys = [column.name for column in table.primary_key]
    changes = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=changes)


async def changed(connection: AsyncConnection, statement: Executable, values: dict[str, Any] | None = None) -> int:
    """How many rows the statement wrote; psycopg is asked before its cursor closes."""
    return (await connection.execute(statement, values, execution_options={"preserve_rowcount": True})).rowcount


def portions(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), MOST_AT_ONCE):
        yield values[start : start + MOST_AT_ONCE]
