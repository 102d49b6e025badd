"""Which words may stand where, and what is said of those that may not."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable

PERSON = re.compile(r"[UW][A-Z0-9]{2,}")
GROUP = re.compile(r"S[A-Z0-9]{2,}")
PART = r"(?:[\w*?-]|\[!?[\w-]+\])+"
GLOB = re.compile(rf"(?:{PART}/)?{PART}")

IsRight = Callable[[str], object]
Explain = Callable[[str], str]


def whole(pattern: re.Pattern[str]) -> IsRight:
    return pattern.fullmatch


def one_of(known: Iterable[str], what: str) -> tuple[IsRight, Explain]:
    """Words of a list; `what` is what each of them is called."""
    words = tuple(known)
    return words.__contains__, lambda word: f"“{word}” is no {what}. {hint(word, words, 'There are')}"


def hint(word: str, known: Iterable[str], otherwise: str) -> str:
    words = list(known)
    near = difflib.get_close_matches(word.lower(), words, n=1, cutoff=0.5)
    return f"Did you mean “{near[0]}”?" if near else f"{otherwise}: {', '.join(words)}."


def not_a_glob(word: str) -> str:
    return f"“{word}” cannot name a workspace: write [organization/]workspace, where * stands for any letters."


def not_a_person(word: str) -> str:
    if GROUP.fullmatch(word):
        return f"“{word}” is the id of a user group. Move it to groups."
    return f"“{word}” is no id of a person: one looks like U0123ABCD (in Slack: the profile, three dots, Copy member ID)."


def not_a_group(word: str) -> str:
    if PERSON.fullmatch(word):
        return f"“{word}” is the id of a person. Move it to people."
    return f"“{word}” is no id of a user group: one looks like S0123ABCD (in Slack: People, User groups, three dots, Copy group ID)."


WORKSPACES = (whole(GLOB), not_a_glob)
PEOPLE = (whole(PERSON), not_a_person)
GROUPS = (whole(GROUP), not_a_group)
