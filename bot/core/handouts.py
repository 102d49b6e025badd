"""A plan or a log that somebody asked for, as a file in a channel: what it is and whose; and the middle that is left out of a long one."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from bot.core.masking import Mask
from bot.core.reviews import OUTPUT, Review, decoded
from bot.core.runs import Run
from bot.core.transcripts import plain, readable
from bot.core.workspaces import Workspace

HEAD_MOST, TAIL_MOST = 600_000, 400_000
"""Letters that are kept of a long text, of its beginning and of its end."""
REST_EVERY = 50
WORD = re.compile(r"[A-Za-z_][\w-]{2,}")


class What(StrEnum):
    PLAN = "plan"
    LOG = "log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handout:
    """`person` is the Slack id of whoever asked; `notes` are sentences on what it lacks."""

    what: What
    run: Run
    workspace: Workspace
    link: str
    person: str
    path: Path
    notes: tuple[str, ...] = ()

    @property
    def file_name(self) -> str:
        return f"{self.workspace.name}-{self.run.id}-{self.what.value}.txt"


def told_lines(lines: Iterable[str], names: Iterable[str] = ()) -> Iterator[str]:
    """A log's lines without newlines in, lines for people out: readable, and without secrets."""
    return Mask(names=names).lines(readable(lines))


def plan_lines(lines: Iterable[str]) -> Iterator[str]:
    """Of a review, what is sensitive is hidden already; what looks like a secret is now."""
    return Mask().lines(map(plain, lines))


def shortened(lines: Iterable[str], rest: Callable[[], None] = lambda: None) -> tuple[list[str], int]:
    """The lines, of very many those at both ends; and how many are left out between them. `rest` is called now and then."""
    head: list[str] = []
    tail: deque[str] = deque()
    room, held, gone = HEAD_MOST, 0, 0
    for number, line in enumerate(lines):
        if number % REST_EVERY == 0:
            rest()
        if room > 0 and not tail:
            head.append(line)
            room -= len(line) + 1
            continue
        tail.append(line)
        held += len(line) + 1
        while held > TAIL_MOST and len(tail) > 1:
            held -= len(tail.popleft()) + 1
            gone += 1
    if gone:
        head.append(f"\n… {gone:,} lines are left out here …\n")
    return [*head, *tail], gone


def secret_names(review: Review, rest: Callable[[], None] = lambda: None) -> frozenset[str]:
    """What a plan says is sensitive, by the last word of its path, and outputs by their names: whatever they are called in a log."""
    found: set[str] = set()
    for number, piece in enumerate(review.pieces):
        if number % REST_EVERY == 0:
            rest()
        change = decoded(piece.change)
        for side in ("before_sensitive", "after_sensitive"):
            marks = change.get(side)
            if marks is True and piece.output:
                found.add(piece.address.removeprefix(OUTPUT))
            found.update(marked(marks, ""))
    return frozenset(name for name in found if WORD.fullmatch(name))


def marked(marks: Any, name: str, depth: int = 0) -> Iterator[str]:
    if marks is True:
        yield name
    elif isinstance(marks, dict) and depth < REST_EVERY:
        for key, inner in marks.items():
            yield from marked(inner, str(key), depth + 1)
    elif isinstance(marks, list) and depth < REST_EVERY:
        for inner in marks:
            yield from marked(inner, name, depth + 1)
