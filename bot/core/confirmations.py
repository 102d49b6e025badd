"""A command that somebody was shown and that a click confirms: for that person, once, for ten minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

CONFIRM_WITHIN = timedelta(minutes=10)
TOKEN_BYTES = 24
"""Of a confirmation's id: 192 bits, which nobody guesses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """What a button stands for. The button carries the id alone; everything else is read from here at the click.

    `command` is written as it would be typed. Of a command about a run, `run_id` and `plan_digest` are those that were shown; the digest
    is "" where there was no plan. `used_by` is the stored request whose click used it, "" for none.
    """

    id: str
    person: str
    team_id: str
    channel: str
    thread_ts: str
    command: str
    run_id: str = ""
    plan_digest: str = ""
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    used_by: str = ""
