"""What changed between two looks at a run, with the statuses in between recovered from the server's timestamps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.runs import Run


@dataclass(frozen=True, slots=True)
class Change:
    """A status reached; `at` is the server's time, None where it keeps none for this status."""

    word: str
    at: datetime | None


def diff(before: Run | None, after: Run) -> tuple[Change, ...]:
    """The statuses reached since `before`, oldest first; empty where nothing that people care for has moved."""
    known = set(before.timestamps) if before else set()
    passed = sorted((at, key.replace("-", "_")) for key, at in after.timestamps.items() if key not in known)
    changes = [Change(word, at) for at, word in passed]
    if (before is None or before.status_word != after.status_word) and after.status_word not in {change.word for change in changes}:
        changes.append(Change(after.status_word, None))
    return tuple(changes)


def differs(before: Run | None, after: Run) -> bool:
    """Whether anything at all that a message shows or a decision needs is not as it was."""
    return before != after
