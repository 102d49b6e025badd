"""A plan as people review it: what is worst first, then by module and address, in pages, and searched by address.

What changes in each is read out of its JSON when it is shown, by attributes.py: of thousands nobody looks at all.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

from bot.core.action_reasons import reason_words
from bot.core.attributes import attributes, cut, lines, path_line
from bot.core.contents import BY_ACTIONS, Effect
from bot.core.plans import PlanFacts

PER_PAGE = 8
LINES_MOST = 12
LETTERS_MOST = 900
ALONE_LINES_MOST = 60
ALONE_LETTERS_MOST = 8_000
LINE_MOST = 400
QUERY_MOST = 120
REST_EVERY = 500
OUTPUT = "output."
NUMBERS = re.compile(r"[0-9]{1,18}")

Rest = Callable[[], None]
"""Lets others go on, where a thread reads much at a time."""


class Part(StrEnum):
    """What becomes of a resource, or what else a plan tells of, in the order in which it is read; the words are those of ids."""

    DESTROY = "destroy"
    REPLACE = "replace"
    UNKNOWN = "unknown"
    UPDATE = "update"
    CREATE = "create"
    IMPORT = "import"
    MOVE = "move"
    FORGET = "forget"
    INVOKE = "invoke"
    READ = "read"
    OUTPUT = "output"
    DRIFT = "drift"


RANK = {part: number for number, part in enumerate(Part)}
BY_EFFECT = {effect: Part(effect.value) for effect in Effect}


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One thing that changes. `change` is its JSON, which may hold secrets. `reason` is Terraform's word for why, "" for the usual one."""

    part: Part
    address: str
    module: str = ""
    reason: str = ""
    moved_from: str = ""
    deposed: str = ""
    is_imported: bool = False
    change: bytes = field(default=b"", repr=False)

    @property
    def output(self) -> str:
        """The name of an output; "" for anything else."""
        return self.address.removeprefix(OUTPUT) if self.part is Part.OUTPUT else ""

    @property
    def lines(self) -> tuple[str, ...]:
        """Its attributes; none where its JSON is no object."""
        return self.told(shows_values=True)

    def told(self, *, shows_values: bool) -> tuple[str, ...]:
        """Its attributes with their values, or by their paths alone."""
        found = attributes(decoded(self.change), self.output)
        return tuple(cut(line, LINE_MOST) for one in found for line in (lines(one) if shows_values else [path_line(one)]))


