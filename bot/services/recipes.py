"""The ways of looking at an organization. Requests grow with pages of 100, never with workspaces; see CONTRIBUTING.

Each recipe takes what the last complete look of its kind reached and returns what this one has reached.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import structlog

from bot.core.errors import UnknownRun
from bot.core.runs import Run
from bot.core.stored import StoredRun
from bot.services.bursts import BURST
from bot.services.commits import Commits
from bot.services.ports import Clock, RunPage, Runs, Store, WorkspacePage
from bot.services.reading import Reader
from bot.services.recording import Recorder, Sighting

log = structlog.get_logger(__name__)

OVERLAP = timedelta(minutes=2)
FIRST_LOOK = timedelta(hours=1)
READS_A_LOOK = 20
PAGES_MOST = 1000


class NotSupported(Exception):
    """The server answers, but not what was asked: it ignores the filter or the order."""


class Recipes:
    def __init__(self, runs: Runs, store: Store, recorder: Recorder, reader: Reader, clock: Clock, burst_within: timedelta = BURST) -> None:
        self._commits = Commits(runs, store, burst_within)
        self._runs = runs
        self._store = store
        self._recorder = recorder
        self._reader = reader
        self._clock = clock
        self._read_at: dict[str, datetime] = {}

    async def all(self, organization: str, reached: datetime | None) -> datetime:  # noqa: ARG002 - every recipe has one shape
        """The whole workspace list: what is new, renamed or gone, and every current run."""
        began = self._clock.now()
        seen: set[str] = set()
        async for asked_at, page in self._workspace_pages(organization):
            await self._recorder.record(
                await self._commits.told(sightings(page)), asked_at, whole=[workspace for workspace, _ in page.rows]
            )
            seen.update(workspace.id for workspace, _ in page.rows)
        async with self._store.write() as transaction:
            known = await transaction.workspaces.all()
            gone = [one.id for one in known if one.organization == organization and one.id not in seen]
            if gone:
                await transaction.workspaces.forget(gone)
        return began

    async def live(self, organization: str, reached: datetime | None) -> datetime:  # noqa: ARG002 - as above
        """The heartbeat: workspaces whose current run goes on; then, one by one, known runs that are not among them any more."""
        began = self._clock.now()
        seen: set[str] = set()
        async for asked_at, page in self._workspace_pages(organization, live_only=True):
            if any(run is None or run.is_final for _, run in page.rows):
                raise NotSupported
            await self._recorder.record(await self._commits.told(sightings(page)), asked_at)
            seen.update(run.id for _, run in page.rows if run is not None)
        await self._read_missing(organization, seen)
        return began

    async def new(self, organization: str, reached: datetime | None) -> datetime:  # noqa: ARG002 - as above
        """Workspaces by the age of their current run, newest first, until one is met that is known."""
        began = self._clock.now()
        async for asked_at, page in self._workspace_pages(organization, newest_first=True):
            if not is_newest_first([run for _, run in page.rows if run is not None]):
                raise NotSupported
            met = await self._meets_known(page)
            await self._recorder.record(await self._commits.told(sightings(page)), asked_at)
            if met:
                break
        return began

    async def organization(self, organization: str, reached: datetime | None) -> datetime | None:
        """The organization's run list, back to the newest run of the last complete look; it sees what came and went."""
        since = reached - OVERLAP if reached is not None else self._clock.now() - FIRST_LOOK
        newest = reached
        number: int | None = 1
        while number is not None and number <= PAGES_MOST:
            asked_at = self._clock.now()
            page = await self._runs.list_organization_runs(organization, page=number)
            await self._recorder.record(await self._commits.told(await self._placed(organization, page)), asked_at)
            times = [run.created_at for run in page.runs if run.created_at is not None]
            newest = max([*times, *([newest] if newest else [])], default=None)
            if any(time < since for time in times):
                break
            number = page.next_page
        return newest

    async def read_missing(self, organization: str) -> None:
        """One by one, every known run that goes on: for a server whose lists do not tell which ones do."""
        await self._read_missing(organization, frozenset())

    async def _workspace_pages(
        self, organization: str, *, live_only: bool = False, newest_first: bool = False
    ) -> AsyncIterator[tuple[datetime, WorkspacePage]]:
        number: int | None = 1
        while number is not None and number <= PAGES_MOST:
            asked_at = self._clock.now()
            page = await self._runs.list_workspaces(organization, page=number, live_only=live_only, newest_first=newest_first)
            yield asked_at, page
            number = page.next_page

    async def _meets_known(self, page: WorkspacePage) -> bool:
        """Whether the oldest current run of the page was known before, or the page reaches workspaces that never ran."""
        oldest = page.rows[-1][1] if page.rows else None
        if oldest is None:
            return True
        async with self._store.read() as transaction:
            return await transaction.runs.get(oldest.id) is not None

    async def _placed(self, organization: str, page: RunPage) -> list[Sighting]:
        """Runs with their workspaces, sent along or known; a run of a workspace that nobody has seen waits for the next whole list."""
        async with self._store.read() as transaction:
            known = {one.id: one for one in await transaction.workspaces.all() if one.organization == organization}
        known |= {one.id: one for one in page.workspaces if one.organization == organization}
        return [Sighting(run, known[run.workspace_id]) for run in page.runs if run.workspace_id in known]

    async def _read_missing(self, organization: str, seen: Iterable[str]) -> None:
        async with self._store.read() as transaction:
            ours = {one.id for one in await transaction.workspaces.all() if one.organization == organization}
            live = [one for one in await transaction.runs.live() if one.run.workspace_id in ours]
        for stored in self._longest_unread(live, frozenset(seen)):
            self._read_at[stored.run.id] = self._clock.now()
            try:
                await self._reader.read(stored.run.id, hurry=False)
            except UnknownRun:
                log.warning("run_gone", run=stored.run.id)
                async with self._store.write() as transaction:
                    await transaction.runs.forget(stored.run.id)

    def _longest_unread(self, live: Sequence[StoredRun], seen: frozenset[str]) -> list[StoredRun]:
        """At most twenty a look, in turns."""
        alive = {one.run.id for one in live}
        self._read_at = {run_id: at for run_id, at in self._read_at.items() if run_id in alive}
        missing = [one for one in live if one.run.id not in seen]
        return sorted(missing, key=lambda one: self._read_at.get(one.run.id, one.asked_at))[:READS_A_LOOK]


def sightings(page: WorkspacePage) -> list[Sighting]:
    return [Sighting(run, workspace) for workspace, run in page.rows if run is not None]


def is_newest_first(runs: Sequence[Run]) -> bool:
    times = [run.created_at for run in runs if run.created_at is not None]
    return all(earlier >= later for earlier, later in pairwise(times))
