"""One row a command: its word, its right, its usage, and how its words become an object. Help is made from the rows."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar

from bot.core.errors import BadUsage
from bot.core.policy import Right


class Options(dict[str, str]):
    """What was said of each option by name, "" of a flag; of one that may be repeated, `every` has all of it, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[str, str]] = []

    def add(self, name: str, value: str) -> None:
        self[name] = value
        self.said.append((name, value))

    def every(self, name: str) -> tuple[str, ...]:
        return tuple(value for said, value in self.said if said == name)


class Family(StrEnum):
    """What somebody has in mind; help tells the commands of each together."""

    LOOK = "look"
    START = "start"
    DECIDE = "decide"
    HOLD = "hold"
    HEAR = "hear"


USUAL = {Right.READ: Family.LOOK, Right.START: Family.START, Right.DECIDE: Family.DECIDE, Right.ADMIN: Family.HOLD, None: Family.LOOK}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`right` is None where a command shows nothing but itself; `flags` are options without, `values` options with a value.

    A command is written from its fields: an option from the field of its name, or of the one that `fields` gives, all others in their
    order. `pieces` tells the words before the options where that is not how it goes. `family` is that of its right, where none is given.
    `examples` are further ones, which help shows besides. `reason` is the field that takes the words which are left over as somebody's
    reason: only where they were typed after the slash command, since in a sentence such words may mean anything.
    """

    word: str
    usage: str
    summary: str
    example: str
    build: Callable[[Row, Sequence[str], Options], Command]
    right: Right | None = None
    aliases: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    repeats: tuple[str, ...] = ()
    details: tuple[str, ...] = field(default=())
    examples: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    pieces: Callable[[Any], Sequence[str]] | None = None
    family: Family | None = None
    reason: str = ""

    @property
    def kin(self) -> Family:
        return self.family or USUAL[self.right]

    def wrong(self, problem: str) -> BadUsage:
        return BadUsage(problem, self.usage, self.example)

    @property
    def options(self) -> tuple[str, ...]:
        return (*self.flags, *self.values, *self.repeats)

    def split(self, words: Sequence[str]) -> tuple[list[str], Options]:
        """Positional words, and options by name; an unknown option is refused, not taken for a word of the message.

        After a bare `--` nothing is an option.
        """
        positional: list[str] = []
        options = Options()
        waiting = list(words)
        while waiting:
            word = waiting.pop(0)
            if word == "--":
                return [*positional, *waiting], options
            if not word.startswith("--"):
                positional.append(word)
                continue
            name, equals, value = word[2:].partition("=")
            name = name.lower()
            said = self.option(name, value if equals else None, waiting)
            if name in self.values and name in options:
                raise self.wrong(f"--{name} was given twice.")
            options.add(name, said)
        return positional, options

    def option(self, name: str, value: str | None, waiting: list[str]) -> str:
        if name in self.flags:
            if value is not None:
                raise self.wrong(f"--{name} takes no value.")
            return ""
        if name not in self.options:
            near = difflib.get_close_matches(name, self.options, n=1, cutoff=0.6)
            meant = f" Did you mean --{near[0]}?" if near else ""
            none = "" if self.options else " It takes no options."
            raise self.wrong(f"“{self.word}” has no option --{name}.{meant}{none}")
        if value is None and not waiting:
            raise self.wrong(f"--{name} needs a value.")
        return value if value is not None else waiting.pop(0)


class Command:
    """What somebody wants; each command is a frozen dataclass below this.

    `changes`: it changes something in Terraform, in Runbell's settings or in what others are notified of. Every type declares it; one that
    forgets counts as changing something.
    """

    __slots__ = ()
    changes: ClassVar[bool] = True

    @property
    def is_change(self) -> bool:
        """Whether this very command changes something; a type whose commands differ answers by its fields."""
        return self.changes


def no_more(row: Row, words: Sequence[str], most: int) -> None:
    if len(words) > most:
        raise row.wrong(f"“{row.word}” does not know what to do with “{' '.join(words[most:])}”.")


def filled(row: Row, options: Options, name: str) -> str:
    """The value of an option, "" where it is left out."""
    if name in options and not options[name].strip():
        raise row.wrong(f"--{name} needs a value.")
    return options.get(name, "").strip()
