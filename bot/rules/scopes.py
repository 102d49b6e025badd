"""Keys that say which workspaces a table is about, and durations in quotes: what freezes and reminders have in common."""

from __future__ import annotations

from datetime import timedelta

from bot.core.moments import duration_of
from bot.core.scopes import Scope
from bot.rules.rules import PROJECTS, TAGS
from bot.rules.sections import Section
from bot.rules.words import WORKSPACES

KEYS = ("workspaces", "projects", "tags")


def scope(section: Section) -> Scope:
    for key in KEYS:
        section.is_not_empty(key, "all of them")
    return Scope(
        workspaces=section.words("workspaces", WORKSPACES),
        projects=frozenset(section.words("projects", PROJECTS)),
        tags=frozenset(section.words("tags", TAGS)),
    )


def duration(section: Section, key: str) -> timedelta | None:
    """None where it is left out, or wrong."""
    word = section.text(key)
    found = duration_of(word) if word else None
    if word and found is None:
        section.wrong(f'“{key}” is a while of a year at most: {key} = "90m", "4h" or "1d12h".', key)
    return found
