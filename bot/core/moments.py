"""Times and durations as people type them: `2h`, `tomorrow 09:00`, `fri 18:00`, `2026-12-01`. By the wall clock of a zone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from bot.core.errors import WrongMoment
from bot.core.windows import DAY, MIDNIGHT, WEEKDAYS, leaps_on, zone_of

DURATION = re.compile(r"(?:\d{1,6}[smhdw])+", re.ASCII)
PART = re.compile(r"(\d+)([smhdw])")
UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": DAY, "w": 7 * DAY}
CLOCK = re.compile(r"\d{1,2}:\d{2}", re.ASCII)
DATE = re.compile(r"2\d{3}-\d{2}-\d{2}", re.ASCII)
WEEK = 7
FARTHEST = timedelta(days=366)
"""A moment farther away than this is a slip; what shall last longer has no end."""


def duration_of(word: str) -> timedelta | None:
    """`90s`, `2h`, `1d12h`; None for anything else, for nothing at all, and beyond a year."""
    if not DURATION.fullmatch(word.lower()):
        return None
    found = sum((int(number) * UNITS[unit] for number, unit in PART.findall(word.lower())), timedelta())
    return found if timedelta() < found <= FARTHEST else None


def duration_words(span: timedelta) -> str:
    """`3 d`, `1 h 30 min`, `45 s`: the two largest units that are not nothing."""
    seconds = max(0, round(span.total_seconds()))
    parts = []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        number, seconds = divmod(seconds, size)
        if number:
            parts.append(f"{number} {unit}")
    return " ".join(parts[:2]) or "0 s"


def words_of_moment(words: Sequence[str]) -> int:
    """How many of the first words tell a moment: two, one or none."""
    if not words:
        return 0
    first = words[0].lower()
    if is_day(first):
        return 2 if len(words) > 1 and clock_of(words[1]) is not None else 1
    return 1 if duration_of(first) or clock_of(first) is not None or stamp_of(first) is not None else 0


def moment_of(text: str, now: datetime, zone: str) -> datetime:
    """The aware moment in UTC; WrongMoment where it is none, is over already, or lies more than a year ahead."""
    words = text.lower().split()
    if not words or words_of_moment(words) != len(words):
        raise WrongMoment(f"I cannot read “{text}” as a time.")
    span = duration_of(words[0])
    found = now + span if span is not None else by_the_clock(words, now, zone_of(zone))
    if found <= now:
        raise WrongMoment(f"“{text}” is over already: I read it as {found.astimezone(zone_of(zone)):%Y-%m-%d %H:%M} ({zone}).")
    if found - now > FARTHEST:
        raise WrongMoment(f"“{text}” is more than a year ahead.")
    return found


def by_the_clock(words: Sequence[str], now: datetime, zone: tzinfo) -> datetime:
    """A weekday, or a time alone, means the next one; a day alone means its beginning."""
    first, today = words[0], now.astimezone(zone).date()
    stamp = stamp_of(first)
    if stamp is not None:
        return moment_on(stamp.date(), stamp.time(), zone)
    clock = clock_of(words[-1])
    if clock is not None and len(words) == 1:
        return next_of(today, 1, clock, now, zone)
    at = clock or MIDNIGHT
    weekday = weekday_of(first)
    if weekday is not None:
        return next_of(today + timedelta(days=(weekday - today.weekday()) % WEEK), WEEK, at, now, zone)
    named = {"today": today, "tomorrow": today + DAY}
    return moment_on(named[first] if first in named else date.fromisoformat(first), at, zone)


def next_of(day: date, step: int, at: time, now: datetime, zone: tzinfo) -> datetime:
    found = moment_on(day, at, zone)
    return found if found > now else moment_on(day + timedelta(days=step), at, zone)


def moment_on(day: date, at: time, zone: tzinfo) -> datetime:
    """Where a time comes twice on that day the second; where it is left out, when the clock leaps over it."""
    folds = (datetime.combine(day, at.replace(fold=fold), zone) for fold in (0, 1))
    real = [found for local in folds if (found := local.astimezone(UTC)).astimezone(zone).replace(tzinfo=None, fold=0) == wall(local)]
    return max(real) if real else min(leaps_on(day, zone), default=datetime.combine(day + DAY, MIDNIGHT, zone).astimezone(UTC))


def wall(local: datetime) -> datetime:
    return local.replace(tzinfo=None, fold=0)


def is_day(word: str) -> bool:
    return word in {"today", "tomorrow"} or weekday_of(word) is not None or date_of(word) is not None


def weekday_of(word: str) -> int | None:
    """`fri` or `friday`."""
    found = next((number for number, name in enumerate(WEEKDAYS) if word.startswith(name)), None)
    return found if found is not None and (word in WEEKDAYS or word in LONG_DAYS) else None


LONG_DAYS = frozenset({"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"})


def date_of(word: str) -> date | None:
    """`2026-12-01`, of this millennium."""
    try:
        return date.fromisoformat(word) if DATE.fullmatch(word) else None
    except ValueError:
        return None


def clock_of(word: str) -> time | None:
    if not CLOCK.fullmatch(word):
        return None
    hour, minute = map(int, word.split(":"))
    return time(hour, minute) if hour < 24 and minute < 60 else None  # noqa: PLR2004 - a day, an hour


def stamp_of(word: str) -> datetime | None:
    """`2026-12-01T09:00`, without a zone of its own."""
    day, _, clock = word.partition("t")
    found, at = date_of(day), clock_of(clock)
    return datetime.combine(found, at) if found is not None and at is not None else None
