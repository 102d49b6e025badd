"""Checks that each apply that a bot sent was decided: compares the server's request log with the databases of the bots.

Rules are looked up by their hash and parsed again from the text that was activated.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.core.audits import AuditKind, AuditRow
from bot.core.decisions import Decision, Deed, Intent, IntentState
from bot.core.plans import weak_digest
from bot.core.policy import Policy, Right
from bot.core.runs import Run
from bot.core.signatures import has_reference
from bot.core.verdicts import Outcome
from bot.core.workspaces import Workspace
from tests.scenes.entitlements import Approval, People, is_one_of
from tests.scenes.in_force import freezes_at, hashes_at, policy_of
from tests.scenes.orders import Order, UndecidedApply, fingerprint, orders_of
from tests.scenes.records import Records, read_records

PEOPLES = ("user_token", "organization_token")
"""The tokens of the sandbox with which people act outside of Slack."""


@dataclass(frozen=True)
class Bot:
    """Where a bot keeps what it decides, and with which token it applies."""

    database: str
    token: str

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Bot:
        return cls(environment["DATABASE_URL"], environment["TFE_TOKEN"])


async def demand_decided(log: Mapping[str, Any], world: Mapping[str, Any], terraform: Mapping[str, str], bots: Collection[Bot]) -> None:
    """Raise UndecidedApply if the server got an apply that was not decided, from anybody but people with their own tokens.

    `log` and `world` are the documents of the request log and of the Slack workspace, `terraform` is the card of the server. `bots` are all
    that ever ran. None may run now: the log is read before the databases, and a bot commits before it sends.
    """
    theirs = {fingerprint(terraform[name]) for name in PEOPLES} - {fingerprint(bot.token) for bot in bots}
    orders = [order for order in orders_of(log) if order.token not in theirs]
    if orders:  # where nothing was applied, a test may have broken or removed the database
        databases = [await read_records(url) for url in sorted({bot.database for bot in bots})]
        if wrongs := undecided(orders, databases, people_of(world)):
            raise UndecidedApply("\n".join(wrongs))


def people_of(world: Mapping[str, Any]) -> People:
    members = frozenset(one["id"] for one in world["people"] if not one["is_guest"] and not one["is_external"])
    return People(members, {one["id"]: frozenset(one["users"]) for one in world["groups"]})


def undecided(orders: Iterable[Order], databases: Sequence[Records], people: People) -> list[str]:
    """Return what is wrong with these orders, in words. They are those of bots alone."""
    wrongs, times = list[str](), Counter[str]()
    for order in orders:
        carried = [(records, intent) for records in databases for intent in records.intents.values() if carries(intent, order)]
        if len(carried) != 1:
            wrongs.append(f"{order.path} (“{order.comment}”): {len(carried)} intents")
            continue
        [(records, intent)] = carried
        times[intent.id] += not order.was_throttled
        found = [*Case(order, records, intent, people).wrongs()]
        found += [f"sent {times[intent.id]} times"] if times[intent.id] > 1 else []
        wrongs += [f"{order.path} ({intent.id} of {intent.person}): {wrong}" for wrong in found]
    return wrongs


def carries(intent: Intent, order: Order) -> bool:
    return intent.deed is order.deed and has_reference(order.comment, intent.id)


@dataclass(frozen=True)
class Case:
    """One order, and the one intent whose reference is in its comment."""

    order: Order
    records: Records
    intent: Intent
    people: People

    def wrongs(self) -> Iterator[str]:
        yield from self.wrongs_of_intent()
        decision = self.records.decisions.get((self.intent.run_id or "", self.intent.gate, self.intent.round))
        run = self.records.runs.get(self.intent.run_id or "")
        workspace = self.records.workspaces.get(self.intent.workspace_id)
        if decision is None or run is None or workspace is None:
            yield f"decision {decision}, run {run}, workspace {workspace}"
            return
        yield from self.wrongs_of_decision(decision)
        yield from self.wrongs_of_digest(decision, run)
        yield from self.wrongs_of_verdict(decision)
        yield from self.wrongs_by_rules(decision, run, workspace)

    def wrongs_of_intent(self) -> Iterator[str]:
        """The intent is about this run and gate, and was marked as sent before the request came."""
        intent, order = self.intent, self.order
        if (intent.run_id, intent.gate) != (order.run_id, order.gate):
            yield f"it was decided about {intent.run_id} at {intent.gate}"
        if order.was_throttled:
            return  # it may have gone back to wait for its turn
        if intent.state is IntentState.PENDING or intent.sent_at is None:
            yield f"its intent is {intent.state}, sent at {intent.sent_at}"
        elif intent.sent_at > order.received_at + self.records.apart:
            yield f"it came at {order.received_at} and was marked as sent at {intent.sent_at}"

    def wrongs_of_decision(self, decision: Decision) -> Iterator[str]:
        intent = self.intent
        decided = (decision.intent_id, decision.action.value, decision.person)
        if decided != (intent.id, intent.deed.value, intent.person):
            yield f"the round was decided otherwise: {decided}"
        if decision.decided_at > (self.intent.sent_at or self.order.received_at) + self.records.apart:
            yield f"decided at {decision.decided_at}, after it was sent"
        rows = self.audited(AuditKind.DECISION)
        told = [(row.person, row.run_id, row.action, row.plan_digest) for row in rows]
        if told != [(decision.person, decision.run_id, decision.action.value, decision.plan_digest)]:
            yield f"the audit says that was decided: {told}"

    def wrongs_of_digest(self, decision: Decision, run: Run) -> Iterator[str]:
        """The decision is about the plan that the server had when the order came."""
        digest, sent = decision.plan_digest, self.intent.payload.get("digest")
        facts = self.records.plans.get(run.plan_id or "")
        known = {self.order.plan, weak_digest(run.id, facts) if facts is not None and facts.is_finished else ""}
        if digest != sent:
            yield f"decided about the plan {digest}, and sent for {sent}"
        if digest not in known or (not digest and (self.order.plan or self.intent.deed is Deed.APPLY)):
            yield f"decided about the plan “{digest}”, and the run's is {sorted(known)}"

    def wrongs_of_verdict(self, decision: Decision) -> Iterator[str]:
        """While the round is open, its verdict is stored: granted, about the same plan."""
        number, verdict = self.records.verdicts.get((decision.run_id, decision.gate), (0, None))
        if number < decision.round:
            yield f"round {decision.round} was decided, and {number} is open"
        if number != decision.round:
            return
        if verdict is None or verdict.outcome is not Outcome.GRANTED or verdict.digest != decision.plan_digest:
            yield f"the verdict is {verdict.outcome if verdict else 'not there'}, about the plan {verdict.digest if verdict else ''}"

    def wrongs_by_rules(self, decision: Decision, run: Run, workspace: Workspace) -> Iterator[str]:
        hashes = {row.rules_hash for row in self.audited(AuditKind.DECISION)}
        moments = [decision.decided_at, *([self.intent.sent_at] if self.intent.sent_at else [])]
        if len(hashes) != 1 or not all(hashes <= hashes_at(self.records, at) for at in moments):
            yield f"decided by the rules {hashes}, and in force were {[sorted(hashes_at(self.records, at)) for at in moments]}"
            return
        policy = policy_of(self.records, hashes.pop())
        if policy is None:
            yield "the text of the rules is not there"
            return
        approval = self.approval(decision, policy, run, workspace)
        yield from approval.wrongs()
        yield from self.wrongs_of_voters(approval)
        yield from self.wrongs_of_decider(approval)
        if self.intent.applies and not decision.broke_glass:
            yield from (f"frozen: {one.scope}" for at in moments for one in freezes_at(self.records, policy, workspace, at))

    def approval(self, decision: Decision, policy: Policy, run: Run, workspace: Workspace) -> Approval:
        number, verdict = self.records.verdicts.get((decision.run_id, decision.gate), (0, None))
        created = [one for one in self.records.intents.values() if one.deed is Deed.CREATE and one.run_id == run.id]
        return Approval(
            intent=self.intent,
            decision=decision,
            votes=self.records.votes.get((decision.run_id, decision.gate, decision.round), ()),
            policy=policy,
            run=run,
            workspace=workspace,
            people=self.people,
            named=frozenset(verdict.rules) if verdict is not None and number == decision.round else None,
            creating=created[0] if created else None,
        )

    def wrongs_of_voters(self, approval: Approval) -> Iterator[str]:
        """Each vote that counts is in the audit."""
        for vote in approval.counting:
            told = (vote.person, vote.digest, vote.rules)
            if not any(told == (row.person, row.plan_digest, row.rules_hash) for row in self.rows(AuditKind.VOTE)):
                yield f"the audit knows of no such vote of {vote.person}"

    def wrongs_of_decider(self, approval: Approval) -> Iterator[str]:
        """A voter, somebody who may decide despite a freeze, or the person who started the run with auto-apply."""
        decision, policy, creating = approval.decision, approval.policy, approval.creating
        if decision.broke_glass:
            rows = self.audited(AuditKind.BREAK_GLASS)
            if [row.person for row in rows] != [decision.person] or not all(row.reason.strip() for row in rows):
                yield f"the audit says of the emergency: {rows}"
            if not policy.break_glass.circle.holds(decision.person, self.people.groups):
                yield f"{decision.person} may not decide in spite of a freeze"
        elif self.intent.payload.get("by_itself") == "yes":
            starters = policy.holders(Right.START, approval.workspace)
            wished = creating is not None and creating.person == decision.person and creating.payload.get("auto_apply") == "yes"
            if not wished or not starters.holds(decision.person, self.people.groups):
                yield f"{decision.person} did not ask that it be applied by itself, or may not"
        elif not is_one_of(decision.person, approval.counting):
            yield f"{decision.person} decided without a vote that counts"

    def rows(self, kind: AuditKind) -> list[AuditRow]:
        """Return the audit rows of the run."""
        return [row for row in self.records.audit if row.kind == kind and row.run_id == self.intent.run_id]

    def audited(self, kind: AuditKind) -> list[AuditRow]:
        """Return those that name the intent."""
        return [row for row in self.rows(kind) if json.loads(row.details or "{}").get("intent") == self.intent.id]
