"""Times as the Runs API spells them: `2025-01-02T03:04:05.678Z`, `2025-01-02T03:04:05+00:00`, null, nothing, or an empty string."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

SUFFIX = "-at"


def read_time(value: Any) -> datetime | None:
    """An aware time in UTC; None for what is no time."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_timestamps(values: Mapping[str, Any] | None) -> Mapping[str, datetime]:
    """`status-timestamps` by status word: `planned-at` becomes `planned`; what is no time is left out."""
    moments = {key.removesuffix(SUFFIX): read_time(value) for key, value in (values or {}).items()}
    return MappingProxyType({key: moment for key, moment in moments.items() if moment is not None})
