"""Watches that stand in a file: brought into the database as the file says, told apart from those made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from bot.core.errors import RunbellError
from bot.core.watches import Watch
from bot.services.audits import watch_changed
from bot.services.ports import Clock, Store, Transaction
from bot.services.projects import Projects
from bot.services.recording import Recorder

log = structlog.get_logger(__name__)


class CodedWatches:
    """`watches` are what the file says, with its name as their source."""

    def __init__(self, watches: tuple[Watch, ...], store: Store, projects: Projects, recorder: Recorder, clock: Clock) -> None:
        self._watches = watches
        self._store = store
        self._projects = projects
        self._recorder = recorder
        self._clock = clock
        self._applied = False

    async def tick(self, now: datetime) -> None:  # noqa: ARG002 - every tick has one shape
        """Once, and again until the projects that are named could be read. Those that the file no longer has end."""
        if self._applied:
            return
        wanted = [await self._resolved(watch) for watch in self._watches]
        async with self._store.write() as transaction:
            changed = await bring_in(transaction, wanted, self._clock.now())
            live = await transaction.runs.live()
            workspaces = {one.id: one for one in await transaction.workspaces.all()}
        self._applied = all(watch.project_ids for watch in wanted if watch.project)
        if changed:
            log.info("coded_watches", watches=len(wanted), complete=self._applied)
            await self._recorder.reconsider(live, workspaces)

    async def _resolved(self, watch: Watch) -> Watch:
        try:
            return replace(watch, project_ids=await self._projects.ids_of(watch.project))
        except RunbellError as trouble:
            log.warning("coded_watch_unresolved", source=watch.source, channel=watch.channel, watch=watch.title, error=trouble.sentence)
        return watch


async def bring_in(transaction: Transaction, wanted: Sequence[Watch], now: datetime) -> bool:
    """Have the database say what the file says; whether anything was other than that."""
    by_identity = {watch.identity: watch for watch in wanted}
    known = {watch.identity: watch for watch in await transaction.watches.all() if watch.source}
    gone = [watch for identity, watch in known.items() if identity not in by_identity]
    fresh = [watch for identity, watch in by_identity.items() if identity not in known]
    other = [watch for identity, watch in by_identity.items() if identity in known and differs(known[identity], watch)]
    for watch in gone:
        await transaction.watches.remove(watch)
        await transaction.audit.add(watch_changed(watch, "unwatch", now))
    for watch in fresh:
        await transaction.watches.add(replace(watch, created_at=now))
        await transaction.audit.add(watch_changed(watch, "watch", now))
    for watch in other:
        await transaction.watches.replace(watch)
        await transaction.audit.add(watch_changed(watch, "change", now))
    return bool(gone or fresh or other)


def differs(kept: Watch, wanted: Watch) -> bool:
    """Whether the file says other than the database has; a project that cannot be asked for now keeps the ids that it had."""
    if wanted.project and not wanted.project_ids:
        return False
    return replace(kept, created_at=None, paused_at=None, paused_why="") != wanted
