"""The database's clock as far as we know it: our own, and how far it is off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import ColumnElement, DateTime, Interval, func, literal
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.columns import Moment

Now = Callable[[], datetime]


def our_time() -> datetime:
    return datetime.now(UTC)


class Clock(Protocol):
    """What tells the time to the rows; tests may hand in one of their own."""

    def now(self) -> datetime: ...


class DatabaseClock:
    """Our clock, set right by the offset last measured against the server's; on SQLite the two are one."""

    def __init__(self, own: Now = our_time) -> None:
        self.own = own
        self.offset = timedelta()

    def now(self) -> datetime:
        return self.own() + self.offset

    def learn(self, before: datetime, theirs: datetime, after: datetime) -> None:
        """The server said `theirs` at some moment between two of ours: half way, as far as anybody can tell."""
        self.offset = theirs - (before + (after - before) / 2)


def moment(connection: AsyncConnection, now: Now, seconds: float = 0.0) -> ColumnElement[Any]:
    """So many seconds from now, as a value of a statement: the server's own clock where there is a server."""
    ahead = timedelta(seconds=seconds)
    if connection.dialect.name == "postgresql":
        return func.clock_timestamp(type_=DateTime(timezone=True)) + literal(ahead, Interval())
    return literal(now() + ahead, Moment())
