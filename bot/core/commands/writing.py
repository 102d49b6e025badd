"""Commands as they would be typed: the way back from an object to words, made from the rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import Field, fields
from datetime import timedelta
from enum import Enum
from typing import Any

from bot.core.commands.grammar import Command, Row
from bot.core.commands.words import quoted

DAY = timedelta(days=1)


def ways_of_writing(row: Row, command: Command) -> Iterator[str]:
    """The texts that may mean the command, the plainest first; whether one does is for whoever reads it again to say."""
    told = {option: row.fields.get(option, option.replace("-", "_")) for option in row.options}
    usual = {part.name: part.default for part in fields_of(command)}
    said = {option: getattr(command, name, None) for option, name in told.items()}
    options = [word for option in said if said[option] != usual.get(told[option]) for word in written_option(option, said[option])]
    pieces = [*row.pieces(command)] if row.pieces is not None else [*pieces_of(command, set(told.values()))]
    for words in (loose(pieces), pieces):
        has_dashes = any(word.startswith("--") for word in words)
        order = [*options, "--", *map(quoted, words)] if has_dashes else [*map(quoted, words), *options]
        yield " ".join([row.word, *order])


def pieces_of(command: Command, options: set[str]) -> Iterator[str]:
    """What is told without an option, in the order of the fields; what is as usual from there on to the end is left out."""
    parts: Sequence[Field[Any]] = [part for part in fields_of(command) if part.name not in options]
    said = [part for part in parts if not isinstance(getattr(command, part.name), Enum)]
    while said and getattr(command, said[-1].name) == said[-1].default:
        said = said[:-1]
    for part in said:
        value = getattr(command, part.name)
        yield from map(str, value) if isinstance(value, tuple) else [spelled(value)]


def fields_of(command: Command) -> tuple[Field[Any], ...]:
    return fields(command)  # type: ignore[arg-type] # every command is a dataclass


def spelled(value: object) -> str:
    if isinstance(value, timedelta):
        days, rest = divmod(value, DAY)
        return f"{f'{days}d' if days else ''}{f'{rest.seconds}s' if rest else ''}"
    return str(value)


def loose(pieces: Sequence[str]) -> list[str]:
    """The last piece as the words that it consists of: a message needs no quotes."""
    return [*pieces[:-1], *pieces[-1].split(" ")] if pieces else []


def written_option(option: str, value: object) -> Iterator[str]:
    """Once for each of several values, and `key=value` for a pair."""
    match value:
        case True:
            yield f"--{option}"
        case tuple():
            for one in value:
                said = "=".join(map(str, one)) if isinstance(one, tuple) else spelled(one)
                yield f"--{option} {quoted(said)}"
        case _:
            yield f"--{option} {quoted(spelled(value))}"
