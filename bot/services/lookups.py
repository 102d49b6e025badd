"""Answers to people who only look: workspaces, a workspace's runs, one run. Nobody is shown what they may not read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.cadence import Recipe
from bot.core.commands.runs import RunReference
from bot.core.messages import Kind
from bot.core.pictures import RunPicture
from bot.core.policy import Actor, Right
from bot.core.runs import Run
from bot.core.verdicts import Verdict
from bot.core.workspaces import Workspace, matches
from bot.services.access import Access
from bot.services.finding import Finder
from bot.services.knowledge import Knowledge
from bot.services.pictures import Pictures
from bot.services.ports import Clock, Runs, Store
from bot.services.voting import Voting

NEWEST = 10


@dataclass(frozen=True, slots=True)
class WorkspaceRow:
    workspace: Workspace
    run: Run | None
    link: str


@dataclass(frozen=True, slots=True)
class WorkspaceList:
    """`looked_at` is when the server was last looked at as a whole; None where that has yet to happen."""

    rows: tuple[WorkspaceRow, ...]
    looked_at: datetime | None


@dataclass(frozen=True, slots=True)
class RunRow:
    run: Run
    link: str


@dataclass(frozen=True, slots=True)
class RunList:
    workspace: Workspace
    rows: tuple[RunRow, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """How it stands with applying a run; `waits` says whether the run waits for that at all now."""

    run: Run
    workspace: Workspace
    link: str
    verdict: Verdict
    waits: bool


class Lookups:
    def __init__(
        self,
        runs: Runs,
        store: Store,
        knowledge: Knowledge,
        finder: Finder,
        access: Access,
        pictures: Pictures,
        clock: Clock,
        voting: Voting,
    ) -> None:
        self._runs = runs
        self._store = store
        self._knowledge = knowledge
        self._finder = finder
        self._access = access
        self._pictures = pictures
        self._clock = clock
        self._voting = voting

    async def workspaces(self, pattern: str, actor: Actor) -> WorkspaceList:
        """Those that match and that the actor may read, with their current runs, from our snapshots."""
        await self._access.demand_membership(actor)
        known = [one for one in await self._knowledge.workspaces() if matches(pattern, one)]
        async with self._store.read() as transaction:
            newest = await transaction.runs.newest([one.id for one in known])
            looks = await transaction.looks.all()
        readable = await self._access.readable(actor, known)
        rows = tuple(self._row(one, newest[one.id].run if one.id in newest else None) for one in readable)
        swept = [look.watermark for look in looks if look.recipe is not Recipe.ORGANIZATION and look.watermark is not None]
        return WorkspaceList(rows, max(swept, default=None))

    def _row(self, workspace: Workspace, run: Run | None) -> WorkspaceRow:
        return WorkspaceRow(workspace, run, self._pictures.workspace_link(workspace))

    async def runs(self, name: str, actor: Actor) -> RunList:
        """The newest runs of a workspace, as the server lists them now."""
        workspace = await self._finder.workspace(name, actor)
        await self._access.demand(actor, Right.READ, workspace)
        page = await self._runs.list_workspace_runs(workspace.id, size=NEWEST)
        return RunList(workspace, tuple(RunRow(run, self._pictures.link(workspace, run)) for run in page.runs))

    async def show(self, reference: RunReference, actor: Actor) -> RunPicture:
        """A run as it is now, with no buttons: what is shown to one person only is nothing to decide on."""
        found = await self._finder.run(reference, actor)
        await self._access.demand(actor, Right.READ, found.workspace)
        async with self._store.read() as transaction:
            picture = await self._pictures.of(transaction, found.run.id, "", Kind.CARD)
        link = self._pictures.link(found.workspace, found.run)
        fresh = picture or RunPicture(kind=Kind.CARD, run=found.run, workspace=found.workspace, link=link, plan=found.plan)
        return replace(fresh, buttons=())

    async def why(self, reference: RunReference, actor: Actor) -> Explained:
        """Which rules apply to a run now, and what is missing."""
        found = await self._finder.run(reference, actor)
        await self._access.demand(actor, Right.READ, found.workspace)
        verdict = await self._voting.verdict(found)
        link = self._pictures.link(found.workspace, found.run)
        return Explained(found.run, found.workspace, link, verdict, found.run.waits_for_confirm or found.run.gate is not None)
