"""What is asked of a run and its gate before anything is decided there: not decided yet, possible now, allowed to our token."""

from __future__ import annotations

from datetime import datetime

from bot.core.errors import AlreadyDecided, ApprovalSwitchedOff, NotPossibleNow, TokenMayNot
from bot.core.runs import CONFIRM, Action, Run
from bot.services.ports import Transaction

PARTICIPLE = {Action.APPLY: "applied", Action.DISCARD: "discarded", Action.CANCEL: "canceled"}
GATES = {Action.APPLY: CONFIRM, Action.DISCARD: CONFIRM, Action.CANCEL: "cancel"}


async def refuse_decided(transaction: Transaction, run_id: str, gate: str, number: int) -> None:
    decided = await transaction.gates.decision(run_id, gate, number)
    if decided is not None:
        raise AlreadyDecided(run_id, PARTICIPLE[decided.action], decided.person, decided.decided_at)


async def newest(transaction: Transaction, run: Run, asked_at: datetime) -> Run:
    """The run as we read it, or as somebody else has read it since."""
    stored = await transaction.runs.get(run.id)
    return stored.run if stored is not None and stored.asked_at > asked_at else run


def refuse_impossible(action: Action, run: Run) -> None:
    """What the run's state or our token does not allow, said as it is."""
    if action not in run.allowed:
        if action is Action.APPLY and run.was_confirmed:
            raise AlreadyDecided(run.id, "applied")
        if action is Action.APPLY and run.apply_doubted:
            raise ApprovalSwitchedOff(run.id, run.status_word)
        if action is Action.DISCARD and run.status_word == "discarded":
            raise AlreadyDecided(run.id, "discarded")
        raise NotPossibleNow(run.id, PARTICIPLE[action], run.status_word)
    if action not in run.permitted:
        raise TokenMayNot(run.id, PARTICIPLE[action])
