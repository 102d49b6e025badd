"""What is decided by a vote that was enough or by a wish to stop a run, and the intent that carries it out; neither is kept here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import token_hex
from types import MappingProxyType

from bot.core.decisions import Decision, Deed, Intent, IntentState
from bot.core.judging import is_apply
from bot.core.policy import Actor, Person, Place
from bot.core.questions import Question
from bot.core.reminders import Waiting
from bot.core.runs import Action
from bot.core.signatures import signed_words
from bot.core.workspaces import Workspace
from bot.services.evidence import digest_of
from bot.services.gates import PARTICIPLE, gate_for
from bot.services.ports import Clock
from bot.services.reading import Found
from bot.services.voting import Ballot


@dataclass(frozen=True, slots=True)
class Stop:
    """A wish to discard or cancel, by force or not; `waiting` is the clock that wishes it, where no person does.

    `interrupts`: they were told what canceling an apply may leave behind.
    """

    action: Action
    found: Found
    actor: Actor
    place: Place
    comment: str
    more: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    waiting: Waiting | None = None
    interrupts: bool = False

    def decided(self, person: Person, number: int, clock: Clock) -> tuple[Decision, Intent]:
        intent_id = new_id()
        decision = Decision(
            run_id=self.found.run.id,
            gate=gate_for(self.action, self.found.run),
            round=number,
            action=self.action,
            person=person.id,
            person_name=person.name,
            channel=self.place.channel,
            comment=signed(self.action, person, self.place, self.comment, intent_id),
            plan_digest=digest_of(self.found),
            decided_at=clock.now(),
            intent_id=intent_id,
        )
        return decision, intent_of(decision, self.found.workspace, self.actor.team_id, self.more)


def decided(ballot: Ballot, question: Question, number: int, team_id: str) -> tuple[Decision, Intent]:
    """What a vote that was enough decides, and the call that carries it out."""
    intent_id = new_id()
    words = "by itself, as asked for at the start" if ballot.by_wish else ballot.reason
    decision = Decision(
        run_id=question.run.id,
        gate=ballot.gate,
        round=number,
        action=ballot.action,
        person=ballot.person.id,
        person_name=ballot.person.name,
        channel=ballot.place.channel,
        comment=signed(ballot.action, ballot.person, ballot.place, words, intent_id),
        plan_digest=question.digest,
        decided_at=question.now,
        intent_id=intent_id,
    )
    more = {"by_itself": "yes"} if ballot.by_wish else {}
    if ballot.action is Action.OVERRIDE and question.run.hurdle is not None:
        more["hurdle"] = question.run.hurdle.kind.value
    if ballot.action is Action.OVERRIDE:
        more["applies"] = "yes" if is_apply(question) else "no"
    return decision, intent_of(decision, question.workspace, team_id, more)


def new_id() -> str:
    return f"rb-{token_hex(6)}"


def signed(action: Action, person: Person, place: Place, comment: str, intent_id: str) -> str:
    """What goes to the server with the action: who did it, where, our reference, and the person's words."""
    return signed_words(f"{PARTICIPLE[action]} by", person, place, intent_id, comment)


def intent_of(decision: Decision, workspace: Workspace, team_id: str, more: Mapping[str, str] | None = None) -> Intent:
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
        payload={"comment": decision.comment, "team": team_id, "digest": decision.plan_digest, **(more or {})},
        gate=decision.gate,
        round=decision.round,
    )
