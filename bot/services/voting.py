"""Votes for applying a run: judged afresh under the gate's lock, and, where they are enough, decided.

What the verdict hangs on is read before; if others have voted meanwhile, all of it is read once more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from bot.core.audits import Entry
from bot.core.claims import claims_of
from bot.core.decisions import Decision, Intent
from bot.core.errors import (
    MembershipUnread,
    NotGranted,
    PlanChanged,
    RightMissing,
    RunbellError,
    StoreBusy,
    TerraformTrouble,
    VoteNotCounted,
    WordsWanted,
)
from bot.core.findings import Finding
from bot.core.freezes import Freeze
from bot.core.judging import applying, candidates, decide, is_apply, union
from bot.core.one_line import has_letters
from bot.core.people import Circle, Person, Place, Standing
from bot.core.plan_summaries import NOT_SEEN, PlanSummary, summary_of
from bot.core.policy import Right
from bot.core.questions import Question
from bot.core.runs import CONFIRM, Action, action_at
from bot.core.tallies import Tally, named_in, tally_of
from bot.core.verdicts import Named, Outcome, Verdict, falls, headline, lacks
from bot.core.votes import Vote, Why
from bot.core.workspaces import Workspace
from bot.services.audits import decision_entry, vote_entry
from bot.services.digests import show_digest
from bot.services.evidence import Evidence, digest_of
from bot.services.gates import PARTICIPLE, newest, open_gate, refuse_decided, refuse_elsewhere, refuse_impossible
from bot.services.glass import tell_broken
from bot.services.hurdles import Hurdles
from bot.services.kinship import Kinship
from bot.services.names import Names
from bot.services.ports import Clock, Store, Transaction
from bot.services.reading import Found
from bot.services.ruling import RulesInForce

TRIES = 5
"""How often others may vote between the reading and the lock before we give up."""

WORDS = frozenset({Why.NO_REASON, Why.WRONG_NAME})


class Freezes(Protocol):
    async def __call__(self, transaction: Transaction, workspace: Workspace, now: datetime, /) -> Sequence[Freeze]:
        """Those that are in force and cover a workspace."""


async def never(_transaction: Transaction, _workspace: Workspace, _now: datetime) -> Sequence[Freeze]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """Who votes for what, at which gate, where, with which words. `by_wish`: nobody clicks, the run was started to be applied by itself.

    `breaks_glass`: they may approve in spite of freezes, and do, with or without a vote that counts; where there is no freeze, they are
    voters like any other. `shown` is the digest of the plan that they were shown, None for a wish, which is for whatever it plans.
    """

    found: Found
    person: Person
    place: Place
    gate: str = CONFIRM
    reason: str = ""
    typed_name: str = ""
    by_wish: bool = False
    breaks_glass: bool = False
    shown: str | None = None

    @property
    def action(self) -> Action:
        return action_at(self.gate)

    def vote(self, question: Question, now: datetime) -> Vote:
        return Vote(
            person=self.person.id,
            at=now,
            digest=question.digest,
            rules=question.policy.hash,
            reason=self.reason,
            typed_name=self.typed_name,
            name=self.person.name,
            channel=self.place.channel,
        )


@dataclass(frozen=True, slots=True)
class Counted:
    """How it stands with the vote; `intent` where it was enough, which carries out what was decided."""

    verdict: Verdict
    intent: Intent | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What a tally is put into words with."""

    names: Mapping[Named, str]
    findings: tuple[Finding, ...] = ()
    plan: PlanSummary = NOT_SEEN


Decide = Callable[[Question, int], tuple[Decision, Intent]]
"""Makes the decision of a round, and what carries it out."""


