"""The one grammar of commands: `parse(text) -> Command`, and the rows that help is made from."""

from __future__ import annotations

import difflib

from bot.core.commands import freezes, lists, runs, watches
from bot.core.commands.grammar import Command, Row
from bot.core.commands.words import split
from bot.core.errors import UnknownCommand

GRAMMAR: tuple[Row, ...] = (*lists.GRAMMAR, *runs.GRAMMAR, *freezes.GRAMMAR, *watches.GRAMMAR)
BY_WORD: dict[str, Row] = {word: row for row in GRAMMAR for word in (row.word, *row.aliases)}


def row_for(word: str) -> Row:
    """The row of a command by its word or another word for it; UnknownCommand with the nearest ones otherwise."""
    row = BY_WORD.get(word.lower())
    if row is None:
        raise UnknownCommand(word, difflib.get_close_matches(word.lower(), BY_WORD, n=2, cutoff=0.6))
    return row


def parse(text: str) -> Command:
    """What was typed after the slash command as an object; nothing typed is a wish for help. Raises BadCommand."""
    words = split(text)
    if not words:
        return lists.Help()
    row = row_for(words[0])
    positional, options = row.split(words[1:])
    return row.build(row, positional, options)
