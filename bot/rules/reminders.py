"""`[[reminders]]`: when people are reminded of runs that wait, whom it reaches, and when runs expire."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.core.reminders import USUAL, ReminderRule
from bot.core.windows import Window
from bot.rules import scopes
from bot.rules.rules import windows_of
from bot.rules.sections import Section, Sections
from bot.rules.words import GROUP, not_a_group

KEYS = (*scopes.KEYS, "after", "then", "escalate", "windows", "off", "expire_after", "warn_before", "expire_all")
NUDGES = ("after", "then", "escalate")
EXPIRING = ("warn_before", "expire_all")
WARNING = timedelta(days=1)
"""The longest time between a warning and the end, unless one is given: else a quarter of the whole."""


def reminders(sections: Sections, known: Mapping[str, Window]) -> tuple[ReminderRule, ...]:
    return tuple(reminder(section, known) for section in sections.each("reminders"))


def reminder(section: Section, known: Mapping[str, Window]) -> ReminderRule:
    section.knows(KEYS)
    expire_after = scopes.duration(section, "expire_after")
    given = scopes.duration(section, "warn_before")
    is_off = section.flag("off")
    tell_slips(section, expire_after, given, is_off=is_off)
    return ReminderRule(
        scope=scopes.scope(section),
        after=scopes.duration(section, "after") or USUAL.after,
        then=scopes.duration(section, "then") or USUAL.then,
        escalate=group(section),
        windows=windows_of(section, known),
        expire_after=expire_after,
        warn_before=given or min(WARNING, (expire_after or WARNING) / 4),
        expires_all=section.flag("expire_all"),
        is_off=is_off,
        line=section.line,
    )


def group(section: Section) -> str:
    word = section.text("escalate")
    if word and not GROUP.fullmatch(word):
        section.wrong(not_a_group(word), "escalate")
    return word


def tell_slips(section: Section, expire_after: timedelta | None, warn_before: timedelta | None, *, is_off: bool) -> None:
    for key in NUDGES if is_off else ():
        if key in section.table:
            section.wrong(f"With off = true nobody is reminded, so “{key}” has no effect.", key)
    for key in EXPIRING if "expire_after" not in section.table else ():
        if key in section.table:
            section.wrong(f"Without “expire_after” nothing expires, so “{key}” has no effect.", key)
    if expire_after is not None and warn_before is not None and warn_before >= expire_after:
        section.wrong("“warn_before” is not shorter than “expire_after”, so people would be warned before anything waits.", "warn_before")