class Voting:
    def __init__(
        self,
        store: Store,
        evidence: Evidence,
        kinship: Kinship,
        ruling: RulesInForce,
        names: Names,
        clock: Clock,
        hurdles: Hurdles,
        freezes: Freezes = never,
    ) -> None:
        self._store = store
        self._evidence = evidence
        self._kinship = kinship
        self._ruling = ruling
        self._names = names
        self._clock = clock
        self._hurdles = hurdles
        self._freezes = freezes

    async def vote(self, ballot: Ballot, asked_at: datetime, make: Decide) -> Counted:
        """Note the vote, and decide where it is enough; a RunbellError where it does not count or nothing can be decided."""
        run_id = ballot.found.run.id
        async with self._store.read() as transaction:
            others = await transaction.votes.open(run_id, ballot.gate)
            freezes = tuple(await self._freezes(transaction, ballot.found.workspace, self._clock.now()))
            past = await self._evidence.past(transaction, ballot.found)
        question = await self._evidence.question(ballot.action, ballot.found, freezes=freezes, past=past)
        summary = summary_of(ballot.found.run, ballot.found.plan, question.plan.contents)
        findings = await self._findings(ballot.found, ballot.gate)
        for _ in range(TRIES):
            question = await self._with_votes(question, (*others, ballot.vote(question, self._clock.now())), ballot.person)
            if not ballot.by_wish and not ballot.breaks_glass:
                refuse_outsider(question, ballot.person)
            if ballot.shown is not None and ballot.shown != question.digest:
                raise PlanChanged(run_id)
            names = await self._names.of(named_in(decide(question)))
            async with self._store.write() as transaction:
                counted, others = await self._count(transaction, ballot, question, asked_at, Said(names, findings, summary), make)
            if counted is not None:
                return counted
        raise StoreBusy

    async def _count(
        self,
        transaction: Transaction,
        ballot: Ballot,
        read: Question,
        asked_at: datetime,
        said: Said,
        make: Decide,
    ) -> tuple[Counted | None, tuple[Vote, ...]]:
        """Under the gate's lock. None where somebody has voted of whom nothing was read, with the votes as they are."""
        run_id, gate, now = ballot.found.run.id, ballot.gate, self._clock.now()
        standing = await transaction.gates.enter(run_id, gate)
        self._ruling.demand_same(standing.rules_hash)
        refuse_decided(standing.decision)
        current = newest(ballot.found.run, asked_at, standing.stored)
        refuse_impossible(ballot.action, current)
        refuse_elsewhere(gate, current, ballot.action)
        votes = await transaction.votes.at(run_id, gate, standing.round)
        if not {vote.person for vote in votes} <= {vote.person for vote in read.votes}:
            return None, votes
        own = ballot.vote(read, now)
        others = tuple(vote for vote in votes if vote.person != own.person)
        freezes = tuple(await self._freezes(transaction, ballot.found.workspace, now))
        broken = freezes if ballot.breaks_glass and is_apply(read) else ()
        question = replace(read, votes=(*others, own), now=now, freezes=() if ballot.breaks_glass else freezes)
        verdict = decide(question)
        objection = objection_to(own, verdict, question)
        if objection is not None:
            question = replace(question, votes=votes)
            verdict = decide(question)
        if objection is not None and not ballot.by_wish and not (broken and verdict.granted):
            raise objection
        entries: list[Entry] = []
        if objection is None:
            await transaction.votes.cast(run_id, gate, standing.round, own)
            entries += cast_entries(ballot, own, votes, is_enough=verdict.granted)
        intent = None
        if verdict.granted:
            intent, more = await self._decide(transaction, ballot, question, standing.round, make, broken)
            entries += more
        else:
            verdict = decide(replace(question, freezes=freezes))
        await transaction.audit.add(*entries)
        await transaction.gates.judged(run_id, gate, tally_of(verdict, said.names, said.findings, said.plan), now)
        await transaction.messages.raise_wanted(run_id)
        return Counted(verdict, intent), votes

    @staticmethod
    async def _decide(
        transaction: Transaction, ballot: Ballot, question: Question, number: int, make: Decide, broken: Sequence[Freeze]
    ) -> tuple[Intent, list[Entry]]:
        """What carries the decision out, and what the audit is to hold of it. `broken` are the freezes in spite of which it is decided."""
        decision, intent = make(question, number)
        decision = replace(decision, broke_glass=bool(broken))
        await transaction.gates.decide(decision)
        await transaction.intents.add(intent)
        entries = [await tell_broken(transaction, decision, question, broken, ballot.reason, ballot.place.permalink)] if broken else []
        reason = "" if ballot.by_wish else ballot.reason
        entries.append(decision_entry(decision, question.workspace, ballot.place, reason=reason, rules_hash=question.policy.hash))
        return intent, entries

    async def judge_again(self, intent: Intent, found: Found) -> bool:
        """Whether what was voted for a while ago would still be granted: the plan, the rules, the people, the freezes as they are now.

        NotGranted where it would not; else whether it still takes the glass that was broken for it.
        """
        run_id = found.run.id
        async with self._store.read() as transaction:
            decision = await transaction.gates.decision(run_id, intent.gate, intent.round)
            votes = await transaction.votes.at(run_id, intent.gate, intent.round)
        question = await self._question(found, votes, action_at(intent.gate))
        async with self._store.read() as transaction:
            await self._ruling.demand_current(transaction)
            freezes = tuple(await self._freezes(transaction, found.workspace, self._clock.now()))
        if decision is not None and decision.plan_digest != question.digest:
            raise PlanChanged(run_id)
        broken = freezes if decision is not None and decision.broke_glass else ()
        verdict = decide(replace(question, now=self._clock.now(), freezes=() if broken else freezes))
        if not verdict.granted:
            raise NotGranted(run_id, headline(verdict), (*lacks(verdict), *falls(verdict.fallen)), verb=PARTICIPLE[question.action])
        return bool(broken)

    async def shown(self, found: Found, action: Action, person: Person | None) -> Tally:
        """Return the approval status for a person about to vote, None for one who passes freezes. RightMissing if they can't vote here.

        It is noted at the gate, so that a form that must open within three seconds finds the very plan that was shown.
        """
        question = await self._as_it_stands(found)
        if person is not None:
            refuse_outsider(question, person)
        refuse_impossible(action, found.run)
        return await self._noted(found, question)

    async def plan(self, found: Found) -> tuple[str, PlanSummary]:
        """Return the digest and summary of the plan, for stopping a run. A plan that cannot be read now counts as unreadable."""
        try:
            contents = await self._evidence.contents(found)
        except TerraformTrouble:
            contents = None
        return contents.digest if contents else digest_of(found), summary_of(found.run, found.plan, contents)

    async def verdict(self, found: Found) -> Verdict:
        """How it stands now; nothing is written."""
        return decide(await self._as_it_stands(found))

    async def _as_it_stands(self, found: Found) -> Question:
        gate = open_gate(found.run)
        async with self._store.read() as transaction:
            votes = await transaction.votes.open(found.run.id, gate)
            freezes = tuple(await self._freezes(transaction, found.workspace, self._clock.now()))
        return replace(await self._question(found, votes, action_at(gate)), freezes=freezes)

    async def asks(self, person_id: str, found: Found) -> bool:
        """Whether the rules ask this person about the run; a group that cannot be read counts for nobody."""
        question = await self._as_it_stands(found)
        return everybody(question).holds(person_id, question.membership)

    async def candidates(self, found: Found) -> frozenset[str]:
        """The Slack ids of full members whose vote would bring it closer now."""
        question = await self._as_it_stands(found)
        people = await self._evidence.people(candidates(question))
        return frozenset(one for one, person in people.items() if person.standing is Standing.MEMBER)

    async def tally(self, found: Found) -> Tally:
        """How it stands now, noted at the gate unless that is decided already."""
        return await self._noted(found, await self._as_it_stands(found))

    async def _noted(self, found: Found, question: Question) -> Tally:
        run_id, gate = found.run.id, open_gate(found.run)
        names, findings = await self._names.of(named_in(decide(question))), await self._findings(found, gate)
        summary = summary_of(found.run, found.plan, question.plan.contents)
        async with self._store.write() as transaction:
            number, now = await transaction.gates.lock(run_id, gate), self._clock.now()
            freezes = tuple(await self._freezes(transaction, found.workspace, now))
            asked = {vote.person for vote in question.votes}
            votes = tuple(vote for vote in await transaction.votes.at(run_id, gate, number) if vote.person in asked)
            tally = tally_of(decide(replace(question, votes=votes, now=now, freezes=freezes)), names, findings, summary)
            if await transaction.gates.decision(run_id, gate, number) is None:
                await show_digest(transaction, run_id, gate, tally)
                await transaction.gates.judged(run_id, gate, tally, now)
        return tally

    async def _question(self, found: Found, votes: Iterable[Vote], action: Action) -> Question:
        return await self._with_votes(await self._evidence.question(action, found), votes)

    async def _findings(self, found: Found, gate: str) -> tuple[Finding, ...]:
        return await self._hurdles.findings(found.run) if action_at(gate) is Action.OVERRIDE else ()

    async def _with_votes(self, question: Question, votes: Iterable[Vote], person: Person | None = None) -> Question:
        """`person` is known already, by what their payload says of them."""
        known = await self._evidence.with_people(question, votes)
        if person is not None:
            known = replace(known, people={**known.people, person.id: person})
        return await self._kinship.told(known)


