"""What is asked of a run and its gate before anything is decided there: not decided yet, possible now, allowed to our token."""

from __future__ import annotations

from datetime import datetime

from bot.core.decisions import Decision
from bot.core.errors import AlreadyDecided, ApprovalSwitchedOff, HurdleUnread, NotPossibleNow, TokenMayNot
from bot.core.runs import CONFIRM, OVERRIDES, Action, Run
from bot.core.stored import StoredRun

PARTICIPLE = {
    Action.APPLY: "applied",
    Action.OVERRIDE: "overridden",
    Action.DISCARD: "discarded",
    Action.CANCEL: "canceled",
    Action.FORCE_CANCEL: "canceled by force",
}
OWN_GATES = {Action.CANCEL: "cancel", Action.FORCE_CANCEL: "force-cancel"}


def gate_for(action: Action, run: Run) -> str:
    """Where a wish is decided: at the open question of the run, or at the gate that stopping one has of its own."""
    return OWN_GATES.get(action) or open_gate(run)


def open_gate(run: Run) -> str:
    """The question that a run asks, or would ask next."""
    return run.gate or CONFIRM


def refuse_decided(decided: Decision | None) -> None:
    if decided is not None:
        raise AlreadyDecided(decided.run_id, PARTICIPLE[decided.action], decided.person, decided.decided_at)


def newest(run: Run, asked_at: datetime, stored: StoredRun | None) -> Run:
    """The run as we read it, or as somebody else has read it since."""
    return stored.run if stored is not None and stored.asked_at > asked_at else run


def refuse_impossible(action: Action, run: Run) -> None:
    """What the run's state or our token does not allow, said as it is."""
    if not run.allows(action):
        if action is Action.OVERRIDE and run.lacks_hurdle:
            raise HurdleUnread(run.id)
        if action is Action.APPLY and run.was_confirmed:
            raise AlreadyDecided(run.id, "applied")
        if action is Action.APPLY and run.apply_doubted:
            raise ApprovalSwitchedOff(run.id, run.status_word)
        if action is Action.DISCARD and run.status_word == "discarded":
            raise AlreadyDecided(run.id, "discarded")
        raise NotPossibleNow(run.id, PARTICIPLE[action], run.status_word)
    if not run.permits(action):
        raise TokenMayNot(run.id, PARTICIPLE[action], NEEDS.get(action, WRITE_ACCESS))


WRITE_ACCESS = "write access to the workspace"
NEEDS = {Action.FORCE_CANCEL: "admin access to the workspace", Action.OVERRIDE: "the right to manage policy overrides"}


def refuse_elsewhere(gate: str, run: Run, action: Action) -> None:
    """Nobody answers a question that is not the one that they were asked: another check waits now, or the run has gone on."""
    if gate.startswith(OVERRIDES) and run.gate != gate:
        raise NotPossibleNow(run.id, PARTICIPLE[action], run.status_word)
