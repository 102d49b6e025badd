"""From what a person wrote to the workspace or the run that they mean, read afresh."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from bot.core.commands.runs import RunReference
from bot.core.errors import NoCurrentRun, NotVisible, UnknownRun, UnknownWorkspace
from bot.core.policy import Actor, Person
from bot.core.workspaces import Workspace, is_called, near_names, spelled_as, spelled_or_alike
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
        """The workspace, as the server shows it now; UnknownWorkspace offers near names that the actor may read.

        The name is taken as it is spelled, else in any capitals; where several fit, UnknownWorkspace asks which is meant. What the actor
        may not read is not there.
        """
        person = await self._access.demand_membership(actor)
        found, is_hidden = await self._meant(written, person)
        if len(found) == 1:
            return found[0]
        if not found:
            await self._access.demand_groups()
        unknown = UnknownWorkspace(written, [one.full_name for one in found] or await self._near(written.rpartition("/")[2], actor))
        unknown.is_hidden = is_hidden
        raise unknown

    async def _meant(self, written: str, person: Person) -> tuple[tuple[Workspace, ...], bool]:
        """Return the readable workspaces that the name may mean, read afresh, and whether it means nothing but hidden ones."""
        organization, slash, name = written.rpartition("/")
        asked = self._asked(organization) if slash else self._organizations
        found = await self._read_all((one, name) for one in asked)
        if exact := await self._readable(person, [one for one in found if spelled_as(written, one) == written]):
            return exact, False
        # A server may answer to other capitals than its own, or not. In both cases another workspace may differ by capitals alone,
        # which only our own rows tell.
        ours = {one.casefold() for one in asked}
        async with self._store.read() as transaction:
            alike = [one for one in await transaction.workspaces.alike(name) if one.organization.casefold() in ours] if name else []
        more = [one for one in await self._read_all((one.organization, one.name) for one in alike) if is_called(written, one)]
        there = {one.id: one for one in (*found, *more)}.values()
        readable = await self._readable(person, there)
        return readable, bool(there) and not readable

    async def _readable(self, person: Person, workspaces: Iterable[Workspace]) -> tuple[Workspace, ...]:
        return tuple([one for one in workspaces if await self._access.may_read(person, one)])

    def _asked(self, organization: str) -> tuple[str, ...]:
        """Return the organization that is spelled so, else those in any capitals."""
        return spelled_or_alike(organization, self._organizations, str)

    async def _read_all(self, names: Iterable[tuple[str, str]]) -> list[Workspace]:
        found = await asyncio.gather(*(self._read(organization, name) for organization, name in names))
        return [one for one in found if one is not None]

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
