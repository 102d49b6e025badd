"""Read what a person is shown of a run before they decide about it. Only people who may decide see it, and their votes are untouched."""

from __future__ import annotations

from functools import partial

from bot.core.commands.runs import RunReference
from bot.core.errors import NotGranted
from bot.core.policy import Actor, Place, Right, right_for
from bot.core.previews import Preview
from bot.core.runs import Action
from bot.core.tallies import Tally
from bot.services.access import Access
from bot.services.approvals import VOTED, gate_of_vote
from bot.services.finding import Finder
from bot.services.gates import PARTICIPLE, gate_for, refuse_decided, refuse_elsewhere, refuse_impossible
from bot.services.glass import Glass
from bot.services.ports import Store
from bot.services.reading import Found
from bot.services.sharing import Sharing
from bot.services.voting import Voting


class Previews:
    def __init__(self, store: Store, finder: Finder, access: Access, voting: Voting, sharing: Sharing, glass: Glass) -> None:
        self._store = store
        self._finder = finder
        self._access = access
        self._voting = voting
        self._sharing = sharing
        self._glass = glass

    async def about(self, action: Action, reference: RunReference, actor: Actor, place: Place, *, breaks_glass: bool = False) -> Preview:
        """Return what a person who may decide is shown. A RunbellError if nobody could decide it now."""
        await self._sharing.demand_ours(place)
        asks = partial(self._voting.asks, actor.id) if action in VOTED else None
        found = await self._finder.run(reference, actor, asks)
        tally = await self._tally(action, found, actor, breaks_glass=breaks_glass)
        digest, summary = (tally.digest, tally.plan) if tally is not None else await self._voting.plan(found)
        gate = gate_of_vote(action, found.run) if action in VOTED else gate_for(action, found.run)
        async with self._store.read() as transaction:
            number, _, _ = await transaction.gates.look(found.run.id, gate)
            refuse_decided(await transaction.gates.decision(found.run.id, gate, number))
            creating = await transaction.intents.creating(found.run.id)
        refuse_elsewhere(gate, found.run, action)
        refuse_impossible(action, found.run)
        return Preview(
            action=action,
            run=found.run,
            workspace=found.workspace,
            plan=found.plan,
            digest=digest,
            summary=summary,
            requester=creating.person if creating is not None else found.run.created_by or "",
            is_ours=creating is not None,
            wants_reason=tally is not None and tally.wants_reason,
            wants_typed_name=tally is not None and tally.wants_typed_name,
        )

    async def _tally(self, action: Action, found: Found, actor: Actor, *, breaks_glass: bool) -> Tally | None:
        """Nothing is judged of what stops a run: the right to decide is all that it takes."""
        if action not in VOTED:
            await self._access.demand(actor, right_for(action), found.workspace)
            return None
        person = await self._access.person(actor)
        if breaks_glass:
            await self._glass.demand(person)
        tally = await self._voting.shown(found, action, None if breaks_glass else person)
        if not tally.may_be_voted:
            raise NotGranted(found.run.id, tally.headline, [(one,) for one in tally.lacks], verb=PARTICIPLE[action])
        return tally

    async def named(self, reference: RunReference, actor: Actor) -> RunReference:
        """A run by its id, whatever it was named by: what a click confirms is about this run and about no later one."""
        found = await self._finder.run(reference, actor)
        await self._access.demand(actor, Right.READ, found.workspace)
        return RunReference(run_id=found.run.id)
