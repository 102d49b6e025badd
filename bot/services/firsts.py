"""That a button which hands a configuration on starts one run, however often and by however many it is clicked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.core.decisions import Intent
from bot.core.errors import HandedOnBefore
from bot.core.origins import Origin, decode_origin
from bot.services.ports import Transaction

LONG_AGO = datetime.fromtimestamp(0, UTC)
AHEAD = timedelta(days=1)
"""By how much more than any server's clock is before ours."""


async def demand_first(transaction: Transaction, intent: Intent, origin: Origin) -> None:
    """HandedOnBefore where the same was asked for and goes on; once that has ended it may be asked for again.

    Of two at the same time, perhaps in two processes, one writes the mark, and the other waits for it and finds it there.
    """
    before = await same(transaction, intent, origin)
    for one in before:
        if await goes_on(transaction, one):
            raise HandedOnBefore(intent.payload.get("workspace", ""), one.person_name, one.run_id or "")
    mark = f"handed-on:{origin.kind}:{origin.run_id}:{intent.workspace_id}:{len(before)}"
    if not await transaction.seen.first_time(mark, intent.created_at):
        raise HandedOnBefore(intent.payload.get("workspace", ""), "")


async def same(transaction: Transaction, intent: Intent, origin: Origin) -> list[Intent]:
    """Earlier wishes to hand on just this run to just this workspace, whatever became of them."""
    source = await transaction.runs.get(origin.run_id)
    since = source.run.created_at - AHEAD if source is not None and source.run.created_at is not None else LONG_AGO
    made = await transaction.intents.creates_in(intent.workspace_id, since)
    told = [(one, decode_origin(one.payload.get("origin", ""))) for one in made]
    return [one for one, its in told if its is not None and (its.kind, its.run_id) == (origin.kind, origin.run_id)]


async def goes_on(transaction: Transaction, wish: Intent) -> bool:
    """Whether it is still being sent, or its run has not ended as far as is known."""
    if wish.run_id is None:
        return wish.is_open
    stored = await transaction.runs.get(wish.run_id)
    return stored is None or not stored.run.is_final
