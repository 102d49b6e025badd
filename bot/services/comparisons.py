"""What a promoted run would do besides what was done in the stage before: worked out once both plans are there, and kept."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import structlog

from bot.core.comparisons import UNKNOWN, Comparison, compare, compare_counts, decode_comparison, encode_comparison
from bot.core.errors import RunbellError, UnknownRun
from bot.core.origins import Origin, OriginKind
from bot.core.pace import Pace
from bot.core.pictures import Request, RunPicture
from bot.core.runs import Run
from bot.services.contents import Contents
from bot.services.ports import Store, Transaction
from bot.services.reading import Reader

log = structlog.get_logger(__name__)


class Comparisons:
    """No message waits for it for long. Where it fails the counts are compared for now, and it is tried again with the next paint."""

    def __init__(self, store: Store, reader: Reader, contents: Contents, pace: Pace) -> None:
        self._store = store
        self._reader = reader
        self._contents = contents
        self._pace = pace

    async def told(self, picture: RunPicture) -> RunPicture:
        """The picture with its comparison, where it is of a promoted run with a plan."""
        origin = promotion_in(picture.request)
        if origin is None or picture.comparison is not None or picture.plan is None or not picture.plan.is_finished:
            return picture
        try:
            async with asyncio.timeout(self._pace.request_timeout / 2):
                found = await self._compared(picture, origin)
        except (RunbellError, TimeoutError) as trouble:
            log.warning("not_compared", run=picture.run.id, error=str(trouble) or "it took too long")
            return replace(picture, comparison=await self._by_counts(picture, origin))
        async with self._store.write() as transaction:
            await transaction.plans.compared(picture.plan.plan_id, encode_comparison(found))
        return replace(picture, comparison=found)

    async def _compared(self, picture: RunPicture, origin: Origin) -> Comparison:
        """By address, or by counts for good where one of the plans may not be read."""
        try:
            source = await self._reader.read(origin.run_id)
        except UnknownRun:
            return UNKNOWN
        before, after = await asyncio.gather(self._contents.of(source.run, source.plan), self._contents.of(picture.run, picture.plan))
        if before is None or after is None:
            return compare_counts(source.plan, picture.plan)
        return await asyncio.to_thread(compare, before, after)

    async def _by_counts(self, picture: RunPicture, origin: Origin) -> Comparison:
        async with self._store.read() as transaction:
            stored = await transaction.runs.get(origin.run_id)
            plan = await transaction.plans.get(stored.run.plan_id) if stored is not None and stored.run.plan_id else None
        return compare_counts(plan, picture.plan)


def promotion_in(request: Request | None) -> Origin | None:
    """What was promoted, where a run of which we know comes of that."""
    origin = request.origin if request is not None else None
    return origin if origin is not None and origin.kind is OriginKind.PROMOTION and origin.run_id else None


async def kept_comparison(transaction: Transaction, run: Run, request: Request | None) -> Comparison | None:
    """What was worked out before."""
    if promotion_in(request) is None or run.plan_id is None:
        return None
    return decode_comparison(await transaction.plans.comparison(run.plan_id))
