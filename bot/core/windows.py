"""Windows of time: weekdays, hours, dates and a zone, and whether a moment lies within. Clocks that are put forward or back are minded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = frozenset(range(7))
MIDNIGHT = time(0)
DAY = timedelta(days=1)
HOURS = timedelta(hours=3)
SECOND = timedelta(seconds=1)
FAR = 400
"""Days ahead that are looked at for when a window opens; beyond them it counts as never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Open on these weekdays (0 is Monday) from `start` to before `end` by the wall clock of `zone`, on the dates from `since` to `until`.

    `end` at or before `start` lies on the next day, so 00:00 to 00:00 is all day; the weekday and the date are those of the start.
    """

    name: str = ""
    days: frozenset[int] = EVERY_DAY
    start: time = MIDNIGHT
    end: time = MIDNIGHT
    zone: str = "UTC"
    since: date | None = None
    until: date | None = None
    line: int = 0

    def is_open(self, at: datetime) -> bool:
        """`at` is aware. By the wall clock: an hour that comes twice counts twice, one that is left out does not count."""
        local = at.astimezone(zone_of(self.zone))
        today, now = local.date(), local.time()
        if self.end > self.start:
            return self.begins_on(today) and self.start <= now < self.end
        return (self.begins_on(today) and now >= self.start) or (self.begins_on(today - DAY) and now < self.end)

    def begins_on(self, day: date) -> bool:
        in_dates = (self.since is None or day >= self.since) and (self.until is None or day <= self.until)
        return in_dates and day.weekday() in self.days

    def opens_at(self, after: datetime) -> datetime | None:
        """The first moment from `after` on, in UTC and to the second, at which it is open; None where that is not within a year."""
        return after if self.is_open(after) else next((at for at in self.marks(after) if self.is_open(at)), None)

    def closes_at(self, after: datetime) -> datetime | None:
        """The first moment from `after` on at which it is not open; None where that is not within a year."""
        return next((at for at in self.marks(after) if not self.is_open(at)), None) if self.is_open(after) else after

    def marks(self, after: datetime) -> Iterator[datetime]:
        """The moments after one, in order, at which it may open or close: its times on each day, and where the clock is set."""
        first = after.astimezone(zone_of(self.zone)).date()
        if self.since is not None:
            first = max(first, self.since)
        for number in range(FAR):
            yield from (at for at in self.marks_on(first + timedelta(days=number)) if at > after)

    def marks_on(self, day: date) -> list[datetime]:
        zone = zone_of(self.zone)
        clocks = (datetime.combine(day, at.replace(fold=fold), zone) for at in (self.start, self.end) for fold in (0, 1))
        return sorted({clock.astimezone(UTC) for clock in clocks} | leaps_on(day, zone))


def zone_of(name: str) -> tzinfo:
    """ZoneInfo keeps what it has read. UTC needs no data."""
    return UTC if name == "UTC" else ZoneInfo(name)


def leaps_on(day: date, zone: tzinfo) -> set[datetime]:
    """The second on a day at which the clock is put forward or back, where there is one."""
    low = datetime.combine(day, MIDNIGHT, zone).astimezone(UTC) - HOURS
    high = datetime.combine(day + DAY, MIDNIGHT, zone).astimezone(UTC) + HOURS
    before = low.astimezone(zone).utcoffset()
    if high.astimezone(zone).utcoffset() == before:
        return set()
    while high - low > SECOND:
        middle = low + (high - low) // 2 // SECOND * SECOND
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return {high} if high.astimezone(zone).date() == day else set()


def is_any_open(windows: Iterable[Window], at: datetime) -> bool:
    return any(window.is_open(at) for window in windows)


def first_opening(windows: Iterable[Window], after: datetime) -> datetime | None:
    """When the first of several windows opens; None where none does within a year."""
    return min((at for window in windows if (at := window.opens_at(after)) is not None), default=None)
