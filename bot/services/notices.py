"""Direct messages about runs of one's own, for those who asked for them: when one waits for somebody, and when it has ended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

import structlog

from bot.core.decisions import Deed, Intent
from bot.core.errors import MembershipUnread
from bot.core.identities import KnownPerson
from bot.core.messages import Kind
from bot.core.policy import Actor
from bot.core.runs import Run
from bot.core.stored import StoredRun
from bot.core.watches import ENDED, is_news
from bot.core.workspaces import Workspace
from bot.services.access import Access
from bot.services.ports import Clock, Store, Transaction

log = structlog.get_logger(__name__)

DIRECT = "D"
"""What the id of direct messages begins with."""

Reconsider = Callable[[Iterable[StoredRun], Mapping[str, Workspace]], Awaitable[None]]
Told = Mapping[str, frozenset[str]]
"""Who hears of a run in direct messages, by its id; nobody of one that is absent."""


class Notices:
    """`people` is who is who on the server, as the file of rules says; a likeness of names tells nothing.

    `reconsider` asks again who hears of runs that have not moved.
    """

    def __init__(self, store: Store, access: Access, people: Sequence[KnownPerson], clock: Clock, reconsider: Reconsider) -> None:
        self._store = store
        self._access = access
        self._reconsider = reconsider
        self._clock = clock
        self._accounts = {name.casefold(): person.slack for person in people for name in person.terraform}

    async def ask(self, actor: Actor, *, wanted: bool | None) -> bool:
        """Say whether to be written to, and hear how it is from now on. What waits already is told at once."""
        person = await self._access.demand_membership(actor)
        async with self._store.write() as transaction:
            if wanted is None:
                return await transaction.preferences.hears_of_own(person.id)
            await transaction.requests.begin()
            await transaction.preferences.hear_of_own(person.id, self._clock.now(), wanted=wanted)
            started = await transaction.intents.started_by(person.id) if wanted else ()
            stored = (await transaction.runs.many([intent.run_id for intent in started if intent.run_id])).values()
            workspaces = await transaction.workspaces.many([one.run.workspace_id for one in stored])
        if wanted:
            await self._reconsider([one for one in stored if not one.run.is_final], workspaces)
        return wanted

    async def told(self, runs: Sequence[Run], workspaces: Mapping[str, Workspace]) -> Told:
        """Who is to hear of these runs: whoever started one, has asked to hear, and may read its workspace."""
        now = self._clock.now()
        telling = [run for run in runs if run.workspace_id in workspaces and (run.gate or (run.is_final and is_news(run, now)))]
        if not telling:
            return {}
        async with self._store.read() as transaction:
            if not await transaction.preferences.any_hears():
                return {}
            creating = await transaction.intents.creating_of([run.id for run in telling])
            starters = {run.id: self._starters(run, creating.get(run.id)) for run in telling}
            hearing = await transaction.preferences.hearing_of_own(frozenset().union(*starters.values()))
        return {run.id: await self._readers(starters[run.id] & hearing, workspaces[run.workspace_id]) for run in telling}

    def _starters(self, run: Run, creating: Intent | None) -> frozenset[str]:
        """A run that was started in direct messages with us tells there by itself how it goes."""
        if creating is not None and creating.deed is Deed.CREATE:
            return frozenset() if creating.channel.startswith(DIRECT) else frozenset({creating.person})
        return frozenset(self._accounts.get((run.created_by or "").casefold(), ()))

    async def _readers(self, people: frozenset[str], workspace: Workspace) -> frozenset[str]:
        found = set()
        for person in sorted(people):
            try:
                if await self._access.owner_reads(person, workspace):
                    found.add(person)
            except MembershipUnread:
                log.warning("notice_unread", workspace=workspace.full_name)
        return frozenset(found)


async def notify(transaction: Transaction, run: Run, people: frozenset[str]) -> None:
    """One message for each question and one for the end, however often the run is looked at."""
    about = ENDED if run.is_final else run.gate or ""
    for person in sorted(people) if about else ():
        await transaction.messages.want(run.id, person, Kind.NOTICE, about)
