"""The one place where a look at a run is written down, and where what people shall hear of it is decided."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.core.authors import authors_seen
from bot.core.decisions import Decision, Deed, Intent
from bot.core.errors import MembershipUnread
from bot.core.messages import Kind, Message
from bot.core.plans import PlanFacts
from bot.core.runs import Run
from bot.core.stored import KnownRun, StoredRun
from bot.core.watches import Ear, Hearing, Measure, Watch, hearings, is_unwatched, tidings
from bot.core.workspaces import Workspace
from bot.services.access import Access
from bot.services.bursts import BURST, rollup_for
from bot.services.memory import Memory
from bot.services.notices import Notices, Told, notify
from bot.services.ports import Clock, Store, Transaction, Wake

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sighting:
    """A run as somebody has just seen it, with its workspace, and its plan where it came along."""

    run: Run
    workspace: Workspace
    plan: PlanFacts | None = None


def held(sighting: Sighting, known: KnownRun) -> Run | None:
    """The run as it is kept, where writing the sighting down would change nothing."""
    if known.stored is None or sighting.workspace != known.workspace or (sighting.plan is not None and sighting.plan != known.plan):
        return None
    return known.stored.run if completed(sighting.run, known.stored) == known.stored.run else None


class Recorder:
    """Writes snapshots and raises messages, in one transaction a page; then wakes the painter.

    `fallback` is the channel that is called where a run waits and no other channel would be, "" for none. `notices` tell people of runs
    of their own, where they are there.
    """

    def __init__(
        self, store: Store, access: Access, clock: Clock, wake_painter: Wake, *, fallback: str = "", burst_within: timedelta = BURST
    ) -> None:
        self._fallback = fallback
        self._burst_within = burst_within
        self._store = store
        self._access = access
        self._clock = clock
        self._wake_painter = wake_painter
        self._unheard: set[str] = set()
        self._memory = Memory()
        self.notices: Notices | None = None

    def news(self, sightings: Iterable[Sighting]) -> list[Sighting]:
        """Those of which the store may not hold everything yet; nothing is asked for it."""
        now = self._clock.now()
        return [one for one in sightings if one.plan is not None or not self._memory.has_run(one.run, now)]

    def unnoted(self, workspaces: Iterable[Workspace]) -> list[Workspace]:
        """As `news`, of workspaces."""
        now = self._clock.now()
        return [one for one in workspaces if not self._memory.has_workspace(one, now)]

    def forget(self, *ids: str) -> None:
        """Runs or workspaces that the store does not hold any more."""
        self._memory.forget(*ids)
        self._memory.forget_old(self._clock.now())

    async def record(self, sightings: Sequence[Sighting], asked_at: datetime, *, whole: Iterable[Workspace] = ()) -> int:
        """Write what has changed; how many runs did. `whole` are workspaces to note even where no run of theirs was seen."""
        workspaces = {one.id: one for one in (*whole, *(sighting.workspace for sighting in sightings))}
        ears = await self._listeners({sighting.workspace.id: sighting.workspace for sighting in sightings}.values())
        told = await self._told([sighting.run for sighting in sightings], workspaces)
        async with self._store.write() as transaction:
            await transaction.workspaces.put(tuple(workspaces.values()), asked_at)
            known = await transaction.runs.many([sighting.run.id for sighting in sightings])
            changed, held = await write(transaction, sightings, known, asked_at)
            past = await past_of(transaction, [one.run.id for one in changed])
            await note_authors(transaction, [one.run for one in changed], known, past)
            for sighting in sorted(changed, key=began):
                await self._raise(transaction, sighting.run, past, ears.get(sighting.workspace.id))
                await notify(transaction, sighting.run, told.get(sighting.run.id, frozenset()))
        self._remember(held, workspaces.values())
        if changed:
            self._wake_painter()
        return len(changed)

    def keep(self, run: Run, workspace: Workspace) -> None:
        """Remember both as the store was just found to hold them, where a look brought nothing new."""
        self._remember([run], [workspace])

    async def reconsider(self, runs: Iterable[StoredRun], workspaces: Mapping[str, Workspace]) -> None:
        """Ask again who hears of runs that have not moved: a watch is new, or a right could not be read before."""
        stored = [one for one in runs if one.run.workspace_id in workspaces]
        ears = await self._listeners({workspaces[one.run.workspace_id] for one in stored})
        told = await self._told([one.run for one in stored], workspaces)
        async with self._store.write() as transaction:
            past = await past_of(transaction, [one.run.id for one in stored])
            for one in stored:
                await self._raise(transaction, one.run, past, ears.get(one.run.workspace_id), moved=False)
                await notify(transaction, one.run, told.get(one.run.id, frozenset()))
        self._wake_painter()

    async def hearing(self, workspace: Workspace) -> Mapping[str, Hearing]:
        """The channels that hear of a workspace now; none where it cannot be known."""
        return (await self._listeners([workspace])).get(workspace.id, {})

    async def reconsider_unheard(self) -> None:
        """Runs whose listeners could not be told apart when they were seen, since Slack did not say who may read."""
        if not self._unheard:
            return
        run_ids, self._unheard = sorted(self._unheard), set()
        async with self._store.read() as transaction:
            stored = (await transaction.runs.many(run_ids)).values()
            workspaces = await transaction.workspaces.many([one.run.workspace_id for one in stored])
        await self.reconsider(stored, workspaces)

    def _remember(self, runs: Iterable[Run], workspaces: Iterable[Workspace]) -> None:
        now = self._clock.now()
        for run in runs:
            self._memory.keep_run(run, now)
        for workspace in workspaces:
            self._memory.keep_workspace(workspace, now)

    async def _raise(
        self, transaction: Transaction, run: Run, past: Past, hearing: Mapping[str, Hearing] | None, *, moved: bool = True
    ) -> None:
        messages = past.messages.get(run.id, ())
        ears = ears_of(run, past, hearing or {}, messages)
        if hearing is None:
            self._unheard.add(run.id)
        elif self._fallback:
            ears = with_fallback(ears, run, self._fallback, messages)
        for ear in ears:
            await self._want(transaction, run, ear)
        if moved and messages:
            await transaction.messages.raise_wanted(run.id)

    async def _want(self, transaction: Transaction, run: Run, ear: Ear) -> None:
        """What a channel shall hear; a run that is one of many of one commit becomes a line, which by itself calls nobody."""
        for wanted in tidings(run, ear, self._clock.now()):
            may_be_line = wanted.kind is Kind.CARD and not ear.started_here and not ear.decided_here
            rollup = await rollup_for(transaction, run, ear.channel, self._burst_within) if may_be_line else ""
            await transaction.messages.want(
                run.id,
                wanted.channel,
                wanted.kind,
                wanted.gate,
                text="" if rollup else wanted.says,
                parent=rollup,
                in_thread=wanted.in_thread,
                mentions=wanted.mentions,
            )
            if rollup:
                await transaction.messages.want(rollup, ear.channel, Kind.ROLLUP)
                await transaction.messages.raise_in_channel(ear.channel, [rollup])
                await self._want(transaction, run, replace(ear, has_card=True))

    async def _told(self, runs: Sequence[Run], workspaces: Mapping[str, Workspace]) -> Told:
        return await self.notices.told(runs, workspaces) if self.notices is not None else {}

    async def _listeners(self, workspaces: Iterable[Workspace]) -> dict[str, dict[str, Hearing]]:
        """For each workspace the channels that watch it; one whose watchers' rights cannot be read now is left out."""
        wanted = list(workspaces)
        async with self._store.read() as transaction:
            watches = await transaction.watches.all()
            seen = await transaction.workspaces.first_seen([workspace.id for workspace in wanted])
        heard = await asyncio.gather(*(self._watching(one, watches, seen.get(one.id)) for one in wanted))
        return {workspace.id: found for workspace, found in zip(wanted, heard, strict=True) if found is not None}

    async def _watching(self, workspace: Workspace, watches: Iterable[Watch], first_seen: datetime | None) -> dict[str, Hearing] | None:
        matching = [watch for watch in watches if watch.paused_at is None and watch.covers(workspace)]
        try:
            return hearings([watch for watch in matching if await self._still_may(watch, workspace, first_seen)])
        except MembershipUnread:
            log.warning("watch_unread", workspace=workspace.full_name)
            return None

    async def _still_may(self, watch: Watch, workspace: Workspace, first_seen: datetime | None) -> bool:
        """A watch was judged when it was made; a workspace that came later is judged now. What the file says is an operator's word."""
        if watch.source:
            return True
        if not watch.is_partial and watch.created_at is not None and first_seen is not None and first_seen <= watch.created_at:
            return True
        return await self._access.owner_reads(watch.owner, workspace)


