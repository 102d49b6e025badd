"""The one place where a look at a run is written down, and where what people shall hear of it is decided."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.core.decisions import Deed, Intent
from bot.core.errors import MembershipUnread
from bot.core.messages import Kind, Message
from bot.core.plans import PlanFacts
from bot.core.runs import Run
from bot.core.stored import StoredRun
from bot.core.watches import Ear, Measure, Watch, strongest, tidings
from bot.core.workspaces import Workspace
from bot.services.access import Access
from bot.services.ports import Clock, Store, Transaction, Wake

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sighting:
    """A run as somebody has just seen it, with its workspace, and its plan where it came along."""

    run: Run
    workspace: Workspace
    plan: PlanFacts | None = None


class Recorder:
    """Writes snapshots and raises messages, in one transaction a page; then wakes the painter."""

    def __init__(self, store: Store, access: Access, clock: Clock, wake_painter: Wake) -> None:
        self._store = store
        self._access = access
        self._clock = clock
        self._wake_painter = wake_painter
        self._unheard: set[str] = set()

    async def record(self, sightings: Sequence[Sighting], asked_at: datetime, *, whole: Iterable[Workspace] = ()) -> int:
        """Write what has changed; how many runs did. `whole` are workspaces to note even where no run of theirs was seen."""
        workspaces = {one.id: one for one in (*whole, *(sighting.workspace for sighting in sightings))}
        ears = await self._listeners({sighting.workspace.id: sighting.workspace for sighting in sightings}.values())
        async with self._store.write() as transaction:
            await transaction.workspaces.put(tuple(workspaces.values()), asked_at)
            known = await transaction.runs.many([sighting.run.id for sighting in sightings])
            changed = [one for one in sightings if await self._write(transaction, one, known.get(one.run.id), asked_at)]
            for sighting in changed:
                await self._raise(transaction, sighting.run, ears.get(sighting.workspace.id))
        if changed:
            self._wake_painter()
        return len(changed)

    async def reconsider(self, runs: Iterable[StoredRun], workspaces: Mapping[str, Workspace]) -> None:
        """Ask again who hears of runs that have not moved: a watch is new, or a right could not be read before."""
        stored = [one for one in runs if one.run.workspace_id in workspaces]
        ears = await self._listeners({workspaces[one.run.workspace_id] for one in stored})
        async with self._store.write() as transaction:
            for one in stored:
                await self._raise(transaction, one.run, ears.get(one.run.workspace_id), moved=False)
        self._wake_painter()

    async def reconsider_unheard(self) -> None:
        """Runs whose listeners could not be told apart when they were seen, since Slack did not say who may read."""
        if not self._unheard:
            return
        run_ids, self._unheard = sorted(self._unheard), set()
        async with self._store.read() as transaction:
            stored = (await transaction.runs.many(run_ids)).values()
            workspaces = {one.id: one for one in await transaction.workspaces.all()}
        await self.reconsider(stored, workspaces)

    async def _write(self, transaction: Transaction, sighting: Sighting, known: StoredRun | None, asked_at: datetime) -> bool:
        plan_is_new = await put_plan(transaction, sighting.plan)
        run = completed(sighting.run, known)
        if known is not None and known.run == run:
            return plan_is_new
        return await transaction.runs.put(run, asked_at) or plan_is_new

    async def _raise(self, transaction: Transaction, run: Run, measures: Mapping[str, Measure] | None, *, moved: bool = True) -> None:
        if measures is None:
            self._unheard.add(run.id)
        messages = await transaction.messages.of_subject(run.id)
        for ear in await ears_of(transaction, run, measures or {}, messages):
            for wanted in tidings(run, ear, self._clock.now()):
                await transaction.messages.want(run.id, wanted.channel, wanted.kind, wanted.gate, text=wanted.says)
        if moved and messages:
            await transaction.messages.raise_wanted(run.id)

    async def _listeners(self, workspaces: Iterable[Workspace]) -> dict[str, dict[str, Measure]]:
        """For each workspace the channels that watch it; one whose watchers' rights cannot be read now is left out."""
        wanted = list(workspaces)
        async with self._store.read() as transaction:
            watches = await transaction.watches.all()
            seen = await transaction.workspaces.first_seen([workspace.id for workspace in wanted])
        heard = await asyncio.gather(*(self._watching(one, watches, seen.get(one.id)) for one in wanted))
        return {workspace.id: found for workspace, found in zip(wanted, heard, strict=True) if found is not None}

    async def _watching(self, workspace: Workspace, watches: Iterable[Watch], first_seen: datetime | None) -> dict[str, Measure] | None:
        matching = [watch for watch in watches if watch.covers(workspace)]
        try:
            return strongest([watch for watch in matching if await self._still_may(watch, workspace, first_seen)])
        except MembershipUnread:
            log.warning("watch_unread", workspace=workspace.full_name)
            return None

    async def _still_may(self, watch: Watch, workspace: Workspace, first_seen: datetime | None) -> bool:
        """A watch was judged when it was made; a workspace that came later is judged now."""
        if watch.created_at is not None and first_seen is not None and first_seen <= watch.created_at:
            return True
        return await self._access.owner_reads(watch.owner, workspace)


def completed(run: Run, known: StoredRun | None) -> Run:
    """Not every look brings the name of the run's creator along; it does not change, so one that was known stays."""
    return replace(run, created_by=known.run.created_by) if known is not None and run.created_by is None else run


async def put_plan(transaction: Transaction, plan: PlanFacts | None) -> bool:
    if plan is None or await transaction.plans.get(plan.plan_id) == plan:
        return False
    await transaction.plans.put(plan)
    return True


async def ears_of(transaction: Transaction, run: Run, measures: Mapping[str, Measure], messages: Sequence[Message]) -> list[Ear]:
    creating = await transaction.intents.creating(run.id)
    decision = await transaction.gates.latest(run.id)
    started = started_in(creating)
    decided = decision.channel if decision else ""
    cards = {message.channel: message for message in messages if message.kind is Kind.CARD}
    channels = dict.fromkeys([*measures, *filter(None, (started, decided))])
    return [
        Ear(
            channel=channel,
            measure=measures.get(channel),
            started_here=channel == started,
            decided_here=channel == decided,
            has_card=channel in cards,
            card_said=cards[channel].text if channel in cards else "",
        )
        for channel in channels
    ]


def started_in(creating: Intent | None) -> str:
    return creating.channel if creating is not None and creating.deed is Deed.CREATE else ""
