"""What somebody's Home tab shows: what waits for them, their own runs, and what is watched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.people import Standing
from bot.core.rows import RunRow, Waits
from bot.core.watches import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """`waiting` comes the longest waiting first, `own` the newest first. `hears_of_own`: they are written to about runs of their own.

    `looked_at` is when the server was last looked at, None where that has yet to happen.
    """

    now: datetime
    waiting: tuple[Waits, ...] = ()
    own: tuple[RunRow, ...] = ()
    watches: tuple[Watch, ...] = ()
    hears_of_own: bool = False
    looked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NoHome:
    """Whoever is no full member of the Slack workspace sees nothing of any run."""

    standing: Standing
