"""What one person may repeat in one channel, and how repetitions are told apart; the numbers are documented in docs/operations.md."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.audits import Entry

WATCHES_MOST = 50
"""Watches that one person has in one channel."""
FREEZES_MOST = 20
"""Declared freezes that one person has in force from one channel."""
CONFIRMATIONS_MOST = 20
"""Buttons that confirm a command, of those that one person was shown in one channel: older ones no longer work."""
SNOOZES_MOST = 30
SNOOZES_WITHIN = timedelta(hours=1)
"""Snoozes by one person in one channel within that time."""
REFUSALS_MOST = 60
REFUSALS_WITHIN = timedelta(minutes=10)
"""Refused commands of one person in one channel within that time, and the window in which the same refusals fold into one audit row."""


class RepetitionKind(StrEnum):
    """`excess` are commands beyond the cap on refusals. They are counted apart, so that trying does not keep the cap up for ever."""

    REFUSAL = "refusal"
    EXCESS = "excess"
    SNOOZE = "snooze"


WITHIN = {
    RepetitionKind.REFUSAL: REFUSALS_WITHIN,
    RepetitionKind.EXCESS: REFUSALS_WITHIN,
    RepetitionKind.SNOOZE: SNOOZES_WITHIN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Repetition:
    """`same` is all that makes two of them the same. `entry` is the audit row of a refusal; None for anything else."""

    kind: RepetitionKind
    person: str
    channel: str
    same: tuple[str, ...] = ()
    entry: Entry | None = None
    began_at: datetime
    last_at: datetime
    times: int = 1

    @property
    def digest(self) -> str:
        told = json.dumps([self.kind, self.person, self.channel, *self.same])
        return hashlib.sha256(told.encode(errors="replace")).hexdigest()


def refusal_of(entry: Entry, *, is_excess: bool) -> Repetition:
    """The same person was refused the same action, about the same run and plan or workspace, by the same rules, for the same reason."""
    return Repetition(
        kind=RepetitionKind.EXCESS if is_excess else RepetitionKind.REFUSAL,
        person=entry.person,
        channel=entry.channel,
        same=() if is_excess else (entry.action, entry.outcome, entry.run_id, entry.workspace, entry.plan_digest, entry.rules_hash),
        entry=entry,
        began_at=entry.at,
        last_at=entry.at,
    )


def folded(repetition: Repetition, now: datetime) -> Entry | None:
    """The one row for all repetitions after the first, which has a row of its own; None where there were none."""
    if repetition.entry is None or repetition.times < 2:  # noqa: PLR2004 - the first one is not a repetition
        return None
    told = {"repeated": str(repetition.times - 1), "first": repetition.began_at.isoformat(), "last": repetition.last_at.isoformat()}
    return replace(repetition.entry, at=now, details={**repetition.entry.details, **told})
