"""Which release the tables in a database are of, and bringing them up to this one. Alembic is loaded only where it has work."""

from __future__ import annotations

import asyncio
from enum import StrEnum

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.addresses import Address, parse_address
from bot.store.engines import blocking_engine
from bot.store.locks import locked_file
from bot.store.refusals import DatabaseRefused, DatabaseUnreachable, ForeignTables, SchemaMissing, SchemaNewer, SchemaOld, said_by
from bot.store.tables import REVISION, metadata


class SchemaState(StrEnum):
    """`newer` is whatever this release does not know."""

    EMPTY = "empty"
    OLD = "old"
    CURRENT = "current"
    NEWER = "newer"


async def schema_state(url: str) -> SchemaState:
    """Look without changing anything, also while a bot runs; an SQLite file that is not there is not made.

    Raises ValueError for an address that is none, DatabaseUnreachable where nothing answers.
    """
    return await asyncio.to_thread(look, parse_address(url))


async def migrate(url: str) -> None:
    """Bring the tables up to this release, in one transaction; nothing happens where they are.

    Raises ValueError for an address that is none, and DatabaseRefused.
    """
    address = parse_address(url)
    if address.path is None:
        await asyncio.to_thread(upgrade, address)
        return
    with locked_file(address.path):
        await migrate_file(address)


async def migrate_file(address: Address) -> None:
    """The same for a file that is locked already."""
    await asyncio.to_thread(upgrade, address)


async def demand_current(connection: AsyncConnection, address: Address) -> None:
    state = await connection.run_sync(state_of)
    if state is not SchemaState.CURRENT:
        raise refusal(state, address)


def refusal(state: SchemaState, address: Address) -> DatabaseRefused:
    match state:
        case SchemaState.EMPTY:
            return SchemaMissing(address.shown)
        case SchemaState.OLD:
            return SchemaOld(address.shown)
        case _:
            return SchemaNewer(address.shown)


def look(address: Address) -> SchemaState:
    if address.path is not None and not address.path.exists():
        return SchemaState.EMPTY
    engine = blocking_engine(address)
    try:
        with engine.connect() as connection:
            return state_of(connection)
    except DBAPIError as error:
        raise DatabaseUnreachable(address.shown, said_by(error)) from error


def upgrade(address: Address) -> None:
    engine = blocking_engine(address)
    try:
        with engine.begin() as connection:
            hold_others(connection)
            bring_up(connection, address)
    except DBAPIError as error:
        raise DatabaseUnreachable(address.shown, said_by(error)) from error


def hold_others(connection: Connection) -> None:
    """Two migrations of one database come after one another; an SQLite file is locked as it is."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('runbell migrate'))"))


def bring_up(connection: Connection, address: Address) -> None:
    state = state_of(connection)
    if state is SchemaState.CURRENT:
        return
    if state is SchemaState.NEWER:
        raise SchemaNewer(address.shown)
    if state is SchemaState.EMPTY and (taken := foreign_tables(connection)):
        raise ForeignTables(address.shown, ", ".join(taken))
    from bot.store.migrations.running import upgrade_on  # noqa: PLC0415 - Alembic costs time and memory at every start

    upgrade_on(connection)


def foreign_tables(connection: Connection) -> list[str]:
    return sorted(set(inspect(connection).get_table_names()) & set(metadata.tables))


def state_of(connection: Connection) -> SchemaState:
    if not inspect(connection).has_table("alembic_version"):
        return SchemaState.EMPTY
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    if list(found) == [REVISION]:
        return SchemaState.CURRENT
    from bot.store.migrations.running import revisions  # noqa: PLC0415 - as above

    if not found:
        return SchemaState.EMPTY
    return SchemaState.OLD if set(found) <= revisions() else SchemaState.NEWER
