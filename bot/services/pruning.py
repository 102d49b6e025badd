"""Forgetting what has ended long ago: by hand, and once a day by whichever process takes the day's turn. What is open stays."""

from __future__ import annotations

from datetime import datetime, timedelta
from secrets import token_hex

import structlog

from bot.core.errors import RunbellError
from bot.core.leavings import Leavings
from bot.core.pace import Pace
from bot.core.roles import PRUNING
from bot.services.ports import Clock, Store

log = structlog.get_logger(__name__)

RUNS_AT_ONCE = 200
"""A transaction of so many runs is over before anybody waits for it."""


class Pruner:
    """`keep` is how long what has ended is kept."""

    def __init__(self, store: Store, clock: Clock, pace: Pace, owner: str, keep: timedelta) -> None:
        self._store = store
        self._clock = clock
        self._pace = pace
        self._owner = owner
        self._keep = keep

    async def tick(self, now: datetime) -> None:  # noqa: ARG002 - the database's clock counts
        """Prune, where nobody has today. The turn is a lease under a name of its own that nobody keeps or gives back."""
        async with self._store.write() as transaction:
            turn = await transaction.leases.take(PRUNING, f"{self._owner}/{token_hex(4)}", self._pace.prune_again)
        if turn is None:
            return
        try:
            gone = await self.prune()
        except RunbellError:
            async with self._store.write() as transaction:
                await transaction.leases.give_back(turn)
            raise
        log.info("pruned", days=self._keep.days, gone=str(gone))

    async def prune(self) -> Leavings:
        """Remove it; how much it was."""
        edge, gone = self._clock.now() - self._keep, Leavings()
        while True:
            async with self._store.write() as transaction:
                ended = await transaction.leavings.ended(edge, RUNS_AT_ONCE)
                gone += await transaction.leavings.remove_runs(ended)
            if len(ended) < RUNS_AT_ONCE:
                break
        async with self._store.write() as transaction:
            gone += await transaction.leavings.remove_loose(edge)
        return gone

    async def count(self) -> Leavings:
        """How much there is to remove."""
        async with self._store.read() as transaction:
            return await transaction.leavings.count(self._clock.now() - self._keep)
