"""What waits for people: all of it that somebody may read, and what of it waits for them in the channel in which they ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.core.decisions import Decision, Intent, IntentState
from bot.core.listings import EPOCH, FIRST, Page, Scope, Turn, page_of, waiting_since
from bot.core.messages import Kind, Message
from bot.core.policy import Actor, Place, Right
from bot.core.reaches import Reach
from bot.core.rows import Offers, Waits
from bot.core.runs import Action, Run
from bot.core.workspaces import Workspace
from bot.services.access import Access
from bot.services.knowledge import Knowledge
from bot.services.listings import SIZE, last_look
from bot.services.pictures import RELEASED, Pictures
from bot.services.ports import Store, Transaction

HERE_MOST = 3
LOOKED_THROUGH = 100
"""How many of those that wait longest are looked through for what waits for one person here."""


@dataclass(frozen=True, slots=True)
class Candidate:
    run: Run
    workspace: Workspace | None
    is_decided: bool


class Waiting:
    """`permalink` makes the address of a message in Slack from its channel and ts."""

    def __init__(
        self, store: Store, knowledge: Knowledge, access: Access, pictures: Pictures, permalink: Callable[[str, str], str]
    ) -> None:
        self._store = store
        self._knowledge = knowledge
        self._access = access
        self._pictures = pictures
        self._permalink = permalink

    async def pending(self, actor: Actor, turn: Turn = FIRST, *, near: Place | None = None) -> Page[Waits]:
        """All that the actor may read, the longest waiting first. Where a run is asked in several channels it is the one that is near."""
        reach = await self._access.reach(actor, Right.READ)
        await self._knowledge.look()
        async with self._store.read() as transaction:
            page = await self._page(transaction, reach, turn, SIZE)
            rows = await self._told(transaction, page.rows, near.channel if near is not None else "")
            return Page(rows, page.earlier, page.later, await last_look(transaction))

    async def suggest(self, actor: Actor, place: Place) -> Offers:
        """What the actor may decide, is wanted for, and has not voted on yet, of what is asked in this channel, else of anything."""
        reach = await self._access.reach(actor, Right.DECIDE)
        readable = await self._access.reach(actor, Right.READ)
        async with self._store.read() as transaction:
            any_waits = bool((await self._page(transaction, readable, FIRST, 1)).rows)
            page = await self._page(transaction, reach, FIRST, LOOKED_THROUGH)
            rows = await self._told(transaction, page.rows, place.channel)
        wanting = await self._wanting(rows, actor)
        here = tuple(one for one in wanting if one.asked_in == place.channel)[:HERE_MOST]
        return Offers(here, any_waits, () if here else wanting[:HERE_MOST])

    async def mine(self, actor: Actor) -> tuple[Waits, ...]:
        """What the actor may decide, is wanted for, and has not voted on yet, wherever it is asked; the longest waiting first."""
        reach = await self._access.reach(actor, Right.DECIDE)
        async with self._store.read() as transaction:
            page = await self._page(transaction, reach, FIRST, LOOKED_THROUGH)
            rows = await self._told(transaction, page.rows, "")
        return await self._wanting(rows, actor)

    async def _wanting(self, rows: Sequence[Waits], actor: Actor) -> tuple[Waits, ...]:
        groups = frozenset[str]().union(*(one.tally.wanted.groups for one in rows if one.tally is not None))
        membership = await self._access.membership(groups)
        return tuple(one for one in rows if wants(one, actor.id, membership))

    async def _page(self, transaction: Transaction, reach: Reach, turn: Turn, size: int) -> Page[Candidate]:
        async def fetch(at: Turn, most: int) -> Sequence[Candidate]:
            runs = [stored.run for stored in await transaction.listings.waiting(Scope(allowed=reach.globs), at, most)]
            known = await transaction.workspaces.many(sorted({run.workspace_id for run in runs}))
            decisions = await transaction.gates.latest_of([run.id for run in runs])
            intents = {key: await transaction.intents.get(one.intent_id) for key, one in decisions.items()}
            return [Candidate(run, known.get(run.workspace_id), is_decided(run, decisions, intents)) for run in runs]

        def keeps(one: Candidate) -> bool:
            return one.workspace is not None and not one.is_decided and waiting_since(one.run) is not None and reach.allows(one.workspace)

        return await page_of(fetch, keeps, lambda one: one.run.id, turn, size)

    async def _told(self, transaction: Transaction, found: Sequence[Candidate], channel: str) -> tuple[Waits, ...]:
        runs = [one.run for one in found]
        behind = await transaction.reminders.behind(sorted({run.workspace_id for run in runs}))
        plans = await transaction.plans.many([run.plan_id for run in runs if run.plan_id])
        messages = await transaction.messages.of_subjects([run.id for run in runs])
        told = []
        for one in found:
            if one.workspace is None:
                continue
            waits = Waits(
                run=one.run,
                workspace=one.workspace,
                link=self._pictures.link(one.workspace, one.run),
                since=waiting_since(one.run) or EPOCH,
                plan=plans.get(one.run.plan_id or ""),
                behind=behind.get(one.run.workspace_id, 0),
            )
            told.append(self._asked(await judged(transaction, waits), messages.get(one.run.id, ()), channel))
        return tuple(told)

    def _asked(self, waits: Waits, messages: Sequence[Message], channel: str) -> Waits:
        """Where the newest message about it stands that may have the buttons; one in this channel goes before others."""
        posted = [one for one in messages if one.ts is not None and one.kind in {Kind.CARD, Kind.CALL} and not one.parent]
        best = max(posted, key=lambda one: (one.channel == channel, one.kind is Kind.CALL, one.ts or ""), default=None)
        if best is None:
            return waits
        return replace(waits, asked=self._permalink(best.channel, best.ts or ""), asked_in=best.channel)


async def judged(transaction: Transaction, waits: Waits) -> Waits:
    """How it stood when it was last judged, and who has voted."""
    if waits.run.gate is None:
        return waits
    number, tally, _ = await transaction.gates.look(waits.run.id, waits.run.gate)
    votes = await transaction.votes.at(waits.run.id, waits.run.gate, number)
    return replace(waits, tally=tally, voted=frozenset(vote.person for vote in votes))


def is_decided(run: Run, decisions: Mapping[str, Decision], intents: Mapping[str, Intent | None]) -> bool:
    """Whether somebody has answered the question that is open now, and it is on its way or was heard: then it waits for nobody."""
    decision = decisions.get(run.id)
    if decision is None or (decision.gate != run.gate and decision.action is not Action.CANCEL):
        return False
    intent = intents.get(run.id)
    return intent is None or intent.state not in RELEASED | {IntentState.ELSEWHERE}


def wants(waits: Waits, person: str, membership: Mapping[str, frozenset[str]]) -> bool:
    """Whether this person's word would bring it closer, as far as anybody has judged that."""
    if person in waits.voted:
        return False
    if waits.tally is None:
        return waits.run.gate is not None
    return waits.tally.may_be_voted and (not waits.tally.wanted or waits.tally.wanted.holds(person, membership))