@dataclass(frozen=True, slots=True)
class Entry:
    """A piece on a page with as many of its lines as there is room for, and how many there are beyond them."""

    piece: Piece
    lines: tuple[str, ...]
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`number` counts from 0; `found` is how many pieces the query finds. `is_alone`: one piece, whose lines fill the pages."""

    number: int
    pages: int
    found: int
    query: str
    entries: tuple[Entry, ...]
    is_alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """`pieces` are in the order in which they are read. `is_partial`: another plan has to follow it; `has_errors`: it failed half way.

    Without `shows_values` it tells the paths of attributes alone, on pages and as text.

    `counts` and `size`, bytes or about, are asked for again and again where everything else waits, so they are counted once.
    """

    pieces: tuple[Piece, ...] = ()
    is_partial: bool = False
    has_errors: bool = False
    shows_values: bool = True
    counts: Mapping[Part, int] = field(init=False, repr=False, compare=False)
    size: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "counts", Counter(piece.part for piece in self.pieces))
        object.__setattr__(self, "size", sum(len(piece.change) + 2 * len(piece.address) + 200 for piece in self.pieces))

    def matching(self, query: str) -> tuple[Piece, ...]:
        """Those whose address holds every word of the query, in whatever case; all for none."""
        words = query.lower().split()
        return self.pieces if not words else tuple(piece for piece in self.pieces if all(word in piece.address.lower() for word in words))

    def page(self, number: int = 0, query: str = "", rest: Rest = lambda: None) -> Page:
        """The nearest page that there is; `rest` is called before each piece is read."""
        query = " ".join(query.split())[:QUERY_MOST]
        found = self.matching(query)
        exact = tuple(piece for piece in found if piece.address == query)
        if query and len(exact or found) == 1:
            return alone((exact or found)[0], number, query, shows_values=self.shows_values)
        pages = max(1, -(-len(found) // PER_PAGE))
        number = min(max(number, 0), pages - 1)
        here = found[number * PER_PAGE : (number + 1) * PER_PAGE]
        entries = tuple(entry_of(piece, rest, shows_values=self.shows_values) for piece in here)
        return Page(number=number, pages=pages, found=len(found), query=query, entries=entries)

    def page_of(self, part: Part, query: str = "") -> int:
        """The page on which the first piece of a part stands; the first one where there is none."""
        found = self.matching(query)
        return next((place for place, piece in enumerate(found) if piece.part is part), 0) // PER_PAGE

    def disagrees(self, facts: PlanFacts | None) -> bool:
        """Whether the server counts more than this shows, so that something is missing here."""
        if facts is None:
            return False
        counts = self.counts
        replaced = counts[Part.REPLACE] + counts[Part.UNKNOWN]
        pairs = (
            (facts.additions, counts[Part.CREATE] + replaced),
            (facts.changes, counts[Part.UPDATE] + counts[Part.UNKNOWN]),
            (facts.destructions, counts[Part.DESTROY] + replaced),
        )
        return any(told is not None and told > shown for told, shown in pairs)


def part_of(actions: Sequence[str], *, is_imported: bool, is_moved: bool) -> Part | None:
    """None for what stays as it is."""
    if tuple(actions) == ("read",):
        return Part.READ
    effect = BY_ACTIONS.get(tuple(actions), Effect.UNKNOWN)
    if effect is not None:
        return BY_EFFECT[effect]
    return Part.IMPORT if is_imported else Part.MOVE if is_moved else None


def review_of(pieces: Iterable[Piece], *, is_partial: bool = False, has_errors: bool = False, rest: Rest = lambda: None) -> Review:
    """The pieces in the order in which they are read; `rest` is called now and then, where there are many."""
    groups: dict[tuple[int, str], list[Piece]] = {}
    for number, piece in enumerate(pieces):
        if number % REST_EVERY == 0:
            rest()
        groups.setdefault((RANK[piece.part], natural(piece.module)), []).append(piece)
    ordered: list[Piece] = []
    for group in sorted(groups):
        rest()
        ordered += sorted(groups[group], key=reading_order)
    rest()
    return Review(pieces=tuple(ordered), is_partial=is_partial, has_errors=has_errors)


def reading_order(piece: Piece) -> str:
    return NUMBERS.sub(padded, piece.address)


@lru_cache(maxsize=1024)
def natural(module: str) -> str:
    return NUMBERS.sub(padded, module)


def padded(found: re.Match[str]) -> str:
    """So that `item[2]` comes before `item[10]`."""
    return found[0].zfill(18)


def entry_of(piece: Piece, rest: Rest, *, shows_values: bool) -> Entry:
    rest()
    found = piece.told(shows_values=shows_values)
    kept = fitting(found, LINES_MOST, LETTERS_MOST)
    return Entry(piece, found[:kept], len(found) - kept)


def fitting(found: Sequence[str], most_lines: int, most_letters: int) -> int:
    """How many of the lines there is room for: one at least."""
    room = most_letters
    for number, line in enumerate(found[:most_lines]):
        room -= len(line) + 1
        if room < 0 and number:
            return number
    return min(len(found), most_lines)


def alone(piece: Piece, number: int, query: str, *, shows_values: bool) -> Page:
    """All of one piece, over as many pages as it takes."""
    portions: list[tuple[str, ...]] = []
    rest = piece.told(shows_values=shows_values)
    while rest or not portions:
        kept = fitting(rest, ALONE_LINES_MOST, ALONE_LETTERS_MOST)
        portions.append(rest[:kept])
        rest = rest[kept:]
    number = min(max(number, 0), len(portions) - 1)
    return Page(number=number, pages=len(portions), found=1, query=query, entries=(Entry(piece, portions[number]),), is_alone=True)


def decoded(change: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(change)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def notes(piece: Piece) -> tuple[str, ...]:
    """What is special about it, in a few words each."""
    said = (
        f"moved from {piece.moved_from}" if piece.moved_from else "",
        "imported" if piece.is_imported and piece.part is not Part.IMPORT else "",
        f"deposed object {piece.deposed}" if piece.deposed else "",
        reason_words(piece.reason),
    )
    return tuple(filter(None, said))


def text_lines(review: Review, rest: Rest = lambda: None) -> Iterator[str]:
    """All of it as text, a resource after the other; `rest` is called between them."""
    shown: tuple[Part | None, str] = (None, "")
    counts = review.counts
    for piece in review.pieces:
        rest()
        if shown[0] is not piece.part:
            yield from ("", f"== {piece.part.value} ({counts[piece.part]:,}) ==")
        if piece.module and shown != (piece.part, piece.module):
            yield from ("", f"-- {piece.module} --")
        shown = (piece.part, piece.module)
        said = "; ".join(notes(piece))
        yield from ("", f"{piece.part.value} {piece.address}{f' ({said})' if said else ''}")
        yield from (f"  {line}" for line in piece.told(shows_values=review.shows_values))
