"""Every duration of the bot in one place. Tests divide them all by one number; the database's clock runs real."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

STORED_WITHIN = 2.0
"""Seconds until what came in is stored, or not acknowledged. Slack waits three at its own speed (Slack, "Acknowledgment response")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds, all of them."""

    paint_every: float = 1.0
    poll_every: float = 1.0
    intents_every: float = 2.0
    look_live: float = 3.0
    look_new: float = 5.0
    look_organization: float = 15.0
    look_all: float = 300.0
    look_idle: float = 10.0
    look_again: float = 3.0
    look_deadline: float = 60.0
    wake_gap: float = 1.0
    request_timeout: float = 20.0
    intent_lease: float = 30.0
    tally_fresh: float = 60.0
    judge_every: float = 5.0
    judge_again: float = 30.0
    autoapply_every: float = 5.0
    autoapply_again: float = 30.0
    remind_every: float = 15.0
    remind_again: float = 600.0
    intent_stale: float = 300.0
    intent_judged_again: float = 10.0
    unheard_after: float = 60.0
    answers_within: float = 10.0
    answers_every: float = 0.1
    post_timeout: float = 10.0
    post_lease: float = 30.0
    history_after: float = 30.0
    history_before: float = 300.0
    doubles_last: float = 300.0
    update_gap: float = 1.2
    uploads_every: float = 10.0
    homes_every: float = 5.0
    coded_every: float = 60.0
    closures_every: float = 300.0
    alarms_every: float = 5.0
    fold_every: float = 30.0
    burst_within: float = 30.0
    undelivered_after: float = 120.0
    retry_first: float = 2.0
    retry_most: float = 60.0
    socket_ping: float = 5.0
    stop_within: float = 10.0
    role_lease: float = 24.0
    roles_every: float = 5.0
    beat_every: float = 5.0
    replica_gone: float = 30.0
    database_gone: float = 15.0
    socket_every: float = 1.0
    socket_gone: float = 30.0
    prune_every: float = 3600.0
    prune_again: float = 86400.0
    listen_again: float = 2.0
    seal_every: float = 5.0
    seal_after: float = 3.0
    head_every: float = 3600.0
    headers_within: float = 10.0
    body_within: float = 5.0
    linger_within: float = 1.0
    refusals_logged_every: float = 60.0

    requests_every: float = 2.0
    request_lease: float = 10.0
    request_within: float = 60.0
    request_told_within: float = 3600.0

    def divided_by(self, speed: float) -> Pace:
        """The same pace, `speed` times as fast."""
        return replace(self, **{field.name: getattr(self, field.name) / speed for field in fields(self)})
