"""Whether the first run of a configuration version that we know of is the first there was: runs from before our time are on the server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from bot.core.authors import ConfigurationAuthor, authors_seen, first_run
from bot.core.errors import TerraformTrouble
from bot.core.identities import InvolvedBy
from bot.core.runs import Run
from bot.services.authors import Authorship
from bot.services.ports import Runs
from bot.services.reading import Found

log = structlog.get_logger(__name__)

PAGES_MOST = 3
PAGE_SIZE = 100
KEPT_MOST = 2000


class FirstRuns:
    """What was found out is kept: a version has one first run for good."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._found: dict[tuple[str, str], ConfigurationAuthor | None] = {}

    async def told(self, found: Found, past: Authorship) -> Authorship:
        """The same, with the first run that the server shows; without one where nothing proves that it is the first."""
        known = past.authors.get(InvolvedBy.FIRST_RUN)
        if known is None or InvolvedBy.UPLOAD in past.authors:
            return past
        first = await self._first(found, known, past.first_in or found.run.workspace_id)
        authors = dict(past.authors)
        if first is None:
            del authors[InvolvedBy.FIRST_RUN]
        else:
            authors[InvolvedBy.FIRST_RUN] = first
        return replace(past, authors=authors)

    async def _first(self, found: Found, known: ConfigurationAuthor, workspace_id: str) -> ConfigurationAuthor | None:
        key = (known.configuration_version_id, known.run_id)
        if key in self._found:
            return self._found[key]
        try:
            runs = await self._since(workspace_id, uploaded_at(found))
        except TerraformTrouble as trouble:
            log.info("first_run_unread", run=found.run.id, error=trouble.sentence)
            return None
        of_version = [run for run in runs or () if run.configuration_version_id == known.configuration_version_id]
        if len(self._found) >= KEPT_MOST:
            self._found.clear()
        # A list that lacks the run that we know is another workspace's, or the server does not say what runs were given.
        shows_known = any(run.id == known.run_id for run in of_version)
        self._found[key] = first_run([known, *rows_of(of_version, known)]) if shows_known else None
        return self._found[key]

    async def _since(self, workspace_id: str, moment: datetime | None) -> Sequence[Run] | None:
        """All runs of a workspace that were created since then; None where there are more than are read."""
        runs: list[Run] = []
        page: int | None = 1
        for _ in range(PAGES_MOST):
            if page is None:
                break
            listed = await self._runs.list_workspace_runs(workspace_id, page=page, size=PAGE_SIZE)
            runs += listed.runs
            page = listed.next_page
            if moment is not None and any(run.created_at is not None and run.created_at < moment for run in listed.runs):
                return runs
        return runs if page is None else None


def uploaded_at(found: Found) -> datetime | None:
    told = found.reading.configuration if found.reading is not None else None
    return told.timestamps.get("uploaded") if told is not None else None


def rows_of(runs: Sequence[Run], known: ConfigurationAuthor) -> list[ConfigurationAuthor]:
    """As `authors_seen`, of runs other than the one that is known: of that our own rows tell more."""
    return [row for run in runs if run.id != known.run_id for row in authors_seen(run, is_ours=False)]
