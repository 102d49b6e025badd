"""A run that has failed is started once more: the same configuration version, the same kind, and never one that applies by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.core.commands.promotions import Retry
from bot.core.errors import CannotRetry
from bot.core.origins import Origin, OriginKind
from bot.core.policy import Actor, Place, Right
from bot.core.retries import NO_OPTIONS, RunOptions, objection_to_retry, wish_to_retry
from bot.core.runs import Run
from bot.services.access import Access
from bot.services.finding import Finder
from bot.services.launches import Launches, Started
from bot.services.ports import Store
from bot.services.reading import Found
from bot.services.versions import Versions
from bot.services.wishes import words_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Retried:
    """`run` is the one that has failed."""

    started: Started
    run: Run
    origin: Origin


class Retries:
    def __init__(self, store: Store, finder: Finder, access: Access, versions: Versions, launches: Launches) -> None:
        self._store = store
        self._finder = finder
        self._access = access
        self._versions = versions
        self._launches = launches

    async def retry(self, wish: Retry, actor: Actor, place: Place, *, only_once: bool = False) -> Retried:
        """CannotRetry for a run that did not fail, or that was started with what is not known or not ours to repeat.

        `only_once`: HandedOnBefore where a retry of it goes on.
        """
        found = await self._finder.run(wish.run, actor)
        run, workspace = found.run, found.workspace
        await self._access.demand(actor, Right.START, workspace)
        asked, names = await self._asked(run)
        options = self._options(found, names)
        if objection := objection_to_retry(run, options):
            raise CannotRetry(run.id, objection, workspace.full_name)
        origin = await self._versions.of_run(found, OriginKind.RETRY, plan_only=run.plan_only)
        again = wish_to_retry(run, options, workspace.full_name, asked, debugging=wish.debugging)
        started = await self._launches.start(again, actor, place, origin, only_once=only_once)
        return Retried(started=started, run=run, origin=origin)

    async def _asked(self, run: Run) -> tuple[str, tuple[str, ...]]:
        """The run's message as somebody wrote it, and the names of the variables that it was given from here."""
        async with self._store.read() as transaction:
            creating = await transaction.intents.creating(run.id)
        if creating is None:
            return run.message, ()
        return creating.payload.get("message", ""), words_in(creating.payload, "variables")

    def _options(self, found: Found, names: tuple[str, ...]) -> RunOptions:
        """What the server tells and what we know: some servers do not tell of variables."""
        options = found.reading.options if found.reading is not None else NO_OPTIONS
        return replace(options, variables=tuple(dict.fromkeys((*options.variables, *names))))
