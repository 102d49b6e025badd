"""What comes when the clock of a waiting gate strikes: people are reminded, warned, and at last a run is discarded where the file says so.

Each step is written together with the messages that it wants, under the gate's lock, so that it happens once, and never after a decision.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.core.commands.runs import RunReference
from bot.core.errors import AlreadyDecided, NothingWaits, NotPossibleNow, RunbellError, TooMany
from bot.core.messages import Kind, Message
from bot.core.moments import duration_words
from bot.core.pace import Pace
from bot.core.policy import Actor, Place, Right
from bot.core.reminders import Step, Waiting, coming, expires_at, snoozed, told
from bot.core.repetitions import SNOOZES_MOST, Repetition, RepetitionKind
from bot.core.workspaces import Workspace
from bot.services.access import Access
from bot.services.approvals import Approvals
from bot.services.audits import fold_ended
from bot.services.clocks import Clocks, Scene, begin
from bot.services.finding import Finder
from bot.services.ports import Clock, Store, Transaction, Wake
from bot.services.reading import Reader
from bot.services.sharing import Sharing
from bot.services.voting import Voting

log = structlog.get_logger(__name__)

DIRECT_MOST = 20
"""How many people are written to about one run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snoozed:
    run_id: str
    workspace: Workspace
    until: datetime


class Reminders:
    def __init__(
        self,
        store: Store,
        clocks: Clocks,
        reader: Reader,
        finder: Finder,
        access: Access,
        sharing: Sharing,
        voting: Voting,
        approvals: Approvals,
        clock: Clock,
        pace: Pace,
        wake_painter: Wake,
    ) -> None:
        self._store = store
        self._clocks = clocks
        self._reader = reader
        self._finder = finder
        self._access = access
        self._sharing = sharing
        self._voting = voting
        self._approvals = approvals
        self._clock = clock
        self._pace = pace
        self._wake_painter = wake_painter
        self._put_off: dict[str, datetime] = {}

    async def tick(self, now: datetime) -> None:
        async with self._store.write() as transaction:
            scenes, raised = await self._clocks.keep(transaction, now)
        if raised:
            self._wake_painter()
        self._put_off = {run_id: until for run_id, until in self._put_off.items() if until > now}
        for scene in scenes:
            if scene.waiting.next_at is not None and scene.waiting.next_at <= now and scene.run.id not in self._put_off:
                await self._try(scene, now)

    async def _try(self, scene: Scene, now: datetime) -> None:
        """One that cannot be done now holds up no other, and is tried again after a while."""
        try:
            await self._strike(scene, now)
        except (AlreadyDecided, NotPossibleNow):
            return
        except RunbellError as trouble:
            log.warning("reminder_put_off", run=scene.run.id, error=trouble.sentence)
            self._put_off[scene.run.id] = now + timedelta(seconds=self._pace.remind_again)

    async def _strike(self, scene: Scene, now: datetime) -> None:
        due = coming(scene.rule, scene.waiting, asked_here=scene.asked_here)
        if due is None:
            return
        if due.step is Step.EXPIRY:
            await self._expire(scene, now)
            return
        people = await self._people(scene) if due.step is Step.DIRECT else ()
        async with self._store.write() as transaction:
            if await is_open(transaction, scene.waiting) and await transaction.reminders.move(
                scene.waiting, scene.planned(told(scene.waiting, due.step, now))
            ):
                await self._say(transaction, scene, due.step, people, now)
        self._wake_painter()

    async def _people(self, scene: Scene) -> tuple[str, ...]:
        """Who can still approve. Where that is nobody in particular, the thread is told once more."""
        found = await self._voting.candidates(await self._reader.read(scene.run.id))
        return tuple(sorted(found))[:DIRECT_MOST]

    async def _say(self, transaction: Transaction, scene: Scene, step: Step, people: Iterable[str], now: datetime) -> None:
        called = called_in(await transaction.messages.of_subject(scene.run.id), scene.waiting.gate)
        end = expires_at(scene.rule, scene.waiting, now) if step is Step.WARNING else None
        group = scene.rule.escalate if step is Step.GROUP else ""
        told_of = {"about": next(iter(called), ""), "gate": scene.waiting.gate}
        text = json.dumps({"step": step.value, "group": group, "expires": end.isoformat() if end else ""} | told_of)
        key = f"{step}:{int(now.timestamp())}"
        for person in people:
            await transaction.messages.want(scene.run.id, person, Kind.REMINDER, key, text=text)
        for channel in called if not people else ():
            await transaction.messages.want(scene.run.id, channel, Kind.REMINDER, key, text=text, in_thread=True)

    async def _expire(self, scene: Scene, now: datetime) -> None:
        async with self._store.read() as transaction:
            called = called_in(await transaction.messages.of_subject(scene.run.id), scene.waiting.gate)
        why = f"Nobody decided within {duration_words(now - scene.waiting.began_at)}, so it expired"
        await self._approvals.expire(scene.waiting, next(iter(called), ""), why)
        log.info("run_expired", run=scene.run.id, workspace=scene.workspace.full_name)

    async def snooze(self, reference: RunReference, span: timedelta, actor: Actor, place: Place) -> Snoozed:
        """Let nothing come for a while. With the right to decide; NothingWaits where there is nothing to wait for."""
        await self._sharing.demand_ours(place)
        found = await self._finder.run(reference, actor)
        person = await self._access.demand(actor, Right.DECIDE, found.workspace)
        now = self._clock.now()
        async with self._store.write() as transaction:
            await begin(transaction, now)
            scene = await self._clocks.scene_of(transaction, found.run.id)
            if scene is None:
                raise NothingWaits(found.run.id)
            await transaction.requests.begin()
            await demand_few_snoozes(transaction, person.id, place.channel, now)
            await transaction.reminders.move(scene.waiting, scene.planned(snoozed(scene.waiting, now + span, person.id)))
        return Snoozed(run_id=found.run.id, workspace=found.workspace, until=now + span)


async def demand_few_snoozes(transaction: Transaction, person: str, channel: str, now: datetime) -> None:
    """TooMany where the person has snoozed as often in the channel of late; what is refused is rolled back, and so not counted."""
    await fold_ended(transaction, now)
    snooze = Repetition(kind=RepetitionKind.SNOOZE, person=person, channel=channel, began_at=now, last_at=now)
    if await transaction.repetitions.count(snooze) > SNOOZES_MOST:
        raise TooMany("snoozes an hour", SNOOZES_MOST, "Discard runs that nobody will decide, or try again in an hour.")


async def is_open(transaction: Transaction, waiting: Waiting) -> bool:
    """Under the gate's lock: whether nobody has decided, and the run still asks."""
    number = await transaction.gates.lock(waiting.run_id, waiting.gate)
    stored = await transaction.runs.get(waiting.run_id)
    asks = stored is not None and stored.run.gate == waiting.gate
    return asks and await transaction.gates.decision(waiting.run_id, waiting.gate, number) is None


def called_in(messages: Iterable[Message], gate: str) -> Mapping[str, Message]:
    """The channels in which people were called to a gate, in the order in which that was done."""
    found: dict[str, Message] = {}
    for message in messages:
        calls = message.gate == gate if message.kind is Kind.CALL else message.kind is Kind.CARD and message.text == gate
        if calls:
            found.setdefault(message.channel, message)
    return found
