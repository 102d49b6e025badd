"""Reads `runbell.toml` into a Policy; every error comes with its line, what it means and the nearest right word, all at once.

[[rights]]
may = ["start", "decide"]
workspaces = ["storefront-*", "acme/billing"]     # all, where it is left out
people = ["U0ANA"]                                # Slack ids: profile, three dots, Copy member ID
groups = ["S0PLATFORM"]
members = false                                   # true: every full member of the Slack workspace
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.core.errors import listed
from bot.core.policy import WITHOUT_FILE, Grant, Policy, Right

TABLES = ("rights",)
KEYS = ("may", "workspaces", "people", "groups", "members")
RIGHTS = tuple(right.value for right in Right)

HEADER = re.compile(r"^\s*\[\[\s*rights\s*\]\]")
KEY = re.compile(r"^\s*[\"']?([\w-]+)[\"']?\s*=")
TABLE = re.compile(r"^\s*\[{1,2}\s*[\"']?([\w-]+)")
PERSON = re.compile(r"[UW][A-Z0-9]{2,}")
GROUP = re.compile(r"S[A-Z0-9]{2,}")
GLOB = re.compile(r"(?:[\w*?\[\]!-]+/)?[\w*?\[\]!-]+")


class RulesWrong(Exception):
    """`problems` are sentences, each of which names the file and the line."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(slots=True)
class Lines:
    """Where things stand in the file: tomllib does not say. `tables[n]` is the n-th `[[rights]]`, with the lines of its keys."""

    top: dict[str, int] = field(default_factory=dict)
    tables: list[tuple[int, dict[str, int]]] = field(default_factory=list)

    @classmethod
    def of(cls, text: str) -> Lines:
        lines, keys = cls(), {}
        keys = lines.top
        for number, line in enumerate(text.splitlines(), start=1):
            if HEADER.match(line):
                keys = {}
                lines.tables.append((number, keys))
            elif found := TABLE.match(line):
                lines.top.setdefault(found[1], number)
                keys = {}
            elif found := KEY.match(line):
                keys.setdefault(found[1], number)
        return lines

    def table(self, index: int) -> int:
        return self.tables[index][0] if index < len(self.tables) else self.top.get("rights", 1)

    def key(self, index: int, key: str) -> int:
        return self.tables[index][1].get(key, self.table(index)) if index < len(self.tables) else self.table(index)


@dataclass(slots=True)
class Reader:
    """One reading of one file; `problems` grows, nothing is raised before the end."""

    name: str
    lines: Lines
    problems: list[tuple[int, str]] = field(default_factory=list)

    def wrong(self, line: int, sentence: str) -> None:
        self.problems.append((line, sentence))

    def policy(self, document: dict[str, Any]) -> Policy:
        for name in document:
            if name not in TABLES:
                self.wrong(self.lines.top.get(name, 1), f"There is no table or key “{name}”. {hint(name, TABLES, 'It may hold')}")
        tables = document.get("rights", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self.wrong(self.lines.top.get("rights", 1), "“rights” is a list of tables: write [[rights]] with two brackets.")
            return Policy()
        return Policy(tuple(self.grant(index, table) for index, table in enumerate(tables)), self.name)

    def grant(self, index: int, table: dict[str, Any]) -> Grant:
        for key in table:
            if key not in KEYS:
                self.wrong(self.lines.key(index, key), f"[[rights]] has no “{key}”. {hint(key, KEYS, 'It has')}")
        may = frozenset(Right(word) for word in self.words(index, table, "may", RIGHTS.__contains__, not_a_right))
        workspaces = tuple(self.words(index, table, "workspaces", whole(GLOB), not_a_glob))
        people = frozenset(self.words(index, table, "people", whole(PERSON), not_a_person))
        groups = frozenset(self.words(index, table, "groups", whole(GROUP), not_a_group))
        members = table.get("members", False)
        if not isinstance(members, bool):
            self.wrong(self.lines.key(index, "members"), "“members” is true or false, without quotes.")
        self.is_whole(index, table)
        return Grant(may=may, workspaces=workspaces or ("*",), people=people, groups=groups, members=members is True)

    def is_whole(self, index: int, table: dict[str, Any]) -> None:
        """A table that gives nothing, or gives it to nobody, is a slip and not a wish."""
        if not table.get("may"):
            self.wrong(self.lines.key(index, "may"), f"“may” is missing: say which of {listed(RIGHTS)} is given.")
        if table.get("workspaces") == []:
            self.wrong(self.lines.key(index, "workspaces"), "“workspaces” is empty. Leave it out to mean all of them.")
        if not any(table.get(key) for key in ("people", "groups", "members")):
            self.wrong(self.lines.table(index), "This gives rights to nobody: add people, groups or members = true.")

    def words(
        self, index: int, table: dict[str, Any], key: str, is_right: Callable[[str], object], explain: Callable[[str], str]
    ) -> Iterator[str]:
        """The words of a list that are right; a sentence for each other one."""
        value = table.get(key, [])
        line = self.lines.key(index, key)
        if not isinstance(value, list):
            self.wrong(line, f"“{key}” is a list: {key} = [{shown(value)}].")
            return
        for word in value:
            if isinstance(word, str) and is_right(word):
                yield word
            else:
                self.wrong(line, explain(word) if isinstance(word, str) else f"“{key}” holds {word!r}, which is no word in quotes.")


def shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else "…"


def whole(pattern: re.Pattern[str]) -> Callable[[str], object]:
    return pattern.fullmatch


def not_a_right(word: str) -> str:
    return f"“{word}” is no right. {hint(word, RIGHTS, 'There are')}"


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


def hint(word: str, known: Iterable[str], otherwise: str) -> str:
    near = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.5)
    return f"Did you mean “{near[0]}”?" if near else f"{otherwise}: {', '.join(known)}."


def parse_rules(text: str, name: str = "runbell.toml") -> Policy:
    """The policy that a file's text says; RulesWrong with every problem in it, in the order of the lines."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulesWrong((f"{name}: this is not TOML: {error}.",)) from None
    reader = Reader(name, Lines.of(text))
    policy = reader.policy(document)
    if reader.problems:
        raise RulesWrong(tuple(f"{name}, line {line}: {sentence}" for line, sentence in sorted(reader.problems)))
    return policy


def read_rules(path: Path | None) -> Policy:
    """The policy of a file, or the one that holds without a file: full members may read, nobody may do more."""
    if path is None:
        return WITHOUT_FILE
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RulesWrong((f"{path} cannot be read: {error.strerror}.",)) from None
    except UnicodeDecodeError:
        raise RulesWrong((f"{path} is not UTF-8 text.",)) from None
    return parse_rules(text, str(path))
