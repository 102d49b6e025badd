"""From what a person wrote to the workspace or the run that they mean, read afresh."""

from __future__ import annotations

import asyncio

from bot.core.commands.runs import RunReference
from bot.core.errors import NoCurrentRun, NotVisible, UnknownWorkspace
from bot.core.policy import Actor
from bot.core.workspaces import Workspace, near_names
from bot.services.access import Access
from bot.services.ports import Runs, Store
from bot.services.reading import Found, Reader


class Finder:
    def __init__(self, runs: Runs, store: Store, reader: Reader, access: Access, organizations: tuple[str, ...]) -> None:
        self._runs = runs
        self._store = store
        self._reader = reader
        self._access = access
        self._organizations = organizations

    async def workspace(self, written: str, actor: Actor) -> Workspace:
        """The workspace, as the server shows it now; UnknownWorkspace offers near names that the actor may read."""
        organization, slash, name = written.rpartition("/")
        asked = [one for one in self._organizations if not slash or one.lower() == organization.lower()]
        found = [one for one in await asyncio.gather(*(self._read(one, name) for one in asked)) if one is not None]
        if len(found) == 1:
            return found[0]
        raise UnknownWorkspace(written, [one.full_name for one in found] or await self._near(name, actor))

    async def run(self, reference: RunReference, actor: Actor) -> Found:
        """The run by its id, or the current one of a workspace."""
        if reference.run_id:
            return await self._reader.read(reference.run_id)
        workspace = await self.workspace(reference.workspace, actor)
        if workspace.current_run_id is None:
            raise NoCurrentRun(workspace.full_name)
        return await self._reader.read(workspace.current_run_id)

    async def _read(self, organization: str, name: str) -> Workspace | None:
        try:
            return await self._runs.read_workspace(organization, name)
        except NotVisible:
            return None

    async def _near(self, name: str, actor: Actor) -> tuple[str, ...]:
        async with self._store.read() as transaction:
            known = await transaction.workspaces.all()
        return near_names(name, [one.name for one in await self._access.readable(actor, known)])
