"""A decision written on the run itself, where the server did not keep the comment that came with the action. Best effort, once."""

from __future__ import annotations

import structlog

from bot.core.decisions import Intent
from bot.core.errors import RunbellError
from bot.services.ports import Histories, Runs

log = structlog.get_logger(__name__)


class Mirror:
    def __init__(self, runs: Runs, histories: Histories) -> None:
        self._runs = runs
        self._histories = histories

    async def __call__(self, intent: Intent) -> None:
        """Leave the intent's comment on its run, unless it stands there already."""
        comment = intent.payload.get("comment", "")
        if not intent.run_id or not comment:
            return
        try:
            if not any(intent.reference in one for one in await self._runs.comments(intent.run_id)):
                await self._histories.comment(intent.run_id, comment)
        except RunbellError as trouble:
            log.info("decision_not_mirrored", run=intent.run_id, intent=intent.id, error=trouble.sentence)
