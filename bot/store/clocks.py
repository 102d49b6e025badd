"""The database's clock as far as we know it: our own, and how far it is off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What tells the time to the rows; tests may hand in one of their own."""

    def now(self) -> datetime: ...


class DatabaseClock:
    """Our clock, set right by the offset last measured against the server's; on SQLite the two are one."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def learn(self, before: datetime, theirs: datetime, after: datetime) -> None:
        """The server said `theirs` at some moment between two of ours: half way, as far as anybody can tell."""
        self.offset = theirs - (before + (after - before) / 2)
