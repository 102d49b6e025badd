"""A decision written on the run itself, where the server did not keep the comment that came with the action. Best effort, once."""

from __future__ import annotations

import structlog

from bot.core.decisions import Intent
from bot.core.errors import RunbellError
from bot.services.ports import Histories, Runs

log = structlog.get_logger(__name__)


class Mirror:
    """A server that has kept the comment of one action keeps those of others, so it is not asked again."""

    def __init__(self, runs: Runs, histories: Histories) -> None:
        self._runs = runs
        self._histories = histories
        self._is_kept = False

    async def __call__(self, intent: Intent) -> None:
        """Leave the intent's comment on its run, unless it stands there already."""
        comment = intent.payload.get("comment", "")
        if self._is_kept or not intent.run_id or not comment:
            return
        try:
            self._is_kept = any(intent.reference in one for one in await self._runs.comments(intent.run_id))
            if not self._is_kept:
                await self._histories.comment(intent.run_id, comment)
        except RunbellError as trouble:
            log.info("decision_not_mirrored", run=intent.run_id, intent=intent.id, error=trouble.sentence)
