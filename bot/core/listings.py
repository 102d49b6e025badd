"""What lists are asked for, and a page of one: rows by their own order, from one that was seen on. Nothing here counts them all."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Generic, TypeVar

from bot.core.identities import KnownPerson
from bot.core.runs import OVERRIDABLE, Run

Row = TypeVar("Row")

EPOCH = datetime.fromtimestamp(0, UTC)
EVERYTHING = "*"
PORTION = 200
"""How many rows are read at once where few of them may be shown."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a page begins: after the row with this id, or before it where somebody goes `back`; "" for the first page."""

    anchor: str = ""
    back: bool = False


FIRST = Turn()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Workspaces that match `pattern` and one of `allowed`, which are globs as in core/workspaces.py; `tag` and `project_ids` narrow it.

    `any_case`: capitals do not count in `pattern`, as where somebody is still typing it. In `allowed` they always do.
    """

    pattern: str = EVERYTHING
    allowed: tuple[str, ...] = (EVERYTHING,)
    tag: str = ""
    project_ids: tuple[str, ...] = ()
    any_case: bool = False

    @property
    def is_everything(self) -> bool:
        return self.pattern == EVERYTHING and EVERYTHING in self.allowed and not self.tag and not self.project_ids


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsWanted:
    """`statuses` are the server's words, empty for any; `live_only`: that have not ended.

    `of` narrows it to runs that were asked for in Slack by one of these people, or created by one of these users of the server (in small
    letters); None for anybody's.
    """

    scope: Scope = Scope()
    statuses: frozenset[str] = frozenset()
    live_only: bool = False
    of: tuple[frozenset[str], frozenset[str]] | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """`earlier` and `later` are where the pages beside it begin, None where there are none. `looked_at` is when the server was last
    looked at; None where that has yet to happen.
    """

    rows: tuple[Row, ...]
    earlier: Turn | None = None
    later: Turn | None = None
    looked_at: datetime | None = None


def waiting_since(run: Run) -> datetime | None:
    """Since when a run waits for a person, None where it does not: its last milestone brought it there."""
    if run.is_final or (run.gate is None and run.status not in OVERRIDABLE):
        return None
    return max(run.timestamps.values(), default=run.created_at or EPOCH)


def whose(people: Iterable[KnownPerson], slack: str) -> tuple[frozenset[str], frozenset[str]]:
    """Everybody who is one human with somebody in Slack: their Slack ids, and their users of the server in small letters."""
    same = [human for human in people if slack in human.slack]
    ids = frozenset({slack}).union(*(human.slack for human in same))
    return ids, frozenset(name.casefold() for human in same for name in human.terraform)


def like(pattern: str) -> str:
    """What SQL’s LIKE, with a backslash as its escape sign, knows of a glob: it passes all that the glob matches, and perhaps more."""
    return "".join(like_pieces(pattern))


def like_pieces(pattern: str) -> Iterator[str]:
    for piece in re.split(r"(\*|\?|\[!?\]?[^\]]*\])", pattern):
        if piece == "*":
            yield "%"
        elif piece == "?" or (piece.startswith("[") and piece.endswith("]") and len(piece) > 1):
            yield "_"
        else:
            yield re.sub(r"([\\%_])", r"\\\1", piece)


async def page_of(
    fetch: Callable[[Turn, int], Awaitable[Sequence[Row]]],
    keeps: Callable[[Row], bool],
    id_of: Callable[[Row], str],
    turn: Turn,
    size: int,
) -> Page[Row]:
    """The page that begins there. `fetch` gives rows in the direction of a turn, at most so many; `keeps` says which are shown.

    Going back to where less than a page is left ends at the first page, and so does a turn to where nothing is left.
    """
    found: list[Row] = []
    at, many = turn, size + 1
    while len(found) <= size:
        portion = await fetch(at, many)
        found += [row for row in portion if keeps(row)]
        if len(portion) < many:
            break
        at, many = replace(at, anchor=id_of(portion[-1])), PORTION
    rows, is_cut = found[:size], len(found) > size
    if turn.anchor and ((turn.back and not is_cut) or not rows):
        return await page_of(fetch, keeps, id_of, FIRST, size)
    if turn.back:
        rows.reverse()
    earlier, later = (is_cut, True) if turn.back else (bool(turn.anchor), is_cut)
    return Page(
        tuple(rows),
        Turn(id_of(rows[0]), back=True) if earlier else None,
        Turn(id_of(rows[-1])) if later else None,
    )