def completed(run: Run, known: StoredRun | None) -> Run:
    """Not every look brings the name of the run's creator or its commit along; they do not change, so what was known stays.

    So does what waits to be overridden, for as long as the status is the same.
    """
    if known is None:
        return run
    hurdle = known.run.hurdle if run.hurdle is None and run.status_word == known.run.status_word else run.hurdle
    return replace(run, created_by=run.created_by or known.run.created_by, commit=run.commit or known.run.commit, hurdle=hurdle)


def began(sighting: Sighting) -> tuple[bool, float]:
    """In the order in which the server made them, whichever way round a list tells of them."""
    at = sighting.run.created_at
    return (at is None, at.timestamp() if at is not None else 0.0)


async def write(
    transaction: Transaction, sightings: Sequence[Sighting], known: Mapping[str, StoredRun], asked_at: datetime
) -> tuple[list[Sighting], list[Run]]:
    """What has changed, its plan or itself; and the runs that the store holds now just as they were seen."""
    planned = {one.run.id for one in sightings if await put_plan(transaction, one.plan)}
    runs = {one.run.id: completed(one.run, known.get(one.run.id)) for one in sightings}
    equal = {key for key, run in runs.items() if key in known and known[key].run == run}
    written = await transaction.runs.put_all([run for key, run in runs.items() if key not in equal], asked_at)
    changed = [replace(one, run=runs[one.run.id]) for one in sightings if one.run.id in written or one.run.id in planned]
    return changed, [run for key, run in runs.items() if key in equal or key in written]


