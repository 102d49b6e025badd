"""Whether what came in came in before: a signed payload does once what it asks for, however often it is sent."""

from __future__ import annotations

from hashlib import sha256

from bot.core.errors import HandledBefore
from bot.services.ports import Clock, Store


class Repeats:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def demand_new(self, trigger_id: str) -> None:
        """HandledBefore where this was heard before. Each command, click and form has a trigger of its own (Slack, "trigger_id")."""
        key = f"trigger:{sha256(trigger_id.encode(errors='replace')).hexdigest()}"
        async with self._store.write() as transaction:
            if not await transaction.seen.first_time(key, self._clock.now()):
                raise HandledBefore
