"""`[[windows]]`: named windows of time, for rules to ask for."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import available_timezones

from bot.core.windows import EVERY_DAY, MIDNIGHT, WEEKDAYS, Window
from bot.rules.sections import Section, Sections
from bot.rules.words import hint, one_of

KEYS = ("name", "days", "from", "to", "zone", "since", "until")
WEEK = 7


def windows(sections: Sections, usual_zone: str = "UTC") -> dict[str, Window]:
    """By name. `usual_zone` is that of a window that says none."""
    found: dict[str, Window] = {}
    for section in sections.each("windows"):
        section.knows(KEYS)
        read = window(section, usual_zone)
        if read.name in found:
            section.wrong(f"There is another window “{read.name}”, in line {found[read.name].line}.", "name")
        found[read.name] = read
    return found


def window(section: Section, usual_zone: str = "UTC") -> Window:
    section.is_not_empty("days", "every day")
    read = Window(
        name=named(section),
        days=frozenset(WEEKDAYS.index(day) for day in section.words("days", one_of(WEEKDAYS, "weekday"))) or EVERY_DAY,
        start=clock(section, "from"),
        end=clock(section, "to"),
        zone=zone(section, usual_zone),
        since=day_of(section, "since"),
        until=day_of(section, "until"),
        line=section.line,
    )
    opens_ever(section, read)
    return read


def named(section: Section) -> str:
    """Every table of this kind has a name; one that has none is told."""
    name = section.text("name")
    if "name" not in section.table:
        section.wrong("“name” is missing: refusals and answers tell by it what it is about.")
    return name


def opens_ever(section: Section, window: Window) -> None:
    if window.since is None or window.until is None:
        return
    if window.until < window.since:
        section.wrong(f"“until” is before “since” ({window.since}), so this window never opens.", "until")
    elif not any(window.begins_on(window.since + timedelta(days=number)) for number in range(WEEK)):
        section.wrong(f"None of its days lies from {window.since} to {window.until}, so this window never opens.", "days")


def clock(section: Section, key: str) -> time:
    """09:00 in quotes, or TOML's own 09:00:00."""
    value = section.table.get(key, MIDNIGHT)
    try:
        found = value if isinstance(value, time) else time.fromisoformat(value)
    except (TypeError, ValueError):
        found = None
    if found is None or found.tzinfo is not None:
        section.wrong(f'“{key}” is a time of day: {key} = "09:00".', key)
        return MIDNIGHT
    return found


def day_of(section: Section, key: str) -> date | None:
    """2026-12-20, with or without quotes."""
    value = section.table.get(key)
    try:
        found = date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        found = key
    if found is not None and (not isinstance(found, date) or isinstance(found, datetime)):
        section.wrong(f"“{key}” is a date: {key} = 2026-12-20.", key)
        return None
    return found


def zone(section: Section, usual: str = "UTC") -> str:
    name = section.text("zone")
    known = available_timezones() | {"UTC"}
    if not name or name in known:
        return name or usual
    section.wrong(f"There is no time zone “{name}”. {hint_zone(name, known)}", "zone")
    return "UTC"


def hint_zone(name: str, known: set[str]) -> str:
    """The words of hundreds of zones are not listed."""
    if known == {"UTC"}:
        return "This machine has no time zones at all: install its package tzdata."
    by_lower = {word.lower(): word for word in known}
    said = hint(name, sorted(by_lower), "One looks like")
    near = said.partition("“")[2].partition("”")[0]
    return f"Did you mean “{by_lower[near]}”?" if near in by_lower else "One looks like Europe/Berlin."
