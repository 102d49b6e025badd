"""Pages of what is known, inside one transaction: no more rows are read than a page takes."""

from __future__ import annotations

from typing import Protocol

from bot.core.listings import RunsWanted, Scope, Turn
from bot.core.stored import StoredRun
from bot.core.workspaces import Workspace


class ListingRows(Protocol):
    """Rows in the direction of a turn, at most so many. A scope may let pass more than it means: whoever shows a row asks again."""

    async def workspaces(self, scope: Scope, turn: Turn, most: int) -> tuple[Workspace, ...]:
        """By organization and name."""

    async def runs(self, wanted: RunsWanted, turn: Turn, most: int) -> tuple[StoredRun, ...]:
        """The newest first."""

    async def waiting(self, scope: Scope, turn: Turn, most: int) -> tuple[StoredRun, ...]:
        """What waits for a person, the longest waiting first."""

    async def live(self, workspace_id: str, most: int = 200) -> tuple[StoredRun, ...]:
        """A workspace's runs that have not ended, the oldest first."""
