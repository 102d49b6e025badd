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
        return after if self.is_open(after) else next((at for at in self.starts(after) if at > after), None)

    def closes_at(self, after: datetime) -> datetime | None:
        """The first moment from `after` on at which it is not open; None where that is not within a year."""
        if not self.is_open(after):
            return after
        return next((at for at in self.ends(after) if at > after and not self.is_open(at)), None)

    def starts(self, after: datetime) -> Iterator[datetime]:
        for day in self.days_from(after):
            if self.begins_on(day):
                yield moment_of(day, self.start, self.zone)

    def ends(self, after: datetime) -> Iterator[datetime]:
        for day in self.days_from(after):
            if self.begins_on(day):
                yield last_moment_of(day if self.end > self.start else day + DAY, self.end, self.zone)

    def days_from(self, after: datetime) -> Iterator[date]:
        first = after.astimezone(zone_of(self.zone)).date() - DAY
        begin = max(first, self.since) if self.since else first
        return (begin + timedelta(days=number) for number in range(FAR))


def zone_of(name: str) -> tzinfo:
    """ZoneInfo keeps what it has read. UTC needs no data."""
    return UTC if name == "UTC" else ZoneInfo(name)


def moment_of(day: date, at: time, zone: str) -> datetime:
    """When a wall clock first shows a time, in UTC; where it leaps over that time, the moment of the leap."""
    before = datetime.combine(day, at.replace(fold=0), zone_of(zone)).astimezone(UTC)
    shown = before.astimezone(zone_of(zone))
    return before if shown.replace(tzinfo=None) == datetime.combine(day, at) else leap_before(before, zone)


def last_moment_of(day: date, at: time, zone: str) -> datetime:
    """When a wall clock shows a time for the last time."""
    later = datetime.combine(day, at.replace(fold=1), zone_of(zone)).astimezone(UTC)
    shown = later.astimezone(zone_of(zone)).replace(tzinfo=None)
    return later if shown == datetime.combine(day, at) else moment_of(day, at, zone)


def leap_before(moment: datetime, zone: str) -> datetime:
    """The second at which the clock was put forward, which was less than a day before."""
    low, high = moment - DAY, moment
    offset = high.astimezone(zone_of(zone)).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if middle.astimezone(zone_of(zone)).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return high


def is_any_open(windows: Iterable[Window], at: datetime) -> bool:
    return any(window.is_open(at) for window in windows)


def first_opening(windows: Iterable[Window], after: datetime) -> datetime | None:
    """When the first of several windows opens; None where none does within a year."""
    return min((at for window in windows if (at := window.opens_at(after)) is not None), default=None)
