"""Lists for people who look, from our own snapshots: workspaces, runs, and a workspace's queue. Nobody is shown what they may not read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.core.cadence import Look, Recipe
from bot.core.commands.lists import LIVE, ListRuns, ListWorkspaces
from bot.core.errors import TerraformTrouble, UnknownWorkspace
from bot.core.listings import EPOCH, FIRST, Page, RunsWanted, Scope, Turn, page_of, whose
from bot.core.locks import Lock
from bot.core.policy import Actor, Policy, Right
from bot.core.reaches import Reach
from bot.core.rows import Queue, RunList, RunRow, WorkspaceRow
from bot.core.runs import BY_WORD, FAILED, Run, RunStatus
from bot.core.workspaces import Workspace, called, is_glob, matches, near_names, spelled_as
from bot.services.access import Access
from bot.services.finding import Finder
from bot.services.knowledge import Knowledge
from bot.services.pictures import Pictures
from bot.services.ports import Clock, Locks, Store, Transaction
from bot.services.projects import Projects
from bot.services.reading import Reader

SIZE = 10


class Listings:
    def __init__(
        self,
        store: Store,
        knowledge: Knowledge,
        finder: Finder,
        reader: Reader,
        access: Access,
        projects: Projects,
        locks: Locks,
        pictures: Pictures,
        policy: Policy,
        clock: Clock,
    ) -> None:
        self._store = store
        self._knowledge = knowledge
        self._finder = finder
        self._reader = reader
        self._access = access
        self._projects = projects
        self._locks = locks
        self._pictures = pictures
        self._policy = policy
        self._clock = clock

    def now(self) -> datetime:
        """By the clock that says when the server was looked at."""
        return self._clock.now()

    async def workspaces(self, wish: ListWorkspaces, actor: Actor, turn: Turn = FIRST) -> Page[WorkspaceRow]:
        """By organization and name, with their current runs."""
        reach = await self._reach(actor)
        scope = Scope(pattern=wish.pattern, allowed=reach.globs, tag=wish.tag, project_ids=await self._projects.ids_of(wish.project))

        def keeps(one: Workspace) -> bool:
            return reach.allows(one) and matches(wish.pattern, one) and (not wish.tag or wish.tag in one.tags)

        async with self._store.read() as transaction:

            async def fetch(at: Turn, most: int) -> Sequence[Workspace]:
                return await transaction.listings.workspaces(scope, at, most)

            page = await page_of(fetch, keeps, lambda one: one.id, turn, SIZE)
            newest = await transaction.runs.newest([one.id for one in page.rows])
            looked_at = await last_look(transaction)
        rows = [
            WorkspaceRow(one, newest[one.id].run if one.id in newest else None, self._pictures.workspace_link(one)) for one in page.rows
        ]
        return Page(tuple(rows), page.earlier, page.later, looked_at)

    async def runs(self, wish: ListRuns, actor: Actor, turn: Turn = FIRST) -> RunList:
        """The newest first. UnknownWorkspace where one is asked for by its name alone."""
        reach = await self._reach(actor)
        wish = replace(wish, pattern=await self._spelled(wish.pattern, reach))
        named = await self._named(wish.pattern, reach)
        wanted = wanted_runs(wish, reach, whose(self._policy.people, actor.id))
        async with self._store.read() as transaction:

            async def fetch(at: Turn, most: int) -> Sequence[RunRow]:
                found = [stored.run for stored in await transaction.listings.runs(wanted, at, most)]
                return await self._placed(transaction, found)

            page = await page_of(fetch, lambda row: is_in(row.workspace, wish.pattern, reach), lambda row: row.run.id, turn, SIZE)
            rows, looked_at = await asked(transaction, page.rows), await last_look(transaction)
        return RunList(replace(page, rows=rows, looked_at=looked_at), tuple((one, self._pictures.workspace_link(one)) for one in named))

    async def queue(self, name: str, actor: Actor) -> Queue:
        """What of a workspace has not ended. The workspace, its lock and the run in front are read afresh, the others are as seen."""
        workspace = await self._finder.workspace(name, actor)
        await self._access.demand(actor, Right.READ, workspace)
        lock = await self._lock(workspace)
        if workspace.current_run_id is not None:
            await self._refresh(workspace.current_run_id)
        async with self._store.read() as transaction:
            live = await transaction.listings.live(workspace.id)
            ordered = sorted(live, key=lambda stored: rank(stored.run, workspace))
            here = [RunRow(stored.run, workspace, self._pictures.link(workspace, stored.run)) for stored in ordered]
            rows = await asked(transaction, here)
        seen_at = tuple(stored.asked_at for stored in ordered)
        return Queue(workspace, self._pictures.workspace_link(workspace), rows, seen_at, lock)

    async def _reach(self, actor: Actor) -> Reach:
        reach = await self._access.reach(actor, Right.READ)
        await self._knowledge.look()
        return reach

    async def _placed(self, transaction: Transaction, runs: Sequence[Run]) -> list[RunRow]:
        """Each with its workspace; one whose workspace nobody knows any more belongs nowhere, and nobody may read it."""
        known = await transaction.workspaces.many(sorted({run.workspace_id for run in runs}))
        nowhere = Workspace(id="", name="", organization="")
        return [RunRow(run, place := known.get(run.workspace_id, nowhere), self._pictures.link(place, run)) for run in runs]

    async def _spelled(self, pattern: str, reach: Reach) -> str:
        """Return a name as it is spelled: exactly so, else in any capitals. UnknownWorkspace where several of those may be meant."""
        if is_glob(pattern):
            return pattern
        async with self._store.read() as transaction:
            alike = await transaction.workspaces.alike(pattern.rpartition("/")[2])
        found = called(pattern, [one for one in alike if reach.allows(one)])
        spellings = {spelled_as(pattern, one) for one in found}
        if len(spellings) > 1:
            raise UnknownWorkspace(pattern, [one.full_name for one in found])
        return spellings.pop() if spellings else pattern

    async def _named(self, pattern: str, reach: Reach) -> tuple[Workspace, ...]:
        if is_glob(pattern):
            return ()
        async with self._store.read() as transaction:
            found = await transaction.listings.workspaces(Scope(pattern=pattern), FIRST, SIZE)
            allowed = tuple(one for one in found if reach.allows(one))
            known = () if allowed else await transaction.workspaces.all()
        if not allowed:
            await self._access.demand_groups()
            unknown = UnknownWorkspace(pattern, near_names(pattern, [one.name for one in known if reach.allows(one)]))
            unknown.is_hidden = bool(found)
            raise unknown
        return allowed

    async def _lock(self, workspace: Workspace) -> Lock | None:
        try:
            return (await self._locks.detail(workspace.id)).lock
        except TerraformTrouble:
            return None

    async def _refresh(self, run_id: str) -> None:
        """What was seen before is shown where the server does not answer."""
        try:
            await self._reader.read(run_id)
        except TerraformTrouble:
            return


async def asked(transaction: Transaction, rows: Sequence[RunRow]) -> tuple[RunRow, ...]:
    """With who asked for each; a message may say anything, so that is taken from what we did ourselves."""
    creating = await transaction.intents.creating_of([row.run.id for row in rows])
    return tuple(replace(row, asked_by=creating[row.run.id].person) if row.run.id in creating else row for row in rows)


def is_in(workspace: Workspace, pattern: str, reach: Reach) -> bool:
    return bool(workspace.id) and matches(pattern, workspace) and reach.allows(workspace)


def wanted_runs(wish: ListRuns, reach: Reach, owner: tuple[frozenset[str], frozenset[str]]) -> RunsWanted:
    statuses = FAILED if wish.failed else {RunStatus(wish.status)} if wish.status not in {"", LIVE} else frozenset[RunStatus]()
    return RunsWanted(
        scope=Scope(pattern=wish.pattern, allowed=reach.globs),
        statuses=frozenset(word for word, status in BY_WORD.items() if status in statuses),
        live_only=wish.status == LIVE,
        of=owner if wish.mine else None,
    )


def rank(run: Run, workspace: Workspace) -> tuple[bool, bool, datetime]:
    """The run that holds the workspace, those that wait for their turn, and last what waits for nobody's."""
    return passes_queue(run), run.id != workspace.current_run_id, run.created_at or EPOCH


def passes_queue(run: Run) -> bool:
    """Plan-only runs, and those whose plan is saved, wait for no other (Terraform, "Run modes")."""
    return run.plan_only or run.save_plan


async def last_look(transaction: Transaction) -> datetime | None:
    """When the organization that was looked at longest ago was looked at last; None before the first look."""
    latest: dict[str, datetime] = {}
    for look in await transaction.looks.all():
        if tells_when(look) and look.watermark is not None:
            latest[look.organization] = max(look.watermark, latest.get(look.organization, look.watermark))
    return min(latest.values(), default=None)


def tells_when(look: Look) -> bool:
    """The watermark of the others is that of the newest run that they saw."""
    return look.recipe in {Recipe.ALL, Recipe.LIVE}
