"""A decision written on the run itself, where the server did not keep the comment that came with the action. Best effort, once."""

from __future__ import annotations

import structlog

from bot.core.decisions import Deed, Intent
from bot.core.errors import RunbellError
from bot.core.signatures import has_reference
from bot.services.ports import Histories, Runs

log = structlog.get_logger(__name__)


class Mirror:
    """A server that has kept the comment of one action keeps those of others, so it is not asked again; but for overrides, of which the
    API does not say what becomes of their comments.
    """

    def __init__(self, runs: Runs, histories: Histories) -> None:
        self._runs = runs
        self._histories = histories
        self._is_kept = False

    async def __call__(self, intent: Intent) -> None:
        """Leave the intent's comment on its run, unless it stands there already."""
        comment = intent.payload.get("comment", "")
        is_override = intent.deed is Deed.OVERRIDE
        if (self._is_kept and not is_override) or not intent.run_id or not comment:
            return
        try:
            is_there = any(has_reference(one, intent.id) for one in await self._runs.comments(intent.run_id))
            self._is_kept = self._is_kept or (is_there and not is_override)
            if not is_there:
                await self._histories.comment(intent.run_id, comment)
        except RunbellError as trouble:
            log.info("decision_not_mirrored", run=intent.run_id, intent=intent.id, error=trouble.sentence)
