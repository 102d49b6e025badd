"""The operator's alarm: a call for people that does not reach Slack. Told once when it begins and once when it is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from bot.core.audits import AuditKind, Entry
from bot.core.messages import Kind, Message
from bot.core.pace import Pace
from bot.services.audits import plan_judged, workspace_name
from bot.services.notes import tell
from bot.services.ports import Store, Transaction

log = structlog.get_logger(__name__)

SUBJECT = "alarm"
BEGAN, OVER = "undelivered", "delivered"


class Alarms:
    """`operator` is the Slack id of who is told, "" for nobody: then the log and the metrics tell.

    `oldest_undelivered_call_seconds` is since when the oldest call waits, 0 where none does.
    """

    def __init__(self, store: Store, pace: Pace, operator: str = "") -> None:
        self._store = store
        self._pace = pace
        self._operator = operator
        self._incident = ""
        self._looked = False
        self._audited: frozenset[int] = frozenset()
        self.oldest_undelivered_call_seconds = 0.0

    async def tick(self, now: datetime) -> None:
        async with self._store.read() as transaction:
            waiting = await undelivered(transaction)
            if not self._looked:
                self._incident, self._looked = await open_incident(transaction), True
        await self._audit([(message, since) for message, since in waiting if self._is_late(since, now)], now)
        oldest, since = waiting[0] if waiting else (None, now)
        self.oldest_undelivered_call_seconds = max(0.0, (now - since).total_seconds())
        if oldest is not None and self._is_late(since, now) and not self._incident:
            await self._begin(oldest, len(waiting))
        elif oldest is None and self._incident:
            await self._end()

    def _is_late(self, since: datetime, now: datetime) -> bool:
        return (now - since).total_seconds() >= self._pace.undelivered_after

    async def _audit(self, late: Sequence[tuple[Message, datetime]], now: datetime) -> None:
        """A row for each call that is late, once."""
        fresh = [(message, since) for message, since in late if message.id not in self._audited]
        if fresh:
            async with self._store.write() as transaction:
                for message, since in fresh:
                    await transaction.audit.add(await undelivered_entry(transaction, message, since, now))
        self._audited = frozenset(message.id for message, _ in late)

    async def _begin(self, oldest: Message, number: int) -> None:
        self._incident = str(oldest.id)
        seconds = round(self.oldest_undelivered_call_seconds)
        log.error("call_undelivered", seconds=seconds, calls=number, channel=oldest.channel, run=oldest.subject, error=oldest.last_error)
        why = f" Slack's last word: {oldest.last_error}" if oldest.last_error else ""
        calls = "A call for a decision has" if number == 1 else f"{number} calls for decisions have"
        await self._say(BEGAN, f"{calls} not reached Slack for {seconds} s.{why}")

    async def _end(self) -> None:
        log.warning("call_undelivered_over")
        await self._say(OVER, "Calls for decisions reach Slack again.")
        self._incident = ""

    async def _say(self, what: str, text: str) -> None:
        if not self._operator:
            return
        async with self._store.write() as transaction:
            await tell(transaction, subject=SUBJECT, channel=self._operator, topic=f"{what}:{self._incident}", text=text)


async def undelivered(transaction: Transaction) -> list[tuple[Message, datetime]]:
    """Calls that stand nowhere while their run waits; one that was given up counts unless people were called elsewhere. Oldest first."""
    unposted = await transaction.messages.unposted_calls()
    runs = await transaction.runs.many([message.subject for message, _ in unposted])
    found = []
    for message, since in unposted:
        stored, gate = runs.get(message.subject), gate_of(message)
        if stored is None or stored.run.gate != gate:
            continue
        if message.is_due or not await was_called(transaction, message.subject, gate):
            found.append((message, since))
    return found


async def undelivered_entry(transaction: Transaction, message: Message, since: datetime, now: datetime) -> Entry:
    stored = await transaction.runs.get(message.subject)
    details = {"gate": gate_of(message), "waits since": since.isoformat(timespec="seconds"), "error": message.last_error}
    return Entry(
        at=now,
        kind=AuditKind.UNDELIVERED,
        channel=message.channel,
        run_id=message.subject,
        workspace=await workspace_name(transaction, stored.run.workspace_id) if stored is not None else "",
        action="call",
        plan_digest=await plan_judged(transaction, message.subject),
        outcome=BEGAN,
        details={name: value for name, value in details.items() if value},
    )


async def was_called(transaction: Transaction, run_id: str, gate: str) -> bool:
    return any(one.ts is not None and gate_of(one) == gate for one in await transaction.messages.of_subject(run_id))


def gate_of(message: Message) -> str:
    """The gate to which a message calls people, "" for one that calls nobody."""
    match message.kind:
        case Kind.CALL | Kind.REPLY:
            return message.gate
        case Kind.CARD:
            return message.text
        case _:
            return ""


async def open_incident(transaction: Transaction) -> str:
    """The incident that an earlier process has told of and not seen the end of."""
    told = [message.gate for message in await transaction.messages.of_subject(SUBJECT)]
    open_ones = [topic.partition(":")[2] for topic in told if topic.startswith(BEGAN) and topic.replace(BEGAN, OVER, 1) not in told]
    return open_ones[-1] if open_ones else ""
