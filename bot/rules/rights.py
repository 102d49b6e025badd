"""`[[rights]]`: who may do what in which workspaces."""

from __future__ import annotations

from bot.core.errors import listed
from bot.core.policy import Grant, Right
from bot.rules.sections import Section, Sections
from bot.rules.words import GROUPS, PEOPLE, WORKSPACES, one_of

KEYS = ("may", "workspaces", "people", "groups", "members")
RIGHTS = tuple(right.value for right in Right)


def grants(sections: Sections) -> tuple[Grant, ...]:
    return tuple(grant(section) for section in sections.each("rights"))


def grant(section: Section) -> Grant:
    section.knows(KEYS)
    found = Grant(
        may=frozenset(Right(word) for word in section.words("may", one_of(RIGHTS, "right"))),
        workspaces=section.words("workspaces", WORKSPACES) or ("*",),
        people=frozenset(section.words("people", PEOPLE)),
        groups=frozenset(section.words("groups", GROUPS)),
        members=section.flag("members"),
    )
    is_whole(section)
    return found


def is_whole(section: Section) -> None:
    """A table that gives nothing, or gives it to nobody, is a slip and not a wish."""
    if not section.table.get("may"):
        section.wrong(f"“may” is missing: say which of {listed(RIGHTS)} is given.", "may")
    section.is_not_empty("workspaces", "all of them")
    if not any(section.table.get(key) for key in ("people", "groups", "members")):
        section.wrong("This gives rights to nobody: add people, groups or members = true.")
