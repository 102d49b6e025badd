"""Addresses of resources and modules, as people type them after --target and --replace."""

from __future__ import annotations

import re

LONGEST = 1000
STEP = r"[^\W\d][\w-]*"
INDEX = r"\[(?:[0-9]+|\"(?:\\.|[^\"\\])*+\")\]"
ADDRESS = re.compile(rf"{STEP}(?:{INDEX})?(?:\.{STEP}(?:{INDEX})?)+")
BARE_KEY = re.compile(r"\[([^\]\[\"]+)\]")
INDICES = re.compile(INDEX)


def address(word: str) -> str | None:
    """The address; a key that lost its quotes while it was typed, `web[eu]`, gets them back. None for what is no address."""
    found = BARE_KEY.sub(lambda key: key[0] if key[1].isdecimal() else f'["{key[1]}"]', word.strip())
    if len(found) > LONGEST or not ADDRESS.fullmatch(found):
        return None
    rest = within_modules(found)
    return found if not rest or len(rest) == (3 if rest[0] == "data" else 2) else None


def can_be_replaced(found: str) -> bool:
    """Whether an address is that of a resource: a whole module, or what is only read, is not made anew."""
    rest = within_modules(found)
    return bool(rest) and rest[0] != "data"


def within_modules(found: str) -> list[str]:
    """The names of an address after those of its modules: type and name, and `data` before them for what is only read."""
    names = INDICES.sub("", found).split(".")
    while names[:1] == ["module"] and len(names) > 1:
        names = names[2:]
    return names
