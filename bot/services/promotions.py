"""Promotion: the very configuration version that one workspace has applied last goes to another, as a run that waits for a decision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.core.chains import Chain, stages_after
from bot.core.commands.promotions import Promote
from bot.core.commands.runs import StartRun
from bot.core.errors import (
    AppliedSince,
    ChainChanged,
    NeverApplied,
    NotVisible,
    OtherOrganization,
    PromotionRefused,
    RequestRefused,
    SameWorkspace,
    UnknownRun,
)
from bot.core.origins import Origin, OriginKind
from bot.core.policy import Actor, Place, Right
from bot.core.readings import RunQuery
from bot.core.runs import Run, RunStatus
from bot.core.workspaces import Workspace, called
from bot.services.access import Access
from bot.services.evidence import has_applied
from bot.services.finding import Finder, seen_run
from bot.services.launches import Launches, Started
from bot.services.ports import Locks, Runs, Store
from bot.services.reading import Found, Reader
from bot.services.versions import Versions

PAGES_MOST = 3
PAGE_SIZE = 100
APPLIED = RunQuery(
    statuses=(RunStatus.APPLIED.value,), operations=("plan_and_apply", "save_plan", "empty_apply", "destroy", "refresh_only")
)
LONG_AGO = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promoted:
    """`passed_over` is a newer run that has applied something and is no source, "" where there is none."""

    started: Started
    origin: Origin
    passed_over: str = ""


class Promotions:
    def __init__(
        self,
        runs: Runs,
        store: Store,
        finder: Finder,
        reader: Reader,
        access: Access,
        versions: Versions,
        launches: Launches,
        locks: Locks,
        chains: tuple[Chain, ...],
    ) -> None:
        self._runs = runs
        self._store = store
        self._finder = finder
        self._reader = reader
        self._access = access
        self._versions = versions
        self._launches = launches
        self._locks = locks
        self._chains = chains

    async def promote(self, wish: Promote, actor: Actor, place: Place) -> Promoted:
        """What the source has applied last goes to the target. Asks for the right to read there and to start here."""
        source, target = await self._finder.workspace(wish.source, actor), await self._finder.workspace(wish.target, actor)
        return await self._promote(source, target, wish.message, actor, place)

    async def promote_run(self, run_id: str, stage: str, actor: Actor, place: Place) -> Promoted:
        """What a run has applied goes to the next stage of a chain; AppliedSince where its workspace has applied another one since.

        Of two clicks one starts it, and the other is HandedOnBefore.
        """
        found = await seen_run(self._reader, self._access, run_id, actor)
        if stage not in (stages_after(found.workspace, self._chains) or ()):
            raise ChainChanged(found.workspace.full_name, stage)
        return await self._promote(found.workspace, await self._finder.workspace(stage, actor), "", actor, place, only=run_id)

    async def source_of(self, run_id: str, actor: Actor) -> Workspace | None:
        """The workspace of a run, as we know it without asking the server, where the actor may read it."""
        async with self._store.read() as transaction:
            stored = await transaction.runs.get(run_id)
            known = await transaction.workspaces.get(stored.run.workspace_id) if stored is not None else None
        return await self._readable([known] if known is not None else [], actor)

    async def known(self, written: str, actor: Actor) -> Workspace | None:
        """As `source_of`, for a workspace as somebody wrote it; None where several are called so."""
        async with self._store.read() as transaction:
            known = called(written, await transaction.workspaces.alike(written.rpartition("/")[2]))
        return await self._readable(known, actor)

    async def _readable(self, known: Sequence[Workspace], actor: Actor) -> Workspace | None:
        found = await self._access.readable(actor, known)
        return found[0] if len(found) == 1 else None

    async def _promote(self, source: Workspace, target: Workspace, message: str, actor: Actor, place: Place, *, only: str = "") -> Promoted:
        await self._access.demand(actor, Right.START, target)
        await self._access.demand(actor, Right.READ, source)
        if source.id == target.id:
            raise SameWorkspace(source.full_name)
        if source.organization != target.organization:
            raise OtherOrganization("What is promoted", source.full_name, target.full_name)
        found, passed_over = await self._last_applied(source)
        if only and found.run.id != only:
            raise AppliedSince(only, source.full_name, found.run.id)
        origin = await self._versions.of_run(found, OriginKind.PROMOTION)
        started = await self._start(target, message or told(origin, source), actor, place, origin, only_once=bool(only))
        return Promoted(started=started, origin=origin, passed_over=passed_over)

    async def _start(self, target: Workspace, message: str, actor: Actor, place: Place, origin: Origin, *, only_once: bool) -> Started:
        try:
            return await self._launches.start(StartRun(target.full_name, message), actor, place, origin, only_once=only_once)
        except RequestRefused as refusal:
            repository = await self._repository_of(target)
            if not repository:
                raise
            raise PromotionRefused(target.full_name, repository, refusal.said) from refusal

    async def _repository_of(self, workspace: Workspace) -> str:
        try:
            return (await self._locks.detail(workspace.id)).repository
        except NotVisible:
            return ""

    async def _last_applied(self, workspace: Workspace) -> tuple[Found, str]:
        """The newest run that has applied a configuration, read afresh, and a newer one that has applied something else, or ""."""
        passed_over = ""
        for run in await self._applied(workspace):
            if not is_source(run):
                passed_over = passed_over or run.id
                continue
            try:
                found = await self._reader.read(run.id)
            except UnknownRun:
                continue
            if is_source(found.run):
                return found, passed_over
        raise NeverApplied(workspace.full_name, passed_over)

    async def _applied(self, workspace: Workspace) -> list[Run]:
        """Runs that have applied something, the last one first: from the workspace's list, as far as is needed, and from what we know."""
        async with self._store.read() as transaction:
            known = [stored.run for stored in await transaction.runs.of_status(workspace.id, RunStatus.APPLIED.value)]
        found = {run.id: run for run in known}
        page: int | None = 1
        for _ in range(PAGES_MOST):
            if page is None:
                break
            listed = await self._runs.list_workspace_runs(workspace.id, page=page, size=PAGE_SIZE, query=APPLIED)
            found |= {run.id: run for run in applied_among(listed.runs)}
            page = None if any(map(is_source, applied_among(listed.runs))) else listed.next_page
        return sorted(found.values(), key=applied_at, reverse=True)


def applied_among(runs: Iterable[Run]) -> Iterator[Run]:
    """A server may not know the filter."""
    return (run for run in runs if run.status is RunStatus.APPLIED)


def is_source(run: Run) -> bool:
    """Whether it has applied what its configuration says, all of it and nothing else."""
    return has_applied(run)


def applied_at(run: Run) -> datetime:
    return run.timestamps.get("applied") or run.ended_at or run.created_at or LONG_AGO


def told(origin: Origin, source: Workspace) -> str:
    """The message of a run for which nobody gave one."""
    first = origin.message.strip().partition("\n")[0]
    return f"{first or 'Promotion'} (from {source.name})"
