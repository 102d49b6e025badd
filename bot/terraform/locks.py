"""A workspace by itself, and its lock."""

from __future__ import annotations

import asyncio
import time
from http import HTTPStatus

from bot.core.errors import TerraformFailed
from bot.core.locks import Lock
from bot.core.workspaces import WorkspaceDetail
from bot.terraform.documents import decode_lock, decode_workspace_detail
from bot.terraform.exchanges import Exchanges
from bot.terraform.lists import Lists
from bot.terraform.paths import encodable, path_of

LADDER = ("organization,locked_by", "locked_by")


class LocksClient:
    def __init__(self, exchanges: Exchanges, lists: Lists) -> None:
        self._exchanges, self._lists = exchanges, lists

    async def detail(self, workspace_id: str) -> WorkspaceDetail:
        """A workspace by its id, with who holds its lock."""
        what = f"Workspace {workspace_id}"
        return decode_workspace_detail(await self._lists.read_with(LADDER, path_of(what, "workspaces", workspace_id), what))

    async def detail_by_name(self, organization: str, name: str) -> WorkspaceDetail:
        what = f"Workspace {organization}/{name}"
        path = path_of(what, "organizations", organization, "workspaces", name)
        return decode_workspace_detail(await self._lists.read_with(LADDER, path, what), organization)

    async def lock(self, workspace_id: str, reason: str) -> Lock:
        """StateMovedOn where it is locked already."""
        return await self._done(workspace_id, "lock", {"reason": encodable(reason)})

    async def unlock(self, workspace_id: str) -> Lock:
        """StateMovedOn where it is not locked, or by somebody else. While a state is still being written the server says 503, and is
        asked again.
        """
        until = self._exchanges.deadline()
        while True:
            try:
                return await self._done(workspace_id, "unlock")
            except TerraformFailed as failed:
                pause = self._exchanges.pace.retry_first / 2
                if failed.status != HTTPStatus.SERVICE_UNAVAILABLE or time.monotonic() + pause >= until:
                    raise
                await asyncio.sleep(pause)

    async def force_unlock(self, workspace_id: str) -> Lock:
        """Whoever holds it; the token's team has to be an admin of the workspace, else NotVisible."""
        return await self._done(workspace_id, "force-unlock")

    async def _done(self, workspace_id: str, action: str, document: dict[str, str] | None = None) -> Lock:
        what = f"Workspace {workspace_id}"
        return decode_lock(await self._exchanges.write(path_of(what, "workspaces", workspace_id, "actions", action), what, document))
