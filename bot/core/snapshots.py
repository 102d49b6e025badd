"""What changed between two looks at a run, with the statuses in between recovered from the server's timestamps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

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


MILESTONES = MappingProxyType(
    {
        "planned": "planned",
        "planned-and-finished": "planned",
        "planned-and-saved": "planned and saved",
        "cost-estimated": "costs estimated",
        "policy-checked": "policies checked",
        "policy-override": "policies overridden",
        "policy-soft-failed": "stopped by a policy",
        "post-plan-completed": "tasks done",
        "confirmed": "confirmed",
        "applied": "applied",
        "discarded": "discarded",
        "errored": "failed",
        "canceled": "canceled",
        "force-canceled": "canceled by force",
    }
)
"""The statuses that people speak of, as the server names their times, and how a card says them."""


def history(run: Run) -> tuple[Change, ...]:
    """The milestones that a run has passed, in the order of their times, also those between two looks; `word` is how a card says it."""
    passed = {MILESTONES[key]: at for key, at in sorted(run.timestamps.items()) if key in MILESTONES}
    return tuple(Change(word, at) for word, at in sorted(passed.items(), key=lambda one: (one[1], list(MILESTONES.values()).index(one[0]))))
