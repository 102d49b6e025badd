"""Where things stand in a TOML file, which tomllib does not say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

HEADER = re.compile(r"^\s*\[{1,2}\s*[\"']?([\w-]+)[\"']?\s*\]")
TABLE = re.compile(r"^\s*\[{1,2}\s*[\"']?([\w-]+)")
KEY = re.compile(r"^\s*[\"']?([\w-]+)[\"']?\s*=")

Keys = dict[str, int]


@dataclass(slots=True)
class Lines:
    """`tables[name][n]` is the n-th `[[name]]` or `[name]`, with the lines of its keys; `top` has each name's first line."""

    top: Keys = field(default_factory=dict)
    tables: dict[str, list[tuple[int, Keys]]] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str) -> Lines:
        lines = cls()
        keys = lines.top
        for number, line in enumerate(text.splitlines(), start=1):
            if found := TABLE.match(line):
                lines.top.setdefault(found[1], number)
                keys = {}
                if HEADER.match(line):
                    lines.tables.setdefault(found[1], []).append((number, keys))
            elif found := KEY.match(line):
                keys.setdefault(found[1], number)
        return lines

    def table(self, name: str, index: int) -> int:
        found = self.tables.get(name, [])
        return found[index][0] if index < len(found) else self.top.get(name, 1)

    def key(self, name: str, index: int, key: str) -> int:
        found = self.tables.get(name, [])
        return found[index][1].get(key, found[index][0]) if index < len(found) else self.table(name, index)
