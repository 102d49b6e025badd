"""`[[freezes]]`, `[break_glass]` and `[time]`: when nothing is applied, who may all the same, and the zone of times that people type."""

from __future__ import annotations

from bot.core.freezes import BreakGlass, FreezeWindow
from bot.core.people import Circle
from bot.rules import scopes, windows
from bot.rules.sections import Section, Sections
from bot.rules.watches import channel_of
from bot.rules.words import GROUPS, PEOPLE

WHEN = ("days", "from", "to", "zone", "since", "until")
KEYS = ("name", *scopes.KEYS, *WHEN, "reason")
BREAKERS = ("people", "groups", "channel")


def file_zone(sections: Sections) -> str:
    section = sections.one("time")
    if section is None:
        return "UTC"
    section.knows(("zone",))
    return windows.zone(section)


def freezes(sections: Sections, zone: str) -> tuple[FreezeWindow, ...]:
    found: dict[str, FreezeWindow] = {}
    for section in sections.each("freezes"):
        read = freeze(section, zone)
        if read.name in found:
            section.wrong(f"There is another freeze “{read.name}”, in line {found[read.name].line}.", "name")
        found.setdefault(read.name, read)
    return tuple(found.values())


def freeze(section: Section, zone: str) -> FreezeWindow:
    section.knows(KEYS)
    if not any(key in section.table for key in WHEN if key != "zone"):
        section.wrong("This freezes for ever: say when, by days, from, to, since or until. A rule with deny is for what is never applied.")
    window = windows.window(section, zone)
    return FreezeWindow(
        name=window.name,
        scope=scopes.scope(section),
        window=window,
        reason=section.text("reason"),
        line=section.line,
    )


def break_glass(sections: Sections) -> BreakGlass:
    section = sections.one("break_glass")
    if section is None:
        return BreakGlass()
    section.knows(BREAKERS)
    circle = Circle(people=frozenset(section.words("people", PEOPLE)), groups=frozenset(section.words("groups", GROUPS)))
    if not section.table.get("people") and not section.table.get("groups"):
        section.wrong("This lets nobody break the glass: add people or groups.")
    return BreakGlass(circle=circle, channel=channel_of(section))
