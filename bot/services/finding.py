"""From what a person wrote to the workspace or the run that they mean, read afresh."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.core.commands.runs import RunReference
from bot.core.errors import NoCurrentRun, NotVisible, UnknownRun, UnknownWorkspace
from bot.core.policy import Actor
from bot.core.workspaces import Workspace, near_names
from bot.services.access import Access
from bot.services.ports import Runs, Store
from bot.services.reading import Found, Reader

Asks = Callable[[Found], Awaitable[bool]]
"""Whether a run asks for the vote of the person in question."""


class Finder:
    """Finds what the actor may read. Anything else does not exist for them, and is answered so, to the letter."""

    def __init__(self, runs: Runs, store: Store, reader: Reader, access: Access, organizations: tuple[str, ...]) -> None:
        self._runs = runs
        self._store = store
        self._reader = reader
        self._access = access
        self._organizations = organizations

    async def workspace(self, written: str, actor: Actor) -> Workspace:
        """The workspace, as the server shows it now; UnknownWorkspace offers near names that the actor may read."""
        person = await self._access.demand_membership(actor)
        organization, slash, name = written.rpartition("/")
        asked = [one for one in self._organizations if not slash or one.lower() == organization.lower()]
        there = [one for one in await asyncio.gather(*(self._read(one, name) for one in asked)) if one is not None]
        found = [one for one in there if await self._access.may_read(person, one)]
        if len(found) == 1:
            return found[0]
        if not found:
            await self._access.demand_groups()
        unknown = UnknownWorkspace(written, [one.full_name for one in found] or await self._near(name, actor))
        unknown.is_hidden = bool(there) and not found
        raise unknown

    async def run(self, reference: RunReference, actor: Actor, asks: Asks | None = None) -> Found:
        """The run by its id, or the current one of a workspace. `asks` lets a person through whom the rules ask about a run by its id."""
        if reference.run_id:
            return await seen_run(self._reader, self._access, reference.run_id, actor, asks)
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


async def seen_run(reader: Reader, access: Access, run_id: str, actor: Actor, asks: Asks | None = None) -> Found:
    """The run, as the server shows it now. UnknownRun where the actor may not read it, as for one that does not exist."""
    await access.demand_membership(actor)
    try:
        found = await reader.read(run_id)
    except UnknownRun:
        await access.demand_groups()
        raise
    try:
        await access.demand_seen(actor, found.workspace, UnknownRun(run_id))
    except UnknownRun:
        if asks is None or not await asks(found):
            raise
    return found
