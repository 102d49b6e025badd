"""Why a database cannot be opened at all, each with a sentence for the operator; what goes wrong later is StoreBusy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.core.errors import RunbellError, StoreBusy


class DatabaseRefused(RunbellError):
    """The database cannot be used as it is."""


class DatabaseInUse(DatabaseRefused):
    def __init__(self, path: Path) -> None:
        super().__init__(
            f"Another Runbell process uses {path}. SQLite serves one process; for several, set DATABASE_URL to a PostgreSQL database."
        )


class DatabaseUnreachable(DatabaseRefused):
    def __init__(self, shown: str, said: str) -> None:
        super().__init__(f"I cannot open the database {shown}: {said}")


class SchemaMissing(DatabaseRefused):
    def __init__(self, shown: str) -> None:
        super().__init__(f"The database {shown} holds no tables of mine yet. Run “runbell migrate” once, then start again.")


class SchemaOld(DatabaseRefused):
    def __init__(self, shown: str) -> None:
        super().__init__(f"The tables of {shown} are of an older release. Run “runbell migrate” once, then start again.")


class SchemaNewer(DatabaseRefused):
    def __init__(self, shown: str) -> None:
        super().__init__(
            f"The tables of {shown} are of a newer release than this one. “runbell migrate” cannot go back: start that release instead."
        )


class TableMissing(DatabaseRefused):
    """Somebody has dropped a table of ours. What it held is only in a backup, so nothing is made in its place."""

    def __init__(self, name: str) -> None:
        table = f" “{name}”" if name else ""
        super().__init__(f"The database has lost its table{table}: somebody has removed it. Restore it from a backup.")


class ForeignTables(DatabaseRefused):
    def __init__(self, shown: str, names: str) -> None:
        super().__init__(f"The database {shown} already has tables that are not mine ({names}). Give me an empty database.")


UNDEFINED_TABLE = "42P01"
LOST_TABLE = re.compile(r'no such table: (?P<sqlite>\w+)|relation "(?P<postgres>\w+)"')

SQLITE_BUSY = frozenset({5, 6})
"""SQLITE_BUSY and SQLITE_LOCKED; extended codes keep them in the lowest byte (sqlite.org/rescode.html)."""

POSTGRES_BUSY = ("08", "40", "53", "55P03", "57014", "57P01", "57P02", "57P03", "25P03", "25P04")
"""SQLSTATEs, or their classes, that say: not now. Connection, rollback, resources, lock timeout, shutdown, time limits."""


@contextmanager
def plainly() -> Iterator[None]:
    """Turn a database that is locked, out of connections, or gone, into StoreBusy.

    A connection that breaks while a transaction is committed leaves open whether it was: whoever repeats has to look first.
    """
    try:
        yield
    except PoolTimeout as error:
        raise StoreBusy from error
    except DBAPIError as error:
        if (lost := lost_table(error)) is not None:
            raise TableMissing(lost) from error
        if is_busy(error):
            raise StoreBusy from error
        raise


def lost_table(error: DBAPIError) -> str | None:
    """The name of the table that is not there, "" where it is not said; None for any other error. SQLite has no code for it."""
    if getattr(error.orig, "sqlstate", None) != UNDEFINED_TABLE and "no such table" not in str(error.orig):
        return None
    found = LOST_TABLE.search(str(error.orig))
    return (found["sqlite"] or found["postgres"]) if found else ""


def is_busy(error: DBAPIError) -> bool:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if isinstance(code, int):
        return code & 0xFF in SQLITE_BUSY
    state = getattr(error.orig, "sqlstate", None)
    if isinstance(state, str):
        return state.startswith(POSTGRES_BUSY)
    return error.connection_invalidated or isinstance(error, OperationalError)


def said_by(error: DBAPIError) -> str:
    """What the database says itself, in one line. Neither driver repeats a password."""
    primary = getattr(getattr(error.orig, "diag", None), "message_primary", None)
    lines = str(primary or error.orig).strip().splitlines()
    return lines[-1].strip() if lines else type(error.orig).__name__
