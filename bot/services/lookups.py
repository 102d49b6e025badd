"""Answers to people who look at one run. Nobody is shown what they may not read; lists are in listings.py."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.core.commands.runs import RunReference
from bot.core.messages import Kind
from bot.core.pictures import RunPicture
from bot.core.policy import Actor, Right
from bot.core.runs import Run
from bot.core.verdicts import Verdict
from bot.core.workspaces import Workspace
from bot.services.access import Access
from bot.services.finding import Finder
from bot.services.pictures import Pictures
from bot.services.ports import Store
from bot.services.voting import Voting


@dataclass(frozen=True, slots=True)
class Explained:
    """How it stands with applying a run; `waits` says whether the run waits for that at all now."""

    run: Run
    workspace: Workspace
    link: str
    verdict: Verdict
    waits: bool


class Lookups:
    def __init__(self, store: Store, finder: Finder, access: Access, pictures: Pictures, voting: Voting) -> None:
        self._store = store
        self._finder = finder
        self._access = access
        self._pictures = pictures
        self._voting = voting

    async def show(self, reference: RunReference, actor: Actor) -> RunPicture:
        """A run as it is now, with no buttons: what is shown to one person only is nothing to decide on."""
        found = await self._finder.run(reference, actor)
        await self._access.demand(actor, Right.READ, found.workspace)
        async with self._store.read() as transaction:
            picture = await self._pictures.of(transaction, found.run.id, "", Kind.CARD)
        link = self._pictures.link(found.workspace, found.run)
        fresh = picture or RunPicture(kind=Kind.CARD, run=found.run, workspace=found.workspace, link=link, plan=found.plan)
        return replace(fresh, buttons=(), for_one=True)

    async def why(self, reference: RunReference, actor: Actor) -> Explained:
        """Which rules apply to a run now, and what is missing."""
        found = await self._finder.run(reference, actor)
        await self._access.demand(actor, Right.READ, found.workspace)
        verdict = await self._voting.verdict(found)
        link = self._pictures.link(found.workspace, found.run)
        return Explained(found.run, found.workspace, link, verdict, found.run.waits_for_confirm or found.run.gate is not None)
