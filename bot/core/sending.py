"""What is checked once more when an intent is sent, on facts read in that very transaction. Reading them is not done here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.decisions import Decision, Deed, Intent
from bot.core.errors import CannotAct, DecisionReplaced, FreezeStarted, RulesReplaced
from bot.core.freezes import DeclaredFreeze, Freeze, in_force
from bot.core.policy import Policy
from bot.core.verdicts import freeze_words
from bot.core.workspaces import Workspace

WORDS_MOST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SendFacts:
    """What the database says when an intent is about to be sent.

    `rules_hash` is that of the active rules, `open_round` the round that is open at the intent's gate, `decision` the one of the
    intent's own round; each is None where there is none. `workspace` is None where it is not known any more.
    """

    rules_hash: str | None
    open_round: int | None
    decision: Decision | None
    workspace: Workspace | None
    freezes: tuple[DeclaredFreeze, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """A request that was sent before a freeze or an activation. `workspace` is a full name, or an id where no name is known."""

    intent_id: str
    run_id: str
    workspace: str
    deed: Deed


def objection(intent: Intent, facts: SendFacts, policy: Policy, now: datetime) -> CannotAct | None:
    """Return what forbids sending an intent now, or None. `policy` is what this process decides by."""
    run_id, deed = intent.run_id or "", intent.deed.value
    if facts.rules_hash != policy.hash:
        return RulesReplaced(run_id or f"a run in {intent.payload.get('workspace') or intent.workspace_id}", deed)
    if intent.deed is Deed.CREATE:
        return None  # decided at no gate
    if facts.decision is None or not stands(intent, facts.decision, facts.open_round):
        return DecisionReplaced(run_id, deed)
    if not intent.applies or facts.decision.broke_glass:
        return None
    found = freezes_over(facts, policy, now)
    return FreezeStarted(run_id, deed, tuple(map(freeze_words, found))) if found else None


def stands(intent: Intent, decision: Decision, open_round: int | None) -> bool:
    """Whether the decision is the one the intent carries out, about the same plan, and its round was not reopened."""
    same_plan = decision.plan_digest == intent.payload.get("digest")
    return decision.intent_id == intent.id and same_plan and decision.round == intent.round == open_round


def freezes_over(facts: SendFacts, policy: Policy, now: datetime) -> Sequence[Freeze]:
    """Return the freezes that cover the workspace. One that is not known could be any, so every freeze covers it."""
    if facts.workspace is not None:
        return in_force(policy.freezes, policy.source, facts.freezes, facts.workspace, now)
    of_file = [window.at(now, policy.source) for window in policy.freezes]
    declared = [one.freeze for one in facts.freezes if not one.is_over(now)]
    return [*(one for one in of_file if one is not None), *declared]


def under_way(intent: Intent, workspace: Workspace | None) -> UnderWay:
    name = workspace.full_name if workspace is not None else intent.payload.get("workspace") or intent.workspace_id
    return UnderWay(intent_id=intent.id, run_id=intent.run_id or "", workspace=name, deed=intent.deed)


def under_way_words(some: Sequence[UnderWay]) -> str:
    """A line to be put below another, naming the first of them; nothing where there are none."""
    named = ", ".join(f"{one.run_id} in {one.workspace} ({one.deed})" for one in some[:WORDS_MOST])
    more = f" and {len(some) - WORDS_MOST} more" if len(some) > WORDS_MOST else ""
    return f"\nAlready under way: {named}{more}." if some else ""
