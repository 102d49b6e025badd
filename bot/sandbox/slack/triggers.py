"""Trigger ids: each interaction carries one, it opens one modal, and it is good for three seconds of real time."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

from bot.sandbox.slack.errors import SlackError

LIFETIME_SECONDS = 3.0
REMEMBERED = 1000


@dataclass
class Trigger:
    """Who may be shown a modal until when (real monotonic seconds), where they were, and whether that was used."""

    user: str
    expires_at: float
    channel: str = ""
    is_used: bool = False


class Triggers:
    """The trigger ids given out last. Their three seconds measure the bot, so no clock can stretch them."""

    def __init__(self) -> None:
        self._triggers: dict[str, Trigger] = {}

    def issue(self, user: str, channel: str = "") -> str:
        trigger_id = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[trigger_id] = Trigger(user, time.monotonic() + LIFETIME_SECONDS, channel)
        while len(self._triggers) > REMEMBERED:
            del self._triggers[next(iter(self._triggers))]
        return trigger_id

    def use(self, trigger_id: str) -> Trigger:
        """Whose client it opens, spent by this. SlackError: invalid_trigger_id, exchanged_trigger_id, expired_trigger_id."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.is_used:
            raise SlackError("exchanged_trigger_id")
        if time.monotonic() > trigger.expires_at:
            raise SlackError("expired_trigger_id")
        trigger.is_used = True
        return trigger
