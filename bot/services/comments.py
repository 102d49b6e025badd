"""A person's words on a run in Terraform, signed: written down first, so that they are sent once and found again."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.commands.deciding import CommentRun
from bot.core.decisions import Deed, Intent, IntentState
from bot.core.errors import RightMissing
from bot.core.policy import Actor, Person, Place, Right
from bot.core.runs import Run
from bot.core.signatures import signed_words
from bot.core.workspaces import Workspace
from bot.services.access import Access
from bot.services.decisions import new_id
from bot.services.finding import Finder
from bot.services.intents import Intents
from bot.services.ports import Clock, Store
from bot.services.sharing import Sharing


@dataclass(frozen=True, slots=True, kw_only=True)
class Commented:
    run: Run
    workspace: Workspace
    outcome: IntentState


class Comments:
    def __init__(self, store: Store, finder: Finder, access: Access, intents: Intents, sharing: Sharing, clock: Clock) -> None:
        self._store = store
        self._finder = finder
        self._access = access
        self._intents = intents
        self._sharing = sharing
        self._clock = clock

    async def say(self, wish: CommentRun, actor: Actor, place: Place) -> Commented:
        """With the right to decide, or to start runs, in the workspace."""
        await self._sharing.demand_ours(place)
        found = await self._finder.run(wish.run, actor)
        person = await self._demand(actor, found.workspace)
        intent_id = new_id()
        intent = Intent(
            id=intent_id,
            deed=Deed.COMMENT,
            state=IntentState.PENDING,
            run_id=found.run.id,
            workspace_id=found.workspace.id,
            person=person.id,
            person_name=person.name,
            channel=place.channel,
            created_at=self._clock.now(),
            payload={"comment": signed(wish.comment, person, place, intent_id), "team": actor.team_id},
        )
        async with self._store.write() as transaction:
            await transaction.intents.add(intent)
        return Commented(run=found.run, workspace=found.workspace, outcome=(await self._intents.carry_out(intent)).state)

    async def _demand(self, actor: Actor, workspace: Workspace) -> Person:
        try:
            return await self._access.demand(actor, Right.DECIDE, workspace)
        except RightMissing as refusal:
            try:
                return await self._access.demand(actor, Right.START, workspace)
            except RightMissing:
                raise refusal from None


def signed(comment: str, person: Person, place: Place, intent_id: str) -> str:
    return signed_words("", person, place, intent_id, comment)
