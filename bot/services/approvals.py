"""A person's apply, discard or cancel: judged afresh, decided once under the gate's lock, then carried out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex

from bot.core.commands.runs import RunReference
from bot.core.decisions import Decision, Deed, Intent, IntentState
from bot.core.errors import AlreadyDecided, ApprovalSwitchedOff, NotPossibleNow, PlanChanged, TokenMayNot
from bot.core.plans import weak_digest
from bot.core.policy import Actor, Person, Place, right_for
from bot.core.runs import CONFIRM, Action, Run
from bot.core.workspaces import Workspace
from bot.services.access import Access
from bot.services.audits import decision_entry
from bot.services.finding import Finder
from bot.services.intents import Intents
from bot.services.ports import Clock, Store, Transaction, Wake
from bot.services.reading import Found, Reader

PARTICIPLE = {Action.APPLY: "applied", Action.DISCARD: "discarded", Action.CANCEL: "canceled"}
GATES = {Action.APPLY: CONFIRM, Action.DISCARD: CONFIRM, Action.CANCEL: "cancel"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """What was decided, and how far it has come: `settled`, or `unsure` or `pending` where the server has yet to be heard of."""

    run: Run
    workspace: Workspace
    action: Action
    outcome: IntentState


class Approvals:
    def __init__(
        self, store: Store, finder: Finder, reader: Reader, access: Access, intents: Intents, clock: Clock, wake_painter: Wake
    ) -> None:
        self._store = store
        self._finder = finder
        self._reader = reader
        self._access = access
        self._intents = intents
        self._clock = clock
        self._wake_painter = wake_painter
        intents.judge = self.judge_again

    async def act(self, action: Action, reference: RunReference, actor: Actor, place: Place, comment: str = "") -> Acted:
        """Decide and carry out. AlreadyDecided, NotPossibleNow, RightMissing and the like where it is not to be."""
        asked_at = self._clock.now()
        found = await self._finder.run(reference, actor)
        person = await self._access.demand(actor, right_for(action), found.workspace)
        intent_id = f"rb-{token_hex(6)}"
        async with self._store.write() as transaction:
            gate = GATES[action]
            number = await transaction.gates.lock(found.run.id, gate)
            await refuse_decided(transaction, found.run.id, gate, number)
            run = await newest(transaction, found.run, asked_at)
            refuse_impossible(action, run)
            decision = self._decision(action, found, person, place, comment, number, intent_id)
            await transaction.gates.decide(decision)
            await transaction.audit.add(decision_entry(decision, found.workspace, place, reason=comment))
            await transaction.intents.add(intent_of(decision, found.workspace, actor.team_id))
            await transaction.messages.raise_wanted(run.id)
        self._wake_painter()
        intent = await self._intents.carry_out(intent_id)
        return Acted(run=found.run, workspace=found.workspace, action=action, outcome=intent.state)

    def _decision(self, action: Action, found: Found, person: Person, place: Place, comment: str, number: int, intent_id: str) -> Decision:
        return Decision(
            run_id=found.run.id,
            gate=GATES[action],
            round=number,
            action=action,
            person=person.id,
            person_name=person.name,
            channel=place.channel,
            comment=signed(action, person, place, comment, intent_id),
            plan_digest=digest_of(found),
            decided_at=self._clock.now(),
            intent_id=intent_id,
        )

    async def judge_again(self, intent: Intent) -> None:
        """Whether what was decided a while ago still holds: the run, its plan, and the person's right."""
        if intent.run_id is None:
            return
        action = Action(intent.deed.value)
        found = await self._reader.read(intent.run_id)
        async with self._store.read() as transaction:
            decision = await transaction.gates.decision(intent.run_id, intent.gate, intent.round)
        refuse_impossible(action, found.run)
        if decision is not None and decision.plan_digest != digest_of(found):
            raise PlanChanged(found.run.id)
        actor = Actor(id=intent.person, team_id=intent.payload.get("team", ""), name=intent.person_name)
        await self._access.demand(actor, right_for(action), found.workspace)


def digest_of(found: Found) -> str:
    return weak_digest(found.run.id, found.plan) if found.plan is not None else ""


def signed(action: Action, person: Person, place: Place, comment: str, intent_id: str) -> str:
    """What goes to the server with the action: the person's words, then who they are, where they said it, and our reference."""
    where = f"#{place.channel_name}" if place.channel_name else place.channel
    head = f"{comment.strip()} — " if comment.strip() else ""
    return f"{head}{PARTICIPLE[action]} by {person.name} ({person.id}) in {where} (ref {intent_id})"


def intent_of(decision: Decision, workspace: Workspace, team_id: str) -> Intent:
    return Intent(
        id=decision.intent_id,
        deed=Deed(decision.action.value),
        state=IntentState.PENDING,
        run_id=decision.run_id,
        workspace_id=workspace.id,
        person=decision.person,
        person_name=decision.person_name,
        channel=decision.channel,
        created_at=decision.decided_at,
        payload={"comment": decision.comment, "team": team_id},
        gate=decision.gate,
        round=decision.round,
    )


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
