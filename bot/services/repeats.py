"""Whether what came in came in before: a signed payload does once what it asks for, however often it is sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from bot.core.errors import HandledBefore
from bot.services.ports import Clock, Store

NEWS_LASTS = timedelta(minutes=10)
"""What was said longer ago than this is acted upon no more: nobody expects it by then. Slack's usual retries end before."""


def trigger_key(trigger_id: str) -> str:
    """What is kept of a trigger."""
    return f"trigger:{sha256(trigger_id.encode(errors='replace')).hexdigest()}"


class Repeats:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def demand_new(self, trigger_id: str) -> None:
        """HandledBefore where this was heard before. Each command, click and form has a trigger of its own (Slack, "trigger_id")."""
        async with self._store.write() as transaction:
            if not await transaction.seen.first_time(trigger_key(trigger_id), self._clock.now()):
                raise HandledBefore

    async def is_news(self, key: str, said_at: datetime) -> bool:
        """Whether something was said just now and never heard of before; it is noted. Slack sends an event again where it is not sure."""
        now = self._clock.now()
        if now - said_at > NEWS_LASTS:
            return False
        async with self._store.write() as transaction:
            return await transaction.seen.first_time(key, now)
