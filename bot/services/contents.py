"""What plans would do to each resource, read from their JSON by way of a file, and remembered: a run's plan never changes."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import structlog

from bot.core.contents import PlanContents, believed, plan_contents
from bot.core.errors import NotVisible, RequestRefused, TooLarge
from bot.core.plans import PlanFacts
from bot.core.runs import Run
from bot.services.plan_files import PlanFiles
from bot.services.ports import PlanTexts

log = structlog.get_logger(__name__)

KEPT_MOST = 64


class Contents:
    """One reading of a plan serves everybody who asks for it at the same time. `make` reads it from a file, in a thread."""

    def __init__(self, texts: PlanTexts, make: Callable[[Path], PlanContents | None] | None = None) -> None:
        self._files, self._make = PlanFiles(texts), make or contents_in
        self._kept: OrderedDict[str, PlanContents] = OrderedDict()
        self._turns: dict[str, asyncio.Lock] = {}

    async def of(self, run: Run, facts: PlanFacts | None) -> PlanContents | None:
        """None for a plan that is not finished, or that cannot be read for a reason that lasts; any other TerraformTrouble is raised."""
        if run.plan_id is None or facts is None or not facts.is_finished:
            return None
        turn = self._turns.setdefault(run.plan_id, asyncio.Lock())
        try:
            async with turn:
                found = self._kept.get(run.plan_id) or await self._read(run.plan_id)
        finally:
            if not turn.locked():
                self._turns.pop(run.plan_id, None)
        if found is not None:
            self._keep(run.plan_id, found)
        return believed(found, facts)

    def _keep(self, plan_id: str, found: PlanContents) -> None:
        self._kept[plan_id] = found
        self._kept.move_to_end(plan_id)
        if len(self._kept) > KEPT_MOST:
            self._kept.popitem(last=False)

    async def _read(self, plan_id: str) -> PlanContents | None:
        try:
            return await self._files.read(plan_id, self._make)
        except (NotVisible, RequestRefused, TooLarge) as trouble:
            log.info("plan_unread", plan=plan_id, error=trouble.sentence)
            return None


def contents_in(path: Path) -> PlanContents | None:
    """Called in a thread, where it is also made ready for what rules will look for."""
    try:
        found = plan_contents(json.loads(path.read_bytes()))
    except (ValueError, RecursionError):
        return None
    if found is not None:
        found.selections  # noqa: B018 - kept once it is made
    return found
