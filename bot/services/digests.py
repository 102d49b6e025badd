"""Buttons carry the digest of the plan that was judged. A message that went out before the judgement is painted again after it.

Two processes of work can miss each other here: one posts the message, the other judges. Both take the lock of the gate before they
look for what the other has written, so the second one sees it and has the message painted again.
"""

from __future__ import annotations

from bot.core.pictures import Picture, RunPicture
from bot.core.tallies import Tally
from bot.services.pictures import asks
from bot.services.ports import Transaction


async def show_digest(transaction: Transaction, run_id: str, gate: str, tally: Tally) -> None:
    """Before a judgement is noted at a gate that is locked: have messages that ask there without its digest painted again.

    A message that is not posted yet is left alone: it is put together after this, or finds out by `was_judged_since`. So a message
    whose judgement comes in time is painted once.
    """
    _, before, _ = await transaction.gates.look(run_id, gate)
    if before is not None and before.digest == tally.digest:
        return
    if any(one.ts is not None and asks(one, gate) for one in await transaction.messages.of_subject(run_id)):
        await transaction.messages.raise_wanted(run_id)


async def was_judged_since(transaction: Transaction, picture: Picture) -> bool:
    """Before a message is noted as posted: whether it asks without a digest, and its gate was judged on the way."""
    if not isinstance(picture, RunPicture) or not picture.buttons or picture.tally is not None or picture.run.gate is None:
        return False
    await transaction.gates.lock(picture.run.id, picture.run.gate)
    _, tally, _ = await transaction.gates.look(picture.run.id, picture.run.gate)
    return tally is not None
