"""The one grammar of commands: `parse(text) -> Command`, `format(command) -> text`, and the rows that help is made from."""

from __future__ import annotations

import difflib
from functools import cache

from bot.core.commands import deciding, freezes, lists, locks, notices, promotions, reviews, runs, starts, uploads, watches
from bot.core.commands.grammar import Command, Family, Row
from bot.core.commands.runs import RunReference
from bot.core.commands.words import quoted, split
from bot.core.commands.writing import ways_of_writing
from bot.core.errors import BadCommand, UnknownCommand

GRAMMAR: tuple[Row, ...] = (
    *lists.GRAMMAR,
    *starts.GRAMMAR,
    *uploads.GRAMMAR,
    *promotions.GRAMMAR,
    *runs.GRAMMAR,
    *deciding.GRAMMAR,
    *reviews.GRAMMAR,
    *freezes.GRAMMAR,
    *locks.GRAMMAR,
    *watches.GRAMMAR,
    *notices.GRAMMAR,
)
RUN = "<run>"
THIS = frozenset({"this", "it"})
BY_WORD: dict[str, Row] = {word: row for row in GRAMMAR for word in (row.word, *row.aliases)}


def row_for(word: str) -> Row:
    """The row of a command by its word or another word for it; UnknownCommand with the nearest ones otherwise."""
    row = BY_WORD.get(word.lower())
    if row is None:
        raise UnknownCommand(word, near_words(word))
    return row


def row_typed(text: str) -> Row:
    """Return the row of what was typed after the slash command. Raises BadCommand."""
    words = split(text)
    return row_for(words[0]) if words else row_of(lists.Suggest())


def is_word(word: str) -> bool:
    """Whether it is the word of a command, or another word for one."""
    return word.lower() in BY_WORD


def row_of(command: Command) -> Row:
    """The row that makes a command; its words are those that somebody types for it. ValueError for one that nobody can type."""
    return row_for(split(format(command))[0])


def about(text: str, run_id: str) -> str:
    """What was typed, with the run for whoever is talking of it anyway: where a command wants one, and none is named or it is `this`."""
    words = split(text)
    row = BY_WORD.get(words[0].lower()) if words else None
    if row is None or row.usage.split()[1:2] != [RUN]:
        return text
    rest = words[1:]
    is_named = bool(rest) and not rest[0].startswith("--")
    if is_named and rest[0].lower() not in THIS:
        return text
    return " ".join(map(quoted, [words[0], run_id, *rest[is_named:]]))


def near_topics(topic: str) -> list[str]:
    """Questions for help that are spelled like one that there is not."""
    return [f"help {word}" for word in difflib.get_close_matches(topic.lower(), [*BY_WORD, *Family], n=2, cutoff=0.6)]


def near_words(word: str) -> list[str]:
    """What somebody may have meant by a word that is no command: one that is spelled like it, or to be shown the run that it names."""
    near = difflib.get_close_matches(word.lower(), BY_WORD, n=2, cutoff=0.6)
    return near or ([f"show {word}"] if RunReference.of(word).run_id else [])


def parse(text: str) -> Command:
    """What was typed after the slash command as an object; nothing typed asks what is likely wanted. Raises BadCommand."""
    words = split(text)
    if not words:
        return lists.Suggest()
    row = row_for(words[0])
    positional, options = row.split(words[1:])
    return row.build(row, positional, options)


def opens_form(command: Command) -> bool:
    """Return whether it only opens a form: nothing changes until that is submitted."""
    if isinstance(command, promotions.Promote):
        return not command.target
    return isinstance(command, uploads.OpenUpload) or command == runs.StartRun("")


def format(command: Command) -> str:  # noqa: A001 - what parse undoes
    """The command as it would be typed, so that parse(format(command)) == command. ValueError for one that nobody can type."""
    for row in rows_of(type(command)):
        for text in ways_of_writing(row, command):
            if is_read_as(text, command):
                return text
    raise ValueError("no such command can be typed")


def is_read_as(text: str, command: Command) -> bool:
    try:
        return parse(text) == command
    except BadCommand:
        return False


def rows_of(kind: type[Command]) -> tuple[Row, ...]:
    """The rows that make commands of a kind, as their examples show; then all that may make others besides."""
    shown = [row for row, made in made_by_rows() if made is kind]
    return (*shown, *(row for row in GRAMMAR if row.pieces is None and row not in shown))


@cache
def made_by_rows() -> tuple[tuple[Row, type[Command]], ...]:
    return tuple((row, type(parse(row.example))) for row in GRAMMAR)
