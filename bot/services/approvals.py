"""A person's apply, discard or cancel: judged afresh, decided once under the gate's lock, then carried out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from bot.core.commands.runs import RunReference
from bot.core.decisions import Deed, Intent, IntentState
from bot.core.errors import ApplyInterrupted, NotPossibleNow, NoVote, WordsWanted
from bot.core.one_line import has_letters
from bot.core.people import NOBODY
from bot.core.plans import PlanFacts
from bot.core.policy import Actor, Person, Place, Right, Standing, right_for
from bot.core.reminders import Waiting
from bot.core.runs import CONFIRM, OVERRIDES, Action, Run, action_at
from bot.core.tallies import Tally
from bot.core.verdicts import Lack, Verdict
from bot.core.without_values import bare_tally
from bot.core.workspaces import Workspace
from bot.services.access import Access
from bot.services.audits import decision_entry, vote_entry
from bot.services.decisions import Stop, decided
from bot.services.finding import Finder
from bot.services.gates import PARTICIPLE, gate_for, newest, open_gate, refuse_decided, refuse_elsewhere, refuse_impossible
from bot.services.glass import Glass
from bot.services.intents import Intents
from bot.services.ports import Clock, Store, Transaction, Wake
from bot.services.reading import Found, Reader
from bot.services.ruling import RulesInForce
from bot.services.sharing import Sharing
from bot.services.voting import Ballot, Voting


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """What was decided, and how far it has come: `settled`, or `unsure` or `pending` where the server has yet to be heard of.

    `outcome` is None for a vote that was noted while more is missing: `verdict` says what. `may_break_glass`: only a freeze is in the way
    of the one who acted, and they may pass it.
    """

    run: Run
    workspace: Workspace
    action: Action
    outcome: IntentState | None
    verdict: Verdict | None = None
    may_break_glass: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a run asks for, as we know it without asking anybody; `tally` is None where it was never judged.

    `applies_by_itself`: whoever started it has us apply it as soon as the rules grant that.
    """

    run: Run
    workspace: Workspace
    plan: PlanFacts | None
    tally: Tally | None
    applies_by_itself: bool = False

    def has_other_plan(self, digest: str) -> bool:
        """Whether the plan that was judged last is known to be another than the one with this digest. "" is no plan at all.

        For what stops a run: that must work as well where the plan cannot be read, so it goes by what we know.
        """
        known = self.tally.digest if self.tally is not None else ""
        return bool(digest) and bool(known) and known != digest


VOTED = frozenset({Action.APPLY, Action.OVERRIDE})
"""What rules are about, and votes are given for."""

STOPPED = frozenset({Action.CANCEL, Action.FORCE_CANCEL})
"""What may leave resources half created, where the run is applying."""

OURSELVES = Person(id="runbell", name="Runbell", standing=Standing.APP)
"""Who a decision is by that no person has taken."""


