"""One table of the file while it is read: typed looks at its keys, each of which tells what is wrong and goes on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.rules.lines import Lines
from bot.rules.problems import Problems
from bot.rules.words import Explain, IsRight, hint

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Section:
    """The n-th `[[name]]` of a document, or (`row`) one row of the table `[name]`."""

    name: str
    index: int
    table: Document
    lines: Lines
    problems: Problems
    row: str = ""

    @property
    def title(self) -> str:
        return f"“{self.row}”" if self.row else f"[[{self.name}]]"

    @property
    def line(self) -> int:
        return self.lines.key(self.name, self.index, self.row) if self.row else self.lines.table(self.name, self.index)

    def wrong(self, sentence: str, key: str = "") -> None:
        """Told at the line of the key, or of the table where there is no such key."""
        self.problems.add(self.lines.key(self.name, self.index, key) if key and not self.row else self.line, sentence)

    def knows(self, keys: Iterable[str]) -> None:
        known = tuple(keys)
        for key in self.table:
            if key not in known:
                self.wrong(f"{self.title} has no “{key}”. {hint(key, known, 'It has')}", key)

    def words(self, key: str, kind: tuple[IsRight, Explain]) -> tuple[str, ...]:
        """The words of a list that are right; a sentence for each other one."""
        is_right, explain = kind
        value = self.table.get(key, [])
        if not isinstance(value, list):
            self.wrong(f"“{key}” is a list: {key} = [{shown(value)}].", key)
            return ()
        return tuple(self._right_ones(key, value, is_right, explain))

    def _right_ones(self, key: str, value: list[Any], is_right: IsRight, explain: Explain) -> Iterator[str]:
        for word in value:
            if isinstance(word, str) and is_right(word):
                yield word
            else:
                self.wrong(explain(word) if isinstance(word, str) else f"“{key}” holds {word!r}, which is no word in quotes.", key)

    def flag(self, key: str) -> bool:
        value = self.table.get(key, False)
        if not isinstance(value, bool):
            self.wrong(f"“{key}” is true or false, without quotes.", key)
        return value is True

    def text(self, key: str) -> str:
        value = self.table.get(key, "")
        if not isinstance(value, str) or (key in self.table and not value.strip()):
            self.wrong(f"“{key}” is words in quotes.", key)
            return ""
        return value.strip()

    def number(self, key: str, least: int) -> int | None:
        value = self.table.get(key)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            self.wrong(f"“{key}” is a whole number from {least} on, without quotes.", key)
            return None
        return value

    def money(self, key: str) -> Decimal | None:
        """Dollars: a number, or one in quotes."""
        value = self.table.get(key)
        if value is None:
            return None
        try:
            found = Decimal("NaN") if isinstance(value, bool) else Decimal(str(value))
        except InvalidOperation:
            found = Decimal("NaN")
        if not found.is_finite() or found < 0:
            self.wrong(f"“{key}” is a sum in dollars a month, such as 250 or 99.50.", key)
            return None
        return found

    def is_not_empty(self, key: str, meaning: str) -> None:
        """A list without a word in it is a slip and not a wish."""
        if self.table.get(key) == []:
            self.wrong(f"“{key}” is empty. Leave it out to mean {meaning}.", key)


@dataclass(frozen=True, slots=True)
class Sections:
    """The whole document, from which the tables of a name are taken."""

    document: Document
    lines: Lines
    problems: Problems

    def each(self, name: str) -> Iterator[Section]:
        tables = self.document.get(name, [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self.problems.add(self.lines.top.get(name, 1), f"“{name}” is a list of tables: write [[{name}]] with two brackets.")
            return
        for index, table in enumerate(tables):
            yield Section(name, index, table, self.lines, self.problems)

    def one(self, name: str) -> Section | None:
        """The one table `[name]`; None where there is none."""
        table = self.document.get(name)
        if table is not None and not isinstance(table, dict):
            self.problems.add(self.lines.top.get(name, 1), f"“{name}” is one table: write [{name}] with one bracket.")
        return Section(name, 0, table, self.lines, self.problems) if isinstance(table, dict) else None

    def rows(self, name: str) -> Iterator[Section]:
        """The rows of the one table `[name]`, each of which is a table itself."""
        table = self.document.get(name, {})
        if not isinstance(table, dict) or not all(isinstance(row, dict) for row in table.values()):
            line = self.lines.top.get(name, 1)
            self.problems.add(line, f"“{name}” is one table, [{name}], with a row for each: name = {{ … }}.")
            return
        for key, row in table.items():
            yield Section(name, 0, row, self.lines, self.problems, row=key)


def shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else "…"
