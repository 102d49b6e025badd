"""From what a person wrote to the configuration version that they mean, read afresh: by its id, by a run of it, or by its commit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot.core.commands.runs import RunReference
from bot.core.configurations import ConfigurationVersion
from bot.core.errors import NotVisible, OtherOrganization, SeveralCommits, UnknownRun, UnknownVersion, VersionUnusable
from bot.core.origins import Origin, OriginKind, decode_origin
from bot.core.policy import Actor, Right
from bot.core.readings import RunQuery
from bot.core.runs import Run
from bot.core.versions import COMMIT, HANDED_ON, VERSION_ID, objection_to, origin_of
from bot.core.workspaces import Workspace
from bot.services.access import Access
from bot.services.finding import seen_run
from bot.services.ports import Configurations, Runs, Store
from bot.services.reading import Found, Reader

RUNS_READ_MOST = 5
LISTED_MOST = 100
SHA_SHOWN = 12
LONG_AGO = datetime.fromtimestamp(0, UTC)


class Versions:
    def __init__(self, runs: Runs, configurations: Configurations, store: Store, reader: Reader, access: Access) -> None:
        self._runs = runs
        self._configurations = configurations
        self._store = store
        self._reader = reader
        self._access = access

    async def resolve(self, word: str, workspace: Workspace, actor: Actor, *, plan_only: bool = False) -> Origin:
        """The version for a run in a workspace. `word` is its id, the id or link of a run, or 7 letters or more of a commit.

        One of a workspace that the actor may not read does not exist for them; VersionUnusable for one that such a run cannot use.
        """
        if VERSION_ID.fullmatch(word):
            return await self._by_id(word, workspace, actor, plan_only=plan_only)
        if COMMIT.fullmatch(word.lower()):
            origin = await self._by_commit(word.lower(), workspace, actor, plan_only=plan_only)
            if origin is not None:
                return origin
        reference = RunReference.of(word)
        if not reference.run_id:
            raise UnknownVersion(word)
        found = await seen_run(self._reader, self._access, reference.run_id, actor)
        demand_same_organization(found.run.id, found.workspace, workspace)
        return await self.of_run(found, plan_only=plan_only)

    async def of_run(self, found: Found, kind: OriginKind = OriginKind.VERSION, *, plan_only: bool = False) -> Origin:
        """The version that a run was given, and its story. Whether somebody may have it was judged before."""
        if found.run.configuration_version_id is None:
            raise UnknownVersion(found.run.id)
        version = await self.usable(found.run.configuration_version_id, plan_only=plan_only)
        return origin_of(kind, version, found.run, found.workspace.full_name, await self._story(found.run))

    async def usable(self, version_id: str, *, plan_only: bool = False) -> ConfigurationVersion:
        """The version as the server shows it now; VersionUnusable where no such run can use it."""
        try:
            version = await self._configurations.read(version_id)
        except NotVisible as error:
            raise UnknownVersion(version_id) from error
        if objection := objection_to(version, plan_only=plan_only):
            raise VersionUnusable(version_id, objection)
        return version

    async def _story(self, run: Run) -> Origin | None:
        """What we know ourselves of a run that was started from here."""
        async with self._store.read() as transaction:
            creating = await transaction.intents.creating(run.id)
        if creating is None:
            return None
        before = decode_origin(creating.payload.get("origin", ""))
        if before is not None and before.kind in HANDED_ON:
            return before
        told = before or Origin(kind=OriginKind.VERSION, configuration_version_id="")
        return replace(told, message=creating.payload.get("message") or told.message, person=told.person or creating.person_name)

    # By its id

    async def _by_id(self, version_id: str, workspace: Workspace, actor: Actor, *, plan_only: bool) -> Origin:
        """Nothing of a version says whose it is, so it is looked for among the runs and the versions of workspaces."""
        run_id = await self._run_with(version_id, workspace, actor)
        if run_id is not None:
            found = await self._reader.read(run_id)
            await self._access.demand_seen(actor, found.workspace, UnknownVersion(version_id))
            demand_same_organization(version_id, found.workspace, workspace)
            if found.run.configuration_version_id == version_id:
                return await self.of_run(found, plan_only=plan_only)
        await self._access.demand(actor, Right.READ, workspace)
        # Before anything of the version is told: one that is not of this workspace may be of one that the actor may not read.
        if not any(one.id == version_id for one in await self._configurations.newest(workspace.id)):
            await self._access.demand_groups()
            raise UnknownVersion(version_id)
        version = await self.usable(version_id, plan_only=plan_only)
        return origin_of(OriginKind.VERSION, version, None, workspace.full_name)

    async def _run_with(self, version_id: str, workspace: Workspace, actor: Actor) -> str | None:
        """A run that was given the version: the newest that we know and the actor may read, else one of the workspace's own list."""
        async with self._store.read() as transaction:
            known = [stored.run for stored in await transaction.runs.of_configuration(version_id)]
        if known:
            readable = await self._readable(known, actor)
            return next((run.id for run in known if run.workspace_id in readable), known[0].id)
        await self._access.demand(actor, Right.READ, workspace)
        page = await self._runs.list_workspace_runs(workspace.id, size=LISTED_MOST)
        return next((run.id for run in page.runs if run.configuration_version_id == version_id), None)

    # By its commit

    async def _by_commit(self, start: str, workspace: Workspace, actor: Actor, *, plan_only: bool) -> Origin | None:
        """None where no run of a commit that begins so is known, nor among the workspace's newest."""
        async with self._store.read() as transaction:
            known = [stored.run for stored in await transaction.runs.with_commit(start)]
        readable = await self._readable(known, actor)
        mine = [run for run in known if run.workspace_id in readable and readable[run.workspace_id].organization == workspace.organization]
        shas = sorted({run.commit.sha for run in mine if run.commit is not None})
        if len(shas) > 1:
            raise SeveralCommits(start, [sha[:SHA_SHOWN] for sha in shas])
        if not mine:
            return await self._listed(start, workspace, actor, plan_only=plan_only)
        return await self._first_usable([run.id for run in nearest_first(mine, workspace)], start, plan_only=plan_only)

    async def _listed(self, start: str, workspace: Workspace, actor: Actor, *, plan_only: bool) -> Origin | None:
        await self._access.demand(actor, Right.READ, workspace)
        page = await self._runs.list_workspace_runs(workspace.id, size=RUNS_READ_MOST, query=RunQuery(commit=start))
        return await self._first_usable([run.id for run in page.runs], start, plan_only=plan_only)

    async def _first_usable(self, run_ids: Sequence[str], start: str, *, plan_only: bool) -> Origin | None:
        """The version of the first of these runs that has the commit and whose version such a run can use."""
        objection: VersionUnusable | None = None
        for run_id in run_ids[:RUNS_READ_MOST]:
            try:
                found = await self._reader.read(run_id)
                if found.run.commit is not None and found.run.commit.sha.lower().startswith(start):
                    return await self.of_run(found, plan_only=plan_only)
            except UnknownRun:
                continue
            except VersionUnusable as error:
                objection = objection or error
        if objection is not None:
            raise objection
        return None

    async def _readable(self, runs: Iterable[Run], actor: Actor) -> dict[str, Workspace]:
        """The workspaces of these runs that the actor may read, by id."""
        async with self._store.read() as transaction:
            known = await transaction.workspaces.many(sorted({run.workspace_id for run in runs}))
        return {one.id: one for one in await self._access.readable(actor, known.values())}


def demand_same_organization(what: str, source: Workspace, target: Workspace) -> None:
    if source.organization != target.organization:
        raise OtherOrganization(what, source.full_name, target.full_name)


def nearest_first(runs: Iterable[Run], workspace: Workspace) -> list[Run]:
    """Those of the workspace itself before others, those that could be applied before plan-only ones, the newest before older ones."""
    return sorted(runs, key=lambda run: (run.workspace_id == workspace.id, not run.plan_only, run.created_at or LONG_AGO), reverse=True)
