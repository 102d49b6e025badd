"""How it stands at a gate, for cards: judged when a message is about to ask, later where that failed, and again after a while."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from bot.core.errors import RunbellError
from bot.core.pace import Pace
from bot.core.runs import CONFIRM
from bot.services.gates import open_gate
from bot.services.ports import Clock, Store, Transaction
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
        self._not_before: dict[str, datetime] = {}

    async def tick(self, now: datetime) -> None:
        """Judge the gates at which messages ask without the digest of a plan, because it could not be judged when they were painted.

        What is judged for the first time has those messages painted again (`Voting`). Here a judgement may take its time.
        """
        self._not_before = {run_id: at for run_id, at in self._not_before.items() if at > now}
        for run_id in await self._unjudged():
            # What a message waits for just now ends with that message's patience: left to the next tick instead of being put off.
            if run_id in self._not_before or run_id in self._judging:
                continue
            if not await self._try(run_id, self._pace.look_deadline):
                self._not_before[run_id] = now + timedelta(seconds=self._pace.judge_again)

    async def _unjudged(self) -> list[str]:
        async with self._store.read() as transaction:
            asking = await transaction.gates.unjudged()
            known = await transaction.runs.many([run_id for run_id, _ in asking])
            waiting = [(run_id, gate) for run_id, gate in asking if run_id in known and known[run_id].run.gate == gate]
            return [run_id for run_id, gate in waiting if await is_undecided(transaction, run_id, gate)]

    async def refresh(self, run_id: str) -> bool:
        """Judge unless it was done lately; whether it was. No message waits for it for long: one is painted without where it fails."""
        return await self._try(run_id, self._pace.request_timeout / 2)

    async def _try(self, run_id: str, within: float) -> bool:
        try:
            async with asyncio.timeout(within):
                return await self._shared(run_id)
        except (RunbellError, TimeoutError) as trouble:
            log.warning("not_judged", run=run_id, error=str(trouble) or "it took too long")
            return False

    async def _shared(self, run_id: str) -> bool:
        """The channels of a run ask at the same moment: what one of them has begun to judge the others wait for."""
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
        await self._voting.tally(await self._reader.read(run_id))
        return True


async def is_undecided(transaction: Transaction, run_id: str, gate: str) -> bool:
    """Whether nobody has decided in the round that is open: what is decided is judged no more."""
    number, _, _ = await transaction.gates.look(run_id, gate)
    return await transaction.gates.decision(run_id, gate, number) is None