def cast_entries(ballot: Ballot, own: Vote, before: Iterable[Vote], *, is_enough: bool) -> list[Entry]:
    """A wish that is tried again and again is one vote, and one row of the audit."""
    is_new = not any((one.person, one.digest, one.rules) == (own.person, own.digest, own.rules) for one in before)
    if ballot.by_wish and not is_new:
        return []
    outcome, found, link = "enough" if is_enough else "noted", ballot.found, ballot.place.permalink
    return [vote_entry(own, found.run.id, found.workspace, outcome=outcome, permalink=link, action=ballot.action)]


def everybody(question: Question) -> Circle:
    """All whose votes could count, whatever else is missing."""
    return union(claim.everybody for claim in claims_of(question, applying(question)))


def refuse_outsider(question: Question, person: Person) -> None:
    """Whoever has no say here is told who has, and nothing of the run."""
    circle = everybody(question)
    if person.standing is Standing.MEMBER and circle.holds(person.id, question.membership):
        return
    if person.standing is Standing.MEMBER and circle.groups - question.membership.keys():
        raise MembershipUnread
    raise RightMissing(
        Right.DECIDE,
        question.workspace.full_name,
        standing=person.standing,
        people=sorted(circle.people),
        groups=sorted(circle.groups),
        members=circle.members,
        source=question.policy.source,
    )


def objection_to(vote: Vote, verdict: Verdict, question: Question) -> RunbellError | None:
    """What speaks against noting a vote: it would not count, or it would and is wanted with words that are missing."""
    if verdict.outcome in {Outcome.DENIED, Outcome.OUTSIDE}:
        return NotGranted(question.run.id, headline(verdict), lacks(verdict), verb=PARTICIPLE[question.action])
    objections = verdict.objections_to(vote.person)
    whys = {objection.why for objection in objections}
    if whys & WORDS:
        return WordsWanted(
            question.run.id,
            question.workspace.name,
            reason=verdict.wants_reason and not has_letters(vote.reason),
            typed_name=verdict.wants_typed_name and vote.typed_name.strip() != question.workspace.name,
            word="override" if question.action is Action.OVERRIDE else "approve",
        )
    if vote.person in verdict.counting:
        return None
    return MembershipUnread() if Why.UNKNOWN_PERSON in whys else VoteNotCounted(question.run.id, falls(objections))
