"""How it stands at a gate, for cards: judged when a message is about to ask, and again after a while."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from bot.core.errors import RunbellError
from bot.core.pace import Pace
from bot.core.runs import CONFIRM
from bot.services.gates import open_gate
from bot.services.ports import Clock, Store
from bot.services.reading import Reader
from bot.services.voting import Voting

log = structlog.get_logger(__name__)


class Tallies:
    def __init__(self, store: Store, reader: Reader, voting: Voting, clock: Clock, pace: Pace) -> None:
        self._store = store
        self._reader = reader
        self._voting = voting
        self._clock = clock
        self._pace = pace
        self._judging: dict[str, asyncio.Future[bool]] = {}

    async def refresh(self, run_id: str) -> bool:
        """Judge unless it was done lately; whether it was. No message waits for it for long: one is painted without where it fails.

        The channels of a run ask at the same moment: what one of them has begun to judge the others wait for.
        """
        if (judging := self._judging.get(run_id)) is not None:
            return await asyncio.shield(judging)
        judging = self._judging[run_id] = asyncio.get_running_loop().create_future()
        was_judged = False
        try:
            was_judged = await self._judge(run_id)
        finally:
            del self._judging[run_id]
            judging.set_result(was_judged)
        return was_judged

    async def _judge(self, run_id: str) -> bool:
        async with self._store.read() as transaction:
            stored = await transaction.runs.get(run_id)
            gate = open_gate(stored.run) if stored is not None else CONFIRM
            _, tally, judged_at = await transaction.gates.look(run_id, gate)
        fresh = timedelta(seconds=self._pace.tally_fresh)
        if tally is not None and judged_at is not None and self._clock.now() - judged_at < fresh:
            return False
        try:
            async with asyncio.timeout(self._pace.request_timeout / 2):
                await self._voting.tally(await self._reader.read(run_id))
        except (RunbellError, TimeoutError) as trouble:
            log.warning("not_judged", run=run_id, error=str(trouble) or "it took too long")
            return False
        return True
