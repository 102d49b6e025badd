"""Times as the Runs API spells them: `2025-01-02T03:04:05.678Z`, `2025-01-02T03:04:05+00:00`, null, nothing, or an empty string."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

SUFFIX = "-at"


def read_time(value: Any) -> datetime | None:
    """An aware time in UTC; None for what is no time."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is UTC:
            return moment
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


class Timestamps(Mapping[str, datetime]):
    """`status-timestamps` by status word: `planned-at` becomes `planned`; what is no time is left out.

    Each is read when it is first asked for: a page of a hundred runs brings a thousand, and most are never looked at.
    """

    __slots__ = ("_read", "_values")

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        self._read: dict[str, datetime] | None = None

    def __getitem__(self, key: str) -> datetime:
        return self._all()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __contains__(self, key: object) -> bool:
        if self._read is None and isinstance(key, str) and (value := self._values.get(f"{key}{SUFFIX}")) is not None:
            return read_time(value) is not None
        return key in self._all()

    def __eq__(self, other: object) -> bool:
        return self._all() == dict(other) if isinstance(other, Mapping) else NotImplemented

    def __hash__(self) -> int:
        """By the words and times as they were written, none of which is read for it."""
        return hash(frozenset((key, value) for key, value in self._values.items() if isinstance(value, str)))

    def __repr__(self) -> str:
        return repr(self._all())

    def _all(self) -> dict[str, datetime]:
        if self._read is None:
            moments = {key.removesuffix(SUFFIX): read_time(value) for key, value in self._values.items()}
            self._read = {key: moment for key, moment in moments.items() if moment is not None}
        return self._read


NONE: Mapping[str, Any] = {}


def read_timestamps(values: Mapping[str, Any] | None) -> Mapping[str, datetime]:
    return Timestamps(values or NONE)
