"""Reads what a run's card tells besides its state, once for each stage that brings something: costs, policies, tasks, why it failed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import structlog

from bot.core.details import Details, Failure, checks_of, cost_of, mark_of
from bot.core.diagnostics import ERROR, first_diagnostics
from bot.core.errors import NotVisible, RequestRefused, RunbellError, TooLarge
from bot.core.logs import Part
from bot.core.pace import Pace
from bot.core.pictures import RunPicture
from bot.core.policy import WITHOUT_FILE, Policy
from bot.core.runs import RunStatus
from bot.core.without_values import bare_details
from bot.services.failures import seen
from bot.services.ports import Logs, Policies, Store
from bot.services.reading import Found

log = structlog.get_logger(__name__)

LOG_MOST = 4_000_000
FAILURES_MOST = 3
LASTING = (NotVisible, RequestRefused, TooLarge)


class Reads(Protocol):
    async def read(self, run_id: str, *, hurry: bool = True) -> Found: ...


class Detailing:
    """No message waits for it for long: one is painted without where it fails, and it is tried again with the next paint.

    Where `policy` hides values, none is kept.
    """

    def __init__(self, store: Store, reader: Reads, policies: Policies, logs: Logs, pace: Pace, policy: Policy = WITHOUT_FILE) -> None:
        self._store = store
        self._reader = reader
        self._policies = policies
        self._logs = logs
        self._pace = pace
        self._policy = policy

    async def refresh(self, picture: RunPicture) -> bool:
        """Read what the picture lacks; whether there is something new to show."""
        mark = mark_of(picture.run)
        if not mark or (picture.details is not None and picture.details.mark == mark):
            return False
        try:
            async with asyncio.timeout(self._pace.request_timeout / 2):
                found = await self._read(picture.run.id, mark)
        except (RunbellError, TimeoutError) as trouble:
            log.warning("details_unread", run=picture.run.id, error=str(trouble) or "it took too long")
            return False
        async with self._store.write() as transaction:
            await transaction.details.put(picture.run.id, found)
        return True

    async def _read(self, run_id: str, mark: str) -> Details:
        found = await self._reader.read(run_id)
        checks, stages, failures = await asyncio.gather(
            seen(self._policies.checks(run_id)), seen(self._policies.stages(run_id)), self._failures(found)
        )
        cost = cost_of(found.reading.cost) if found.reading is not None else None
        details = Details(mark=mark, cost=cost, checks=checks_of(checks or (), stages or ()), failures=failures)
        return details if self._policy.shows_values(found.workspace) else bare_details(details)

    async def _failures(self, found: Found) -> tuple[Failure, ...]:
        """What the log of the part that failed says first; nothing where it may not be read."""
        if found.run.status is not RunStatus.ERRORED or found.reading is None:
            return ()
        part, part_id = (Part.APPLY, found.reading.apply_id) if found.run.was_confirmed else (Part.PLAN, found.run.plan_id)
        if not part_id:
            return ()
        with TemporaryDirectory(prefix="runbell-") as folder:
            path = Path(folder) / "log"
            try:
                await self._logs.save(part, part_id, path, LOG_MOST)
            except LASTING as trouble:
                log.info("log_unread", run=found.run.id, error=trouble.sentence)
                return ()
            return await asyncio.to_thread(failures_in, path)


def failures_in(path: Path) -> tuple[Failure, ...]:
    """Called in a thread."""
    found = first_diagnostics(path.read_text(encoding="utf-8", errors="replace"))
    return tuple(
        Failure(summary=one.summary, detail=one.detail, file=one.file, line=one.line, address=one.address)
        for one in found
        if one.severity == ERROR
    )[:FAILURES_MOST]
