"""The last check before an intent is sent; and, after a freeze or an activation, the wait for what was sent before it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from bot.core.decisions import Deed, Intent
from bot.core.errors import CannotAct, StoreBusy
from bot.core.pace import Pace
from bot.core.policy import Policy
from bot.core.sending import UnderWay, objection, under_way
from bot.core.workspaces import Workspace
from bot.services.ports import Clock, Store, Transaction


class SendCheck:
    """`policy` holds the rules that this process decides by."""

    def __init__(self, policy: Policy, clock: Clock) -> None:
        self._policy = policy
        self._clock = clock

    async def objection(self, transaction: Transaction, intent: Intent) -> CannotAct | None:
        """Return what forbids sending the intent now, or None. Call it first in the transaction that marks the intent as sent.

        A comment applies nothing and is judged by no rules. Nor does a run to be created apply anything, since a run of ours never applies
        by itself, but the right to start it comes from the rules.
        """
        if intent.deed is Deed.COMMENT:
            return None
        await transaction.sending.share()
        facts = await transaction.sending.facts(intent)
        # The time comes after the lock, which may have been waited for: a freeze of the file may have begun meanwhile.
        return objection(intent, facts, self._policy, self._clock.now())


def everywhere(_workspace: Workspace) -> bool:
    return True


async def stop_sending(
    transaction: Transaction, covers: Callable[[Workspace], bool] = everywhere, *, only_applies: bool = False
) -> tuple[UnderWay, ...]:
    """Keep intents from being sent until the transaction ends; return what was sent before and has no answer yet.

    Call it first in the transaction. A workspace that is not known any more may be covered, so its runs are among them.
    """
    await transaction.sending.stop()
    found = await transaction.sending.in_flight()
    return tuple(
        under_way(intent, workspace)
        for intent, workspace in found
        if (intent.applies or not only_applies) and (workspace is None or covers(workspace))
    )


class InFlight:
    """Waits for answers without a transaction open and without blocking anybody."""

    def __init__(self, store: Store, pace: Pace) -> None:
        self._store = store
        self._pace = pace

    async def unanswered(self, sent: Sequence[UnderWay]) -> tuple[UnderWay, ...]:
        """Return those of these that have no answer after a while, or at once when all have one."""
        waiting, time = tuple(sent), asyncio.get_running_loop().time
        until = time() + self._pace.answers_within
        while waiting and time() < until:
            await asyncio.sleep(self._pace.answers_every)
            waiting = await self._still(waiting)
        return waiting

    async def _still(self, waiting: tuple[UnderWay, ...]) -> tuple[UnderWay, ...]:
        try:
            async with self._store.read() as transaction:
                found = await transaction.sending.unanswered([one.intent_id for one in waiting])
        except StoreBusy:
            return waiting  # what could not be read counts as not answered
        return tuple(one for one in waiting if one.intent_id in found)
