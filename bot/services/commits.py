"""Which commit a run plans: no list says so, so where version control may have begun many runs at once they are read by their ids."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.core.errors import TerraformTrouble
from bot.core.runs import Commit, Run
from bot.core.watches import is_news
from bot.services.bursts import CARDS_MOST
from bot.services.ports import RunReading, Runs, Store
from bot.services.recording import Sighting

log = structlog.get_logger(__name__)

READS_MOST = 200
"""Runs that are read for one page; what is beyond that gets cards of its own."""


class Commits:
    def __init__(self, runs: Runs, store: Store, within: timedelta) -> None:
        self._runs = runs
        self._store = store
        self._within = within

    async def told(self, sightings: Sequence[Sighting], now: datetime) -> list[Sighting]:
        """The same, with the commits of those that nobody has seen before, where they may be a burst. One that cannot be read stays so.

        Runs that ended too long ago to be news are nobody's burst.
        """
        lacking = [one for one in sightings if one.run.lacks_commit and one.run.created_at is not None and is_news(one.run, now)]
        if not lacking:
            return list(sightings)
        async with self._store.read() as transaction:
            known = await transaction.runs.many([one.run.id for one in lacking])
            recent = [stored.run for stored in await transaction.runs.live() if stored.run.source == lacking[0].run.source]
        fresh = [one for one in lacking if one.run.id not in known]
        many = [one for one in fresh if self._may_be_many(one.run, [*(other.run for other in fresh), *recent])][:READS_MOST]
        read = dict(zip([one.run.id for one in many], await asyncio.gather(*map(self._read, many)), strict=True))
        return [read.get(one.run.id, one) for one in sightings]

    def _may_be_many(self, run: Run, others: Sequence[Run]) -> bool:
        near = {one.id for one in others if is_near(one.created_at, run.created_at, self._within)}
        return len(near) > CARDS_MOST

    async def _read(self, sighting: Sighting) -> Sighting:
        try:
            reading = await self._runs.read_run(sighting.run.id, hurry=False)
        except TerraformTrouble as trouble:
            log.warning("commit_unread", run=sighting.run.id, error=trouble.sentence)
            return sighting
        return Sighting(run_of(reading), sighting.workspace, reading.plan)


def is_near(one: datetime | None, other: datetime | None, within: timedelta) -> bool:
    return one is not None and other is not None and abs(one - other) <= within


def run_of(reading: RunReading) -> Run:
    """The run as it was read, with the commit that its configuration came from."""
    ingress = reading.configuration.ingress if reading.configuration is not None else None
    if ingress is None or not ingress.commit_sha:
        return reading.run
    commit = Commit(sha=ingress.commit_sha, author=ingress.sender, url=ingress.commit_url, message=ingress.commit_message)
    return replace(reading.run, commit=commit)
