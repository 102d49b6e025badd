"""Runs that were started to be applied by themselves: the server is never told, we decide, by the rules of that very moment."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from bot.core.decisions import Intent
from bot.core.errors import AlreadyDecided, NotPossibleNow, RunbellError
from bot.core.pace import Pace
from bot.core.policy import Actor
from bot.core.runs import CONFIRM
from bot.services.approvals import Approvals
from bot.services.notes import tell
from bot.services.ports import Store, Transaction

log = structlog.get_logger(__name__)

TOPIC = "auto-apply"


class AutoApply:
    """`team_id` is our Slack workspace, of which whoever starts a run is a member."""

    def __init__(self, store: Store, approvals: Approvals, pace: Pace, team_id: str) -> None:
        self._store = store
        self._approvals = approvals
        self._pace = pace
        self._team_id = team_id
        self._tried: dict[str, datetime] = {}

    async def tick(self, now: datetime) -> None:
        """Try every run that waits; one that could not be applied is tried again a little later, since time may bring what is missing."""
        async with self._store.read() as transaction:
            wishes = [wish for wish in await transaction.intents.wishes() if await waits(transaction, wish)]
        again = timedelta(seconds=self._pace.autoapply_again)
        self._tried = {wish.id: self._tried[wish.id] for wish in wishes if wish.id in self._tried}
        for wish in wishes:
            if wish.id not in self._tried or now - self._tried[wish.id] >= again:
                self._tried[wish.id] = now
                await self._try(wish)

    async def _try(self, wish: Intent) -> None:
        try:
            acted = await self._approvals.apply_by_itself(wish, Actor(id=wish.person, team_id=self._team_id, name=wish.person_name))
        except (AlreadyDecided, NotPossibleNow):
            return
        except RunbellError as trouble:
            log.warning("auto_apply_waits", run=wish.run_id, error=trouble.sentence)
            return
        if acted.outcome is None:
            await self._say(wish, acted.run.id)

    async def _say(self, wish: Intent, run_id: str) -> None:
        """Once, to whoever asked."""
        async with self._store.write() as transaction:
            _, tally, _ = await transaction.gates.look(run_id, CONFIRM)
            missing = " ".join((tally.headline, *tally.lacks, *tally.falls)) if tally is not None else ""
            text = f"{run_id} of {wish.payload.get('workspace', 'the workspace')} is not applied by itself yet. {missing}"
            await tell(transaction, subject=run_id, channel=wish.person, topic=TOPIC, text=text.strip())


async def waits(transaction: Transaction, wish: Intent) -> bool:
    """Whether the run asks its question, and nobody has answered."""
    stored = await transaction.runs.get(wish.run_id or "")
    if stored is None or stored.run.gate != CONFIRM:
        return False
    number, _, _ = await transaction.gates.look(stored.run.id, CONFIRM)
    return await transaction.gates.decision(stored.run.id, CONFIRM, number) is None
