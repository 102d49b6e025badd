"""What is not counted as it happens but asked of the database when somebody wants to know."""

from __future__ import annotations

from bot.core.decisions import IntentState
from bot.core.metrics import INTENTS, UNPAINTED_CALL_AGE, Meter
from bot.services.ports import Clock, Store


class Gauges:
    def __init__(self, store: Store, clock: Clock, meter: Meter) -> None:
        self._store = store
        self._clock = clock
        self._meter = meter

    async def read(self) -> None:
        """Have the meter show how things stand now. StoreBusy where the database does not say."""
        async with self._store.read() as transaction:
            counts = await transaction.intents.counts()
            since = await transaction.messages.oldest_call()
        for state in IntentState:
            self._meter.set(INTENTS, counts.get(state, 0), state=state.value)
        age = (self._clock.now() - since).total_seconds() if since is not None else 0.0
        self._meter.set(UNPAINTED_CALL_AGE, max(0.0, age))
