"""A piece of the log of a plan or an apply, and of which of the two. What the lines mean is not in here.

Facts: "Plans API", `log-read-url`: the stream begins with STX and ends with ETX, and both count in the offset.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Part(StrEnum):
    """The part of a run that writes a log of its own."""

    PLAN = "plans"
    APPLY = "applies"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPiece:
    """`data` is what came, without STX and ETX; `offset` is where to read on. `is_over`: nothing will ever follow.

    Logs may hold secrets, so the data stands in no repr.
    """

    data: bytes = field(repr=False)
    offset: int
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedText:
    """A file that was written: how many bytes it has, and whether what it was read from went on beyond them."""

    size: int
    was_cut: bool = False
