"""Which words may stand where, and what is said of those that may not."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable

PERSON = re.compile(r"[UW][A-Z0-9]{2,}")
GROUP = re.compile(r"S[A-Z0-9]{2,}")
PART = r"(?:[\w*?-]|\[!?[\w-]+\])+"
GLOB = re.compile(rf"(?:{PART}/)?{PART}")

SET = re.compile(r"\[!?([\w-]+)\]")
RANGE = re.compile(r"(\w)-(\w)")
KINDS = ("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789")

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


def is_workspace_glob(word: str) -> bool:
    return GLOB.fullmatch(word) is not None and not has_odd_range(word)


def has_odd_range(word: str) -> bool:
    """Whether a set has a range such as [A-z] or [A-_]: without capitals it means other letters, or none, and would restrict less."""
    ranges = (found.groups() for letters in SET.findall(word) for found in RANGE.finditer(letters))
    return any(not any(first in kind and last in kind[kind.index(first) :] for kind in KINDS) for first, last in ranges)


def not_a_glob(word: str) -> str:
    if GLOB.fullmatch(word):
        return f"“{word}” has a range over letters of several kinds: write [a-z], [A-Z], [0-9] or a part of one of them."
    return f"“{word}” cannot name a workspace: write [organization/]workspace, where * stands for any letters."


def not_a_person(word: str) -> str:
    if GROUP.fullmatch(word):
        return f"“{word}” is the id of a user group. Move it to groups."
    return f"“{word}” is no id of a person: one looks like U0123ABCD (in Slack: the profile, three dots, Copy member ID)."


def not_a_group(word: str) -> str:
    if PERSON.fullmatch(word):
        return f"“{word}” is the id of a person. Move it to people."
    return f"“{word}” is no id of a user group: one looks like S0123ABCD (in Slack: People, User groups, three dots, Copy group ID)."


WORKSPACES = (is_workspace_glob, not_a_glob)
PEOPLE = (whole(PERSON), not_a_person)
GROUPS = (whole(GROUP), not_a_group)
