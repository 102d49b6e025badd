"""One row a command: its word, its right, its usage, and how its words become an object. Help is made from the rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.core.errors import BadUsage, listed
from bot.core.policy import Right

Options = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`right` is None where a command shows nothing but itself; `flags` are options without, `values` options with a value."""

    word: str
    usage: str
    summary: str
    example: str
    build: Callable[[Row, Sequence[str], Options], Command]
    right: Right | None = None
    aliases: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    details: tuple[str, ...] = field(default=())

    def wrong(self, problem: str) -> BadUsage:
        return BadUsage(problem, self.usage, self.example)

    def split(self, words: Sequence[str]) -> tuple[list[str], dict[str, str]]:
        """Positional words, and options by name; an unknown option is refused, not taken for a word of the message."""
        positional: list[str] = []
        options: dict[str, str] = {}
        waiting = list(words)
        while waiting:
            word = waiting.pop(0)
            if not word.startswith("--"):
                positional.append(word)
                continue
            name, equals, value = word[2:].partition("=")
            options[name] = self.option(name, value if equals else None, waiting)
        return positional, options

    def option(self, name: str, value: str | None, waiting: list[str]) -> str:
        if name in self.flags:
            if value is not None:
                raise self.wrong(f"--{name} takes no value.")
            return ""
        if name not in self.values:
            known = [f"--{known}" for known in (*self.flags, *self.values)]
            allowed = f"It takes {listed(known, 'and')}." if known else "It takes no options."
            raise self.wrong(f"“{self.word}” has no option --{name}. {allowed}")
        if value is None and not waiting:
            raise self.wrong(f"--{name} needs a value.")
        return value if value is not None else waiting.pop(0)


class Command:
    """What somebody wants; each command is a frozen dataclass below this."""

    __slots__ = ()


def no_more(row: Row, words: Sequence[str], most: int) -> None:
    if len(words) > most:
        raise row.wrong(f"“{row.word}” does not know what to do with “{' '.join(words[most:])}”.")
