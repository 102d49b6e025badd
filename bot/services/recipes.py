"""The ways of looking at an organization. Requests grow with pages of 100, never with workspaces; see CONTRIBUTING.

Each recipe returns what it has reached; where that is of use to the next look of its kind, that takes it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import structlog

from bot.core.errors import NotVisible, UnknownRun
from bot.core.runs import Run
from bot.core.workspaces import Workspace
from bot.services.bursts import BURST
from bot.services.commits import Commits
from bot.services.hurdles import Hurdles
from bot.services.ports import Clock, RunPage, Runs, Store, Transaction, WorkspacePage
from bot.services.project_names import ProjectNames
from bot.services.reading import Reader
from bot.services.recording import Recorder, Sighting, completed

log = structlog.get_logger(__name__)

OVERLAP = timedelta(minutes=2)
FIRST_LOOK = timedelta(hours=1)
READS_A_LOOK = 20
PAGES_MOST = 1000


Between = Callable[[], Awaitable[None]]


async def nothing() -> None:
    """Nobody else waits for a turn."""


class NotSupported(Exception):
    """The server answers, but not what was asked: it ignores the filter or the order."""


class Recipes:
    def __init__(
        self,
        runs: Runs,
        store: Store,
        recorder: Recorder,
        reader: Reader,
        clock: Clock,
        hurdles: Hurdles,
        names: ProjectNames,
        burst_within: timedelta = BURST,
    ) -> None:
        self._commits = Commits(runs, store, burst_within)
        self._hurdles = hurdles
        self._names = names
        self._runs = runs
        self._store = store
        self._recorder = recorder
        self._reader = reader
        self._clock = clock
        self._read_at: dict[str, tuple[str, datetime]] = {}

    async def all(self, organization: str, between: Between = nothing) -> datetime:
        """The whole workspace list: what is new, renamed or gone, and every current run. `between` two pages others have their turn.

        Before it, what the projects are called.
        """
        began = self._clock.now()
        await self._names.look(organization)
        seen: set[str] = set()
        async for asked_at, page in self._workspace_pages(organization):
            await self._note(sightings(page), asked_at, whole=[workspace for workspace, _ in page.rows])
            seen.update(workspace.id for workspace, _ in page.rows)
            await between()
        await self._forget_gone(organization, seen)
        return began

    async def live(self, organization: str) -> datetime:
        """The heartbeat: workspaces whose current run goes on; then, one by one, known runs that are not among them any more."""
        began = self._clock.now()
        seen: set[str] = set()
        async for asked_at, page in self._workspace_pages(organization, live_only=True):
            if any(run is None or run.is_final for _, run in page.rows):
                raise NotSupported
            await self._note(sightings(page), asked_at)
            seen.update(run.id for _, run in page.rows if run is not None)
        await self._read_missing(organization, seen)
        return began

    async def new(self, organization: str, reached: datetime | None) -> datetime | None:
        """Workspaces by the age of their current run, newest first, back to the newest run of the last complete look.

        That a run is known says nothing of older ones: somebody may just have asked for it. Only the very first look goes by that.
        """
        newest = reached
        async for asked_at, page in self._workspace_pages(organization, newest_first=True):
            if not is_newest_first([run for _, run in page.rows if run is not None]):
                raise NotSupported
            met = await self._is_far_enough(page, reached)
            await self._note(sightings(page), asked_at)
            newest = max([*created(page), *([newest] if newest else [])], default=None)
            if met:
                break
        return newest

    async def organization(self, organization: str, reached: datetime | None) -> datetime | None:
        """The organization's run list, back to the newest run of the last complete look; it sees what came and went."""
        since = reached - OVERLAP if reached is not None else self._clock.now() - FIRST_LOOK
        newest = reached
        number: int | None = 1
        while number is not None and number <= PAGES_MOST:
            asked_at = self._clock.now()
            page = await self._runs.list_organization_runs(organization, page=number)
            await self._note(await self._placed(organization, page), asked_at)
            times = [run.created_at for run in page.runs if run.created_at is not None]
            newest = max([*times, *([newest] if newest else [])], default=None)
            if any(time < since for time in times):
                break
            number = page.next_page
        return newest

    async def read_missing(self, organization: str) -> None:
        """One by one, every known run that goes on: for a server whose lists do not tell which ones do."""
        await self._read_missing(organization, frozenset())

    async def _note(self, seen: Sequence[Sighting], asked_at: datetime, *, whole: Sequence[Workspace] = ()) -> None:
        """Record what is news; `whole` are the workspaces of a page, those without a run too."""
        news, unnoted = self._recorder.news(seen), self._recorder.unnoted(whole or [one.workspace for one in seen])
        if not news and not unnoted:
            return
        await self._recorder.record(await self._told(news, asked_at), asked_at, whole=unnoted)

    async def _told(self, news: Sequence[Sighting], asked_at: datetime) -> list[Sighting]:
        """With what no list tells and people are called by."""
        found = await self._commits.told(news, asked_at)
        lacking = [one.run.id for one in found if one.run.lacks_hurdle]
        if not lacking:
            return found
        async with self._store.read() as transaction:
            known = await transaction.runs.many(lacking)
        runs = await asyncio.gather(*(self._hurdles.told(completed(one.run, known.get(one.run.id))) for one in found))
        return [replace(one, run=run) for one, run in zip(found, runs, strict=True)]

    async def _forget_gone(self, organization: str, seen: Collection[str]) -> None:
        """Let go of workspaces that the server has no more. A list of pages that move may lack one that is there, so each is asked for."""
        async with self._store.read() as transaction:
            if await transaction.workspaces.count(organization) <= len(seen):
                self._recorder.forget()
                return
            missing = [one async for one in ids_of(transaction, organization) if one not in seen]
            known = await transaction.workspaces.many(missing[:READS_A_LOOK])
        gone = [one.id for one in known.values() if not await self._is_there(one)]
        if gone:
            async with self._store.write() as transaction:
                await transaction.workspaces.forget(gone)
        self._recorder.forget(*gone)

    async def _is_there(self, workspace: Workspace) -> bool:
        try:
            return (await self._runs.read_workspace(workspace.organization, workspace.name)).id == workspace.id
        except NotVisible:
            return False

    async def _workspace_pages(
        self, organization: str, *, live_only: bool = False, newest_first: bool = False
    ) -> AsyncIterator[tuple[datetime, WorkspacePage]]:
        number: int | None = 1
        while number is not None and number <= PAGES_MOST:
            asked_at = self._clock.now()
            page = await self._runs.list_workspaces(organization, page=number, live_only=live_only, newest_first=newest_first)
            yield asked_at, page
            number = page.next_page

    async def _is_far_enough(self, page: WorkspacePage, reached: datetime | None) -> bool:
        """Whether the page goes back to what was reached, or to what was known, or to workspaces that never ran."""
        oldest = page.rows[-1][1] if page.rows else None
        if oldest is None:
            return True
        if reached is not None and oldest.created_at is not None:
            return oldest.created_at < reached - OVERLAP
        async with self._store.read() as transaction:
            return await transaction.runs.get(oldest.id) is not None

    async def _placed(self, organization: str, page: RunPage) -> list[Sighting]:
        """Runs with their workspaces, sent along or known; a run of a workspace that nobody has seen waits for the next whole list."""
        sent = {one.id: one for one in page.workspaces if one.organization == organization}
        missing = {run.workspace_id for run in page.runs} - sent.keys()
        known = dict(sent)
        if missing:
            async with self._store.read() as transaction:
                found = await transaction.workspaces.many(sorted(missing))
            known |= {one.id: one for one in found.values() if one.organization == organization}
        return [Sighting(run, known[run.workspace_id]) for run in page.runs if run.workspace_id in known]

    async def _read_missing(self, organization: str, seen: Iterable[str]) -> None:
        async with self._store.read() as transaction:
            alive = await transaction.runs.alive(organization)
        for run_id in self._longest_unread(organization, dict(alive), frozenset(seen)):
            self._read_at[run_id] = (organization, self._clock.now())
            try:
                await self._reader.read(run_id, hurry=False)
            except UnknownRun:
                log.warning("run_gone", run=run_id)
                async with self._store.write() as transaction:
                    await transaction.runs.forget(run_id)
                self._recorder.forget(run_id)

    def _longest_unread(self, organization: str, alive: Mapping[str, datetime], seen: frozenset[str]) -> list[str]:
        """At most twenty a look, in turns."""
        self._read_at = {run_id: read for run_id, read in self._read_at.items() if run_id in alive or read[0] != organization}
        missing = [run_id for run_id in alive if run_id not in seen]
        return sorted(missing, key=lambda run_id: self._read_at.get(run_id, ("", alive[run_id]))[1])[:READS_A_LOOK]


async def ids_of(transaction: Transaction, organization: str) -> AsyncIterator[str]:
    portion = await transaction.workspaces.ids(organization)
    while portion:
        for one in portion:
            yield one
        portion = await transaction.workspaces.ids(organization, portion[-1])


def sightings(page: WorkspacePage) -> list[Sighting]:
    return [Sighting(run, workspace) for workspace, run in page.rows if run is not None]


def created(page: WorkspacePage) -> list[datetime]:
    return [run.created_at for _, run in page.rows if run is not None and run.created_at is not None]


def is_newest_first(runs: Sequence[Run]) -> bool:
    times = [run.created_at for run in runs if run.created_at is not None]
    return all(earlier >= later for earlier, later in pairwise(times))
