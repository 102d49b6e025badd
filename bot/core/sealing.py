"""The chain of the audit: each row's link is an HMAC of the row and of the link before it, so that no row can be changed unseen.

The key never is in the database. What a chain cannot show is told in docs/audit.md.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, datetime

from bot.core.audits import AuditRow

BEGINNING = ""
"""The link before the first one."""
HEAD = re.compile(r"(?P<number>[1-9][0-9]{0,18}):(?P<link>[0-9a-f]{64})", re.IGNORECASE)
PARTS = tuple(field.name for field in fields(AuditRow) if field.name != "link")


@dataclass(frozen=True, slots=True, order=True)
class Head:
    """The newest row of a chain: its number and its link. `Head(0, BEGINNING)` is that of an empty one."""

    number: int
    link: str

    def __str__(self) -> str:
        return f"{self.number}:{self.link}"


EMPTY = Head(0, BEGINNING)


def head_of(text: str) -> Head:
    """`NUMBER:LINK`, as heads are posted; ValueError for anything else."""
    found = HEAD.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"“{text}” is no head; one is a number, a colon and 64 hexadecimal digits")
    return Head(int(found["number"]), found["link"].lower())


def canonical(row: AuditRow) -> bytes:
    """All of a row but its link, as JSON that is the same wherever it is made."""
    document = {name: plain(getattr(row, name)) for name in PARTS}
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def plain(value: object) -> object:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value


def link(key: str, previous: str, row: AuditRow) -> str:
    """HMAC-SHA256, hex, of the link before and of the row, which has its number and its time already."""
    return hmac.new(key.encode(), previous.encode() + b"\n" + canonical(row), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain is broken: the number of the first row that is not as it was sealed, and what is wrong, as a phrase."""

    number: int
    problem: str

    def __str__(self) -> str:
        return f"row {self.number} {self.problem}"


class Verifier:
    """Is fed a chain from its beginning, in order of numbers. `broken` is the first break; what comes after it proves nothing."""

    def __init__(self, key: str, heads: Iterable[Head] = ()) -> None:
        self._key = key
        self._heads = sorted(set(heads))
        self.head = EMPTY
        self.broken: Break | None = None

    def feed(self, row: AuditRow) -> bool:
        """Whether all is well so far."""
        if self.broken is None:
            self.broken = self._problem(row)
        if self.broken is None:
            self.head = Head(self.head.number + 1, row.link)
        return self.broken is None

    def _problem(self, row: AuditRow) -> Break | None:
        wanted = self.head.number + 1
        if row.number != wanted:
            return Break(wanted, f"is missing: the next one there is row {row.number}")
        if row.chained_at is None or not hmac.compare_digest(link(self._key, self.head.link, row).encode(), row.link.encode()):
            return Break(wanted, f"(id {row.id}) is not as it was sealed, or does not follow the row before it")
        for head in self._heads:
            if head.number == wanted and head.link != row.link:
                return Break(wanted, "is not the one whose link was posted")
        return None

    def end(self) -> Break | None:
        """The first break, now that no row is left: also where the chain ends before a head that was posted."""
        beyond = next((head for head in self._heads if head.number > self.head.number), None)
        if self.broken is None and beyond is not None:
            self.broken = Break(self.head.number + 1, f"is missing, and so is all up to row {beyond.number}, whose link was posted")
        return self.broken
