"""Carries out what people have decided: each intent is sent once, and what became of a lost answer is read off the run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.core.decisions import Deed, Intent, IntentState, settle
from bot.core.errors import NotVisible, RequestRefused, RunbellError, SendTooLate, StoreBusy, TerraformRateLimited, TerraformTrouble
from bot.core.pace import Pace
from bot.core.runs import Run
from bot.core.signatures import has_reference
from bot.services.audits import note_intent
from bot.services.calls import Calls
from bot.services.notes import tell
from bot.services.ports import Clock, Store, Transaction, Wake
from bot.services.reading import Reader
from bot.services.recording import want_where_started
from bot.services.sending import SendCheck
from bot.services.values import Values
from bot.services.wishes import GONE, is_orphaned, lacks_values, masked, wish_of

log = structlog.get_logger(__name__)


class Judge(Protocol):
    async def __call__(self, intent: Intent) -> None:
        """Raise the RunbellError that speaks against carrying the intent out now."""


class Mirroring(Protocol):
    async def __call__(self, intent: Intent) -> None:
        """Have the run itself say what was decided. Raises nothing."""


@dataclass(frozen=True, slots=True)
class Loops:
    """What is woken when an intent has moved."""

    painter: Wake
    intents: Wake


class Intents:
    """`owner` names this process; `judge` is asked again where time has passed between the decision and the call, `check` always.

    `mirror` is told of each deed that was done to a run; `values` are what variables are set to for runs that were not sent yet.
    """

    def __init__(
        self, calls: Calls, store: Store, reader: Reader, clock: Clock, pace: Pace, loops: Loops, owner: str, check: SendCheck
    ) -> None:
        self._calls, self._runs = calls, calls.runs
        self._store = store
        self._reader = reader
        self._clock = clock
        self._pace = pace
        self._loops = loops
        self._owner = owner
        self._check = check
        self.judge: Judge | None = None
        self.mirror: Mirroring | None = None
        self.values = Values()

    async def carry_out(self, intent: Intent, *, say: bool = False) -> Intent:
        """Send an intent that was pending when it was read or written, once; as it stands then. A refusal is raised, with the gate free.

        `say`: nobody waits for the answer, so the channel hears what the last check forbids.
        """
        known = intent
        try:
            if intent.state is IntentState.PENDING and not lacks_values(intent, self.values.of(intent.id)):
                leased = await self._leased(intent, say=say)
                if leased is not None:
                    known = leased
                    await self._send(leased)
            async with self._store.read() as transaction:
                return await must_get(transaction, intent.id)
        except StoreBusy as trouble:
            # What was decided is committed and perhaps sent, so it is no longer true that nothing was done; `tick` goes on from here.
            log.warning("intent_waits", intent=intent.id, state=known.state, error=trouble.sentence)
            return known

    async def _leased(self, intent: Intent, *, say: bool) -> Intent | None:
        """The intent, committed as sent by us; None where it had moved: then it is not ours to send.

        What the last check forbids ends in the same transaction, and the objection is raised.
        """
        async with self._store.write() as transaction:
            objection = await self._check.objection(transaction, intent)
            now = self._clock.now()
            until = now + timedelta(seconds=self._pace.intent_lease)
            if objection is None:
                moved = await transaction.intents.move(intent, IntentState.SENT, owner=self._owner, lease_until=until, sent_at=now)
            else:
                moved = await self._end(transaction, intent, IntentState.REFUSED, objection.sentence, say=say)
                await transaction.gates.doubt([intent.run_id or ""])
        if not moved:
            return None  # another process sent or closed it: to say that nothing was sent could be wrong
        if objection is not None:
            self.values.forget(intent.id)
            self._loops.painter()
            raise objection
        return replace(intent, state=IntentState.SENT, owner=self._owner, lease_until=until, sent_at=now)

    async def tick(self, now: datetime) -> None:
        """Send what was decided and not sent, and find out about what was sent and not answered."""
        known = self.values.known  # read first: what is started meanwhile is not among those that wait
        async with self._store.read() as transaction:
            waiting = await transaction.intents.open()
        for ended in known - {intent.id for intent in waiting}:
            self.values.forget(ended)
        for intent in waiting:
            try:
                await self._advance(intent, now)
            except RunbellError as trouble:
                log.warning("intent_waits", intent=intent.id, state=intent.state, error=trouble.sentence)

    async def _advance(self, intent: Intent, now: datetime) -> None:
        match intent.state:
            case IntentState.PENDING:
                await self._advance_pending(intent, now)
            case IntentState.SENT if intent.lease_until is not None and intent.lease_until < now:
                await self._doubt(intent)
            case IntentState.UNSURE if is_due(intent, now):
                if await self._has_turn(intent):
                    await self._settle(intent)
            case _:
                pass

    async def _advance_pending(self, intent: Intent, now: datetime) -> None:
        age = (now - intent.created_at).total_seconds()
        if age > self._pace.intent_stale:
            await self._close(
                intent,
                IntentState.REFUSED,
                "It could not be sent for too long, so I let it go. Nothing was done; please decide again.",
                say=True,
            )
        elif lacks_values(intent, self.values.of(intent.id)):
            if is_orphaned(intent, now, timedelta(seconds=self._pace.intent_lease)):
                await self._close(intent, IntentState.REFUSED, GONE, say=True)
        elif age > self._pace.intent_judged_again and is_due(intent, now) and await self._has_turn(intent):
            await self._judge_and_send(intent)

    async def _has_turn(self, intent: Intent) -> bool:
        """Every process looks after intents; what one of them begins to read up on, the others leave alone for as long as that may take."""
        until = self._clock.now() + timedelta(seconds=self._pace.request_timeout)
        async with self._store.write() as transaction:
            return await transaction.intents.turn(intent, until)

    async def _judge_and_send(self, intent: Intent) -> None:
        try:
            if self.judge is not None:
                await self.judge(intent)
            await self.carry_out(intent, say=True)
        except (TerraformTrouble, StoreBusy) as trouble:
            log.warning("intent_put_off", intent=intent.id, error=trouble.sentence)
        except RunbellError as objection:
            await self._close(intent, IntentState.REFUSED, objection.sentence, say=True)

    # Sending

    async def _send(self, intent: Intent) -> None:
        if intent.lease_until is not None and intent.lease_until <= self._clock.now():
            # This process stood still after the commit. Others may have read off the run that nothing came, and confirmed a freeze.
            self.values.forget(intent.id)
            late = SendTooLate(intent.run_id or "", intent.deed.value)
            await self._close(intent, IntentState.REFUSED, late.sentence, say=True)
            raise late
        try:
            run_id = await self._call(intent)
        except TerraformRateLimited as trouble:
            until = self._clock.now() + timedelta(seconds=trouble.retry_after)
            async with self._store.write() as transaction:
                await transaction.intents.move(intent, IntentState.PENDING, not_before=until, owner="", lease_until=None)
        except TerraformTrouble as trouble:
            if trouble.was_received:
                await self._doubt(intent)
                return
            await self._close(intent, IntentState.REFUSED, trouble.sentence)
            raise
        else:
            await self._done(intent, run_id)

    async def _call(self, intent: Intent) -> str:
        """The request itself; the id of the run it concerns."""
        if intent.deed is Deed.CREATE:
            return await self._create(intent)
        await self._calls.make(intent)
        return intent.run_id or ""

    async def _create(self, intent: Intent) -> str:
        """Never twice, so what its variables are set to is forgotten as soon as the server may have heard it."""
        variables = self.values.of(intent.id)
        try:
            run = await self._runs.create_run(wish_of(intent, variables))
        except TerraformRateLimited:
            raise
        except RequestRefused as refused:
            self.values.forget(intent.id)
            raise masked(refused, variables) from None
        except TerraformTrouble:
            self.values.forget(intent.id)
            raise
        self.values.forget(intent.id)
        return run.id

    async def _done(self, intent: Intent, run_id: str) -> None:
        now = self._clock.now()
        async with self._store.write() as transaction:
            moved = await transaction.intents.move(intent, IntentState.SETTLED, run_id=run_id, settled_at=now, lease_until=None)
            if moved:
                await note_intent(transaction, intent, IntentState.SETTLED, now, run_id=run_id)
            if moved and intent.deed is Deed.CREATE:
                await want_where_started(transaction, run_id, now)
            await transaction.messages.raise_wanted(run_id)
        await self._look_at(run_id)
        if moved and self.mirror is not None and intent.deed is not Deed.COMMENT:
            await self.mirror(intent)

    async def _look_at(self, run_id: str) -> None:
        """Read the run at once, so that its card follows; the poller will do it where this fails."""
        try:
            await self._reader.read(run_id)
        except RunbellError as trouble:
            log.warning("run_unread", run=run_id, error=trouble.sentence)
        self._loops.painter()

    # Doubt

    async def _doubt(self, intent: Intent) -> None:
        soon = self._clock.now() + timedelta(seconds=self._pace.retry_first)
        async with self._store.write() as transaction:
            if await transaction.intents.move(intent, IntentState.UNSURE, not_before=soon, lease_until=None):
                await note_intent(transaction, intent, IntentState.UNSURE, self._clock.now())
            if intent.run_id:
                await transaction.messages.raise_wanted(intent.run_id)
        self._loops.painter()
        self._loops.intents()

    async def _settle(self, intent: Intent) -> None:
        if intent.deed is Deed.CREATE:
            await self._settle_create(intent)
            return
        run_id = intent.run_id or ""
        run = (await self._reader.read(run_id)).run
        verdict = settle(intent, run, await self._comments(run_id), self._clock.now(), timedelta(seconds=self._pace.unheard_after))
        await self._resolve(intent, verdict, run)

    async def _comments(self, run_id: str) -> tuple[str, ...]:
        """A server that keeps no comments has none."""
        try:
            return await self._runs.comments(run_id)
        except NotVisible:
            return ()

    async def _resolve(self, intent: Intent, verdict: IntentState, run: Run) -> None:
        match verdict:
            case IntentState.UNSURE:
                await self._look_again(intent)
            case IntentState.UNHEARD:
                await self._close(intent, verdict, unheard_words(intent.deed), say=True)
            case IntentState.ELSEWHERE:
                what = run.status_word.replace("_", " ")
                await self._close(
                    intent, verdict, f"It is {what} now, and the server does not show that the {intent.deed} was ours.", say=True
                )
            case _:
                await self._done(intent, run.id)

    async def _settle_create(self, intent: Intent) -> None:
        """Find the run of a creation that was not answered by our reference: the first that has it, since others can copy it."""
        page = await self._runs.list_workspace_runs(intent.workspace_id, size=100)
        made = next((run for run in reversed(page.runs) if has_reference(run.message, intent.id)), None)
        if made is not None:
            await self._done(intent, made.id)
        elif intent.unchanged_at is not None and self._clock.now() - intent.unchanged_at >= timedelta(seconds=self._pace.unheard_after):
            await self._close(
                intent, IntentState.UNHEARD, "The server never heard it: no such run was created. Please ask again.", say=True
            )
        else:
            await self._look_again(intent)

    async def _look_again(self, intent: Intent) -> None:
        now = self._clock.now()
        later = now + timedelta(seconds=self._pace.unheard_after / 4)
        async with self._store.write() as transaction:
            await transaction.intents.move(intent, IntentState.UNSURE, unchanged_at=intent.unchanged_at or now, not_before=later)

    # Ends

    async def _close(self, intent: Intent, state: IntentState, outcome: str, *, say: bool = False) -> None:
        """The intent ends; its gate is free again, and where nobody waits for the answer any more the channel is told."""
        async with self._store.write() as transaction:
            moved = await self._end(transaction, intent, state, outcome, say=say)
        if moved:
            self._loops.painter()

    async def _end(self, transaction: Transaction, intent: Intent, state: IntentState, outcome: str, *, say: bool) -> bool:
        """As above, for a transaction that has begun; False where the intent had moved."""
        if not await transaction.intents.move(intent, state, outcome=outcome, settled_at=self._clock.now(), lease_until=None):
            return False
        await note_intent(transaction, intent, state, self._clock.now(), why=outcome)
        if intent.run_id and intent.gate and state is not IntentState.ELSEWHERE:
            await transaction.gates.reopen(intent.run_id, intent.gate, intent.round)
        if intent.run_id:
            await transaction.messages.raise_wanted(intent.run_id)
        if say:
            subject = intent.run_id or intent.id
            text = f"{subject_of(intent)}: {outcome}"
            await tell(transaction, subject=subject, channel=intent.channel, topic=intent.id, text=text, mention=intent.person)
        return True


def is_due(intent: Intent, now: datetime) -> bool:
    return intent.not_before is None or intent.not_before <= now


def unheard_words(deed: Deed) -> str:
    if deed is Deed.COMMENT:
        return "The server never heard the comment. Please write it again."
    return f"The server never heard the {deed}; the run has not moved. Please decide again."


def subject_of(intent: Intent) -> str:
    return (
        f"{intent.deed.capitalize()} of {intent.run_id}"
        if intent.run_id
        else f"The run in {intent.payload.get('workspace', 'the workspace')}"
    )


async def must_get(transaction: Transaction, intent_id: str) -> Intent:
    intent = await transaction.intents.get(intent_id)
    if intent is None:
        raise LookupError(intent_id)
    return intent
