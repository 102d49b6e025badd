"""The sealer: numbers the rows of the audit in order, chains them, and posts the head of the chain now and then. One at a time does it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.core.audits import AuditRow
from bot.core.messages import Kind
from bot.core.pace import Pace
from bot.core.sealing import EMPTY, Head, link
from bot.services.notes import tell
from bot.services.ports import Clock, Mandate, Store, Transaction, Wake
from bot.services.roles import UNSHARED

log = structlog.get_logger(__name__)

SUBJECT = "audit"
AT_ONCE = 200
"""Rows in one transaction, so that no other writer waits long."""
ROUNDS_MOST = 50

Link = Callable[[str, str], str]
"""From a channel and the ts of a message to its permalink, "" where there is none."""


class Sealer:
    """`key` chains; `channel` is where heads are posted, "" for nowhere."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        pace: Pace,
        key: str,
        channel: str,
        message_link: Link,
        wake_painter: Wake,
        mandate: Mandate = UNSHARED,
    ) -> None:
        self._store = store
        self._clock = clock
        self._pace = pace
        self._key = key
        self._channel = channel
        self._message_link = message_link
        self._wake_painter = wake_painter
        self._mandate = mandate
        self._sealed = EMPTY
        self._cut_told = EMPTY
        self._next_head: datetime | None = None

    async def tick(self, now: datetime) -> None:
        """Seal what was written a moment ago: by then its message may stand in Slack, and who began to write earlier has ended."""
        await self._seal(now - timedelta(seconds=self._pace.seal_after))
        if self._next_head is None or now >= self._next_head:
            await self.post_head()
            self._next_head = now + timedelta(seconds=self._pace.head_every)

    async def finish(self) -> None:
        """Before the process ends: all that is written, and the head."""
        await self._seal(self._clock.now() + timedelta(seconds=1))
        await self.post_head()

    async def post_head(self) -> None:
        """Have the head said in the channel, unless it has been."""
        if not self._channel:
            return
        async with self._store.write() as transaction:
            head = await transaction.audit.head()
            if head == EMPTY or not await self._mandate.stands(transaction):
                return
            text = f"The audit's head is {head} ({self._clock.now():%Y-%m-%d %H:%M} UTC). “runbell audit verify --head …” takes it."
            await tell(transaction, subject=SUBJECT, channel=self._channel, topic=f"head:{head}", text=text)
        self._wake_painter()

    async def _seal(self, before: datetime) -> None:
        for _ in range(ROUNDS_MOST):
            async with self._store.write() as transaction:
                await transaction.audit.lock()
                if not await self._mandate.stands(transaction):
                    return
                await self._look_back(transaction)
                sealed = await self._seal_some(transaction, await transaction.audit.unsealed(before, AT_ONCE))
            if sealed is not None:
                self._sealed = sealed
            if sealed is None:
                return

    async def _seal_some(self, transaction: Transaction, rows: tuple[AuditRow, ...]) -> Head | None:
        """The head afterwards; None where there was nothing to seal."""
        if not rows:
            return None
        head, now = await transaction.audit.head(), self._clock.now()
        stands = await self._standing(transaction, rows)
        for row in rows:
            permalink = row.permalink or self._message_link(row.channel, stands.get((row.run_id, row.channel), ""))
            fresh = replace(row, number=head.number + 1, chained_at=now, permalink=permalink)
            fresh = replace(fresh, link=link(self._key, head.link, fresh))
            if not await transaction.audit.seal(fresh):
                raise LookupError(f"row {row.id} of the audit was sealed by somebody else under our lock")
            head = Head(head.number + 1, fresh.link)
        return head

    async def _standing(self, transaction: Transaction, rows: Iterable[AuditRow]) -> dict[tuple[str, str], str]:
        """The ts of the newest message about each run in each channel, for rows that name no message."""
        wanted = {row.run_id for row in rows if row.run_id and row.channel and not row.permalink}
        found = await transaction.messages.of_subjects(sorted(wanted))
        shown = [one for messages in found.values() for one in messages if one.ts is not None and one.kind is not Kind.NOTE]
        return {(one.subject, one.channel): str(one.ts) for one in sorted(shown, key=lambda one: str(one.ts))}

    async def _look_back(self, transaction: Transaction) -> None:
        """What we sealed last has to be there still; where it is not, somebody has cut the chain, which is said once."""
        known = self._sealed
        if known in {EMPTY, self._cut_told} or await transaction.audit.link_of(known.number) == known.link:
            return
        self._cut_told = known
        log.error("audit_cut", number=known.number)
        if self._channel:
            text = f"Row {known.number} of the audit, which I sealed, is not there any more as it was: somebody has changed my database."
            await tell(transaction, subject=SUBJECT, channel=self._channel, topic=f"cut:{known}", text=text)