@dataclass(frozen=True, slots=True)
class Past:
    """What was said and done about some runs so far, by their ids."""

    messages: Mapping[str, tuple[Message, ...]]
    creating: Mapping[str, Intent]
    decisions: Mapping[str, Decision]


async def past_of(transaction: Transaction, run_ids: Sequence[str]) -> Past:
    if not run_ids:
        return Past({}, {}, {})
    return Past(
        messages=await transaction.messages.of_subjects(run_ids),
        creating=await transaction.intents.creating_of(run_ids),
        decisions=await transaction.gates.latest_of(run_ids),
    )


async def note_authors(transaction: Transaction, runs: Sequence[Run], known: Mapping[str, StoredRun], past: Past) -> None:
    """Of runs that are new, or that name their creator or commit only now: what they show of who made their configuration.

    A version outlives its first run here, so what that run shows is kept apart from it.
    """
    news = [run for run in runs if run.id not in known or shows_author(run) != shows_author(known[run.id].run)]
    await transaction.authors.note([author for run in news for author in authors_seen(run, is_ours=run.id in past.creating)])


def shows_author(run: Run) -> tuple[object, ...]:
    return run.configuration_version_id, run.created_by, run.commit


async def put_plan(transaction: Transaction, plan: PlanFacts | None) -> bool:
    if plan is None or await transaction.plans.get(plan.plan_id) == plan:
        return False
    await transaction.plans.put(plan)
    return True


def with_fallback(ears: Sequence[Ear], run: Run, channel: str, messages: Sequence[Message]) -> list[Ear]:
    """The ears, and the fallback channel's where nobody else is called; once it has a card it goes on hearing."""
    card = next((one for one in messages if one.kind is Kind.CARD and one.channel == channel), None)
    if card is None and not is_unwatched(run, ears):
        return list(ears)
    usual = Ear(channel=channel, has_card=card is not None, card_said=card.text if card is not None else "")
    own = next((ear for ear in ears if ear.channel == channel), usual)
    measure = own.measure if own.measure is Measure.ALL else Measure.DECISIONS
    return [*(ear for ear in ears if ear.channel != channel), replace(own, measure=measure)]


def ears_of(run: Run, past: Past, hearing: Mapping[str, Hearing], messages: Sequence[Message]) -> list[Ear]:
    decision = past.decisions.get(run.id)
    started = started_in(past.creating.get(run.id))
    decided = decision.channel if decision else ""
    cards = {message.channel: message for message in messages if message.kind is Kind.CARD}
    channels = dict.fromkeys([*hearing, *filter(None, (started, decided))])
    return [
        Ear(
            channel=channel,
            measure=hearing[channel].measure if channel in hearing else None,
            started_here=channel == started,
            decided_here=channel == decided,
            has_card=channel in cards,
            card_said=cards[channel].text if channel in cards else "",
            in_thread=channel in hearing and hearing[channel].in_thread,
            mentions=channel in hearing and hearing[channel].mentions,
        )
        for channel in channels
    ]


def started_in(creating: Intent | None) -> str:
    return creating.channel if creating is not None and creating.deed is Deed.CREATE else ""


async def want_where_started(transaction: Transaction, run_id: str, now: datetime) -> None:
    """A run that others saw before we knew that it is ours (its creation was not answered) is told where it was asked for all the same.

    One that nobody has seen yet is told with the first look at it.
    """
    stored = await transaction.runs.get(run_id)
    if stored is None:
        return
    past = await past_of(transaction, [run_id])
    for ear in ears_of(stored.run, past, {}, past.messages.get(run_id, ())):
        for wanted in tidings(stored.run, ear, now):
            await transaction.messages.want(run_id, wanted.channel, wanted.kind, wanted.gate, text=wanted.says)