class Approvals:
    def __init__(
        self,
        store: Store,
        finder: Finder,
        reader: Reader,
        access: Access,
        intents: Intents,
        voting: Voting,
        ruling: RulesInForce,
        sharing: Sharing,
        glass: Glass,
        clock: Clock,
        wake_painter: Wake,
    ) -> None:
        self._store = store
        self._finder = finder
        self._reader = reader
        self._access = access
        self._intents = intents
        self._voting = voting
        self._ruling = ruling
        self._sharing = sharing
        self._glass = glass
        self._clock = clock
        self._wake_painter = wake_painter
        intents.judge = self.judge_again

    async def act(
        self,
        action: Action,
        reference: RunReference,
        actor: Actor,
        place: Place,
        comment: str = "",
        *,
        typed_name: str = "",
        breaks_glass: bool = False,
        gate: str = "",
        shown: str = "",
        interrupts: bool = False,
    ) -> Acted:
        """Vote for applying or overriding, or decide to stop, and carry out what is decided. A RunbellError where it is not to be.

        `breaks_glass`: in spite of freezes, by those who may, who say why. `gate` is the question that they were asked, where they were:
        they answer no other one. `shown` is the digest of the plan that they were shown: PlanChanged where it is another by now, so that
        nobody approves what they have not seen. `interrupts`: they were told what canceling an apply may leave behind.
        """
        await self._sharing.demand_ours(place)
        asked_at = self._clock.now()
        if action not in VOTED:
            found = await self._finder.run(reference, actor)
            return await self._stop(Stop(action, found, actor, place, comment, interrupts=interrupts), asked_at)
        found = await self._finder.run(reference, actor, partial(self._voting.asks, actor.id))
        person = await self._access.person(actor)
        if breaks_glass:
            await self._glass.demand(person)
            if not has_letters(comment):
                raise WordsWanted(found.run.id, found.workspace.name, word=action.value if action is Action.OVERRIDE else "approve")
        ballot = Ballot(
            found=found,
            person=person,
            place=place,
            gate=gate_of_vote(action, found.run, gate),
            reason=comment,
            typed_name=typed_name,
            breaks_glass=breaks_glass,
            shown=shown,
        )
        counted = await self._voting.vote(ballot, asked_at, lambda question, number: decided(ballot, question, number, actor.team_id))
        self._wake_painter()
        acted = await self._carried_out(action, found, counted.intent, counted.verdict)
        return replace(acted, may_break_glass=await self._may_break_glass(person, counted.verdict))

    async def _may_break_glass(self, person: Person, verdict: Verdict) -> bool:
        """Whether only a freeze stands in the way, and they are one of those who may pass it."""
        lacking = {missing.lack for missing in verdict.missing}
        return not verdict.granted and lacking == {Lack.FREEZE} and await self._glass.may(person)

    async def _carried_out(self, action: Action, found: Found, intent: Intent | None, verdict: Verdict | None = None) -> Acted:
        state = (await self._intents.carry_out(intent)).state if intent is not None else None
        return Acted(run=found.run, workspace=found.workspace, action=action, outcome=state, verdict=verdict)

    async def _stop(self, stop: Stop, asked_at: datetime) -> Acted:
        """Discard, cancel or cancel by force: a right is all that it takes."""
        person = await self._access.demand(stop.actor, right_for(stop.action), stop.found.workspace)
        return await self._stopped(stop, person, asked_at)

    async def expire(self, waiting: Waiting, channel: str, why: str) -> Acted:
        """Discard a run that has waited too long at its gate: nobody decides it, the file of rules says so.

        NotPossibleNow where it waits for something else by now, or somebody has put its clock off.
        """
        asked_at = self._clock.now()
        found = await self._reader.read(waiting.run_id)
        actor = Actor(id=OURSELVES.id, team_id="", name=OURSELVES.name)
        stop = Stop(Action.DISCARD, found, actor, Place(channel=channel), why, {"expired": "yes"}, waiting)
        return await self._stopped(stop, OURSELVES, asked_at)

    async def _stopped(self, stop: Stop, person: Person, asked_at: datetime) -> Acted:
        found, gate = stop.found, gate_for(stop.action, stop.found.run)
        async with self._store.write() as transaction:
            standing = await transaction.gates.enter(found.run.id, gate)
            self._ruling.demand_same(standing.rules_hash)
            refuse_decided(standing.decision)
            current = newest(found.run, asked_at, standing.stored)
            refuse_elsewhere(gate, current, stop.action)
            refuse_impossible(stop.action, current)
            refuse_interrupting(stop, current)
            await refuse_put_off(transaction, current, stop.waiting)
            decision, intent = stop.decided(person, standing.round, self._clock)
            await transaction.gates.decide(decision)
            await transaction.audit.add(
                decision_entry(decision, found.workspace, stop.place, reason=stop.comment, rules_hash=self._ruling.hash)
            )
            await transaction.intents.add(intent)
            await transaction.messages.raise_wanted(found.run.id)
        self._wake_painter()
        return await self._carried_out(stop.action, found, intent)

    async def apply_by_itself(self, wish: Intent, actor: Actor) -> Acted:
        """Judge a run that was started to be applied without anybody deciding; the wish is a vote of whoever asked, if theirs counts.

        RightMissing where they may no longer start such a run: then it is nobody's wish, however many others have voted.
        """
        asked_at = self._clock.now()
        found = await self._reader.read(wish.run_id or "")
        person = await self._access.demand(actor, Right.START, found.workspace)
        place = Place(channel=wish.channel)
        ballot = Ballot(found=found, person=person, place=place, reason=wish.payload.get("message", ""), by_wish=True)
        counted = await self._voting.vote(ballot, asked_at, lambda question, number: decided(ballot, question, number, actor.team_id))
        self._wake_painter()
        return await self._carried_out(Action.APPLY, found, counted.intent, counted.verdict)

    async def take_back(self, reference: RunReference, actor: Actor, place: Place) -> Asked:
        """Take a vote back, until the decision. NoVote where there is none. Where the run was to be applied by itself, it no longer is."""
        await self._sharing.demand_ours(place)
        found = await self._finder.run(reference, actor, partial(self._voting.asks, actor.id))
        person = await self._access.person(actor)
        run_id, gate = found.run.id, open_gate(found.run)
        async with self._store.write() as transaction:
            number = await transaction.gates.lock(run_id, gate)
            refuse_decided(await transaction.gates.decision(run_id, gate, number))
            own = next((vote for vote in await transaction.votes.at(run_id, gate, number) if vote.person == person.id), None)
            if own is None or not await transaction.votes.take_back(run_id, gate, number, person.id):
                raise NoVote(run_id)
            taken = replace(own, at=self._clock.now(), channel=place.channel)
            entry = vote_entry(taken, run_id, found.workspace, outcome="taken back", permalink=place.permalink, action=action_at(gate))
            await transaction.audit.add(entry)
            creating = await transaction.intents.creating(run_id)
            wished = creating is not None and creating.person == person.id and creating.payload.get("auto_apply") == "yes"
            if creating is not None and wished and gate == CONFIRM:
                await transaction.intents.move(creating, creating.state, payload={**creating.payload, "auto_apply": "no"})
        tally = await self._voting.tally(found)
        async with self._store.write() as transaction:
            await transaction.messages.raise_wanted(run_id)
        self._wake_painter()
        return Asked(run=found.run, workspace=found.workspace, plan=found.plan, tally=tally)

    async def asked_of(self, run_id: str, actor: Actor) -> Asked | None:
        """As `asked`, for people who may read the workspace or whose vote the run asks for; None for anybody else."""
        person, asked = await self._access.demand_membership(actor), await self.asked(run_id)
        if asked is None or await self._access.may_read(person, asked.workspace):
            return asked
        wanted = asked.tally.wanted if asked.tally is not None else NOBODY
        return asked if wanted.holds(person.id, await self._access.membership(wanted.groups)) else None

    async def asked(self, run_id: str) -> Asked | None:
        """From our own data alone, so at once; None for a run that we do not know."""
        async with self._store.read() as transaction:
            stored = await transaction.runs.get(run_id)
            workspace = await transaction.workspaces.get(stored.run.workspace_id) if stored else None
            if stored is None or workspace is None:
                return None
            _, tally, _ = await transaction.gates.look(run_id, open_gate(stored.run))
            plan = await transaction.plans.get(stored.run.plan_id) if stored.run.plan_id else None
            creating = await transaction.intents.creating(run_id)
        applies = creating is not None and creating.payload.get("auto_apply") == "yes"
        tally = tally if self._ruling.policy.shows_values(workspace) else bare_tally(tally)
        return Asked(run=stored.run, workspace=workspace, plan=plan, tally=tally, applies_by_itself=applies)

    async def asked_to_discard(self, run_id: str, actor: Actor, place: Place) -> Asked | None:
        """What somebody who is about to discard a run looks at. A RunbellError where they may not, or where we know that it is too late."""
        await self._sharing.demand_ours(place)
        asked = await self.asked_of(run_id, actor)
        if asked is None:
            return None
        await self._access.demand(actor, right_for(Action.DISCARD), asked.workspace)
        gate = open_gate(asked.run)
        async with self._store.read() as transaction:
            number, _, _ = await transaction.gates.look(run_id, gate)
            refuse_decided(await transaction.gates.decision(run_id, gate, number))
        refuse_impossible(Action.DISCARD, asked.run)
        return asked

    async def demand_glass(self, actor: Actor, place: Place) -> None:
        """Whether they may act in spite of a freeze at all, asked before they are asked why."""
        await self._sharing.demand_ours(place)
        await self._glass.demand(await self._access.person(actor))

    async def judge_again(self, intent: Intent) -> None:
        """Whether what was decided a while ago still holds: the run, and the person's right, or the votes and the plan that they are for.

        A run is stopped whatever its plan has come to be. What was to be done by itself is somebody's wish, too.
        """
        if intent.run_id is None:
            # A run that was to be started by other rules than those that this process has read.
            await self._ruling.demand_ours()
            return
        if intent.deed is Deed.COMMENT:
            return
        action = Action(intent.deed.value)
        found = await self._reader.read(intent.run_id)
        refuse_elsewhere(intent.gate, found.run, action)
        refuse_impossible(action, found.run)
        actor = Actor(id=intent.person, team_id=intent.payload.get("team", ""), name=intent.person_name)
        if action in VOTED:
            if intent.payload.get("by_itself") == "yes":
                await self._access.demand(actor, Right.START, found.workspace)
            if await self._voting.judge_again(intent, found):
                await self._glass.demand(await self._access.person(actor))
            return
        async with self._store.read() as transaction:
            await self._ruling.demand_current(transaction)
        if intent.payload.get("expired") != "yes":
            await self._access.demand(actor, right_for(action), found.workspace)


def refuse_interrupting(stop: Stop, run: Run) -> None:
    """A run may begin to apply between the look at it and the click: canceling it is another matter then."""
    if stop.action in STOPPED and run.was_confirmed and not stop.interrupts:
        raise ApplyInterrupted(run.id)


async def refuse_put_off(transaction: Transaction, run: Run, waiting: Waiting | None) -> None:
    """A clock ends its own question alone, and as it stands under the gate's lock: somebody may have put it off a moment ago."""
    if waiting is not None and (run.gate != waiting.gate or not await transaction.reminders.move(waiting, waiting)):
        raise NotPossibleNow(run.id, PARTICIPLE[Action.DISCARD], run.status_word)


def gate_of_vote(action: Action, run: Run, asked: str = "") -> str:
    """The gate that a vote is for: the one that they were `asked` at, where they were. Whether the run waits there is judged later."""
    if action is Action.APPLY:
        return CONFIRM
    if asked and action_at(asked) is action:
        return asked
    return run.gate if run.gate is not None and action_at(run.gate) is action else OVERRIDES
