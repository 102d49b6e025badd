"""What changed between two looks at a run, with the statuses in between recovered from the server's timestamps."""

from __future__ import annotations

from collections.abc import Mapping
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


def mark(run: Run) -> int:
    """A short mark of one look: two looks with the same one show the same, but for what comes and goes: the names of creator and commit,
    and the hurdle.

    Good within this process alone.
    """
    return hash(
        (
            run.id,
            run.workspace_id,
            run.status_word,
            run.message,
            run.source,
            run.trigger_reason,
            run.created_at,
            run.plan_id,
            run.configuration_version_id,
            run.auto_apply,
            run.is_destroy,
            run.plan_only,
            run.refresh_only,
            run.save_plan,
            run.has_changes,
            run.allowed,
            run.permitted,
            run.apply_doubted,
            run.force_cancel_at,
            times_mark(run.timestamps),
        )
    )


def times_mark(times: Mapping[str, datetime]) -> int:
    """Some mappings have a mark of their own, which spares reading the times one by one."""
    try:
        return hash(times)
    except TypeError:
        return hash(frozenset(times.items()))


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
