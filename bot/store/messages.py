"""Our messages in Slack: what is wanted of each, and what has been painted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Update, bindparam, case, literal, or_, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.messages import ORDER, Kind, Message
from bot.core.watches import ENDED
from bot.store.columns import Moment, Words
from bot.store.statements import changed, insert_new, portions
from bot.store.tables import messages, runs

FIELDS = tuple(field.name for field in fields(Message))
IS_DUE = messages.c.wanted > messages.c.painted
BY_NEED = case({str(kind): place for kind, place in ORDER.items()}, value=messages.c.kind, else_=max(ORDER.values()))


SINCE = case((IS_DUE, messages.c.wanted_at), else_=bindparam("now", type_=Moment()))
RAISING = update(messages).values(wanted=messages.c.wanted + 1, wanted_at=SINCE)


@cache
def raising(kinds: tuple[Kind, ...]) -> Update:
    """Of the messages of a subject; where its card is a line of a rollup, of that."""
    about = bindparam("about", type_=Words())
    here = (messages.c.subject == about) & messages.c.kind.in_(kinds) & (messages.c.parent == "")
    if Kind.CARD in kinds:
        lines = messages.alias()
        parents = select(lines.c.parent).where(lines.c.subject == about, lines.c.parent != "")
        here = here | ((messages.c.kind == Kind.ROLLUP) & messages.c.subject.in_(parents))
    return RAISING.where(here)


def nobody() -> None:
    """Nobody is told."""


@dataclass(frozen=True, slots=True)
class MessageTable:
    """`now` is the database's clock; it says since when a message waits. `raised` is told of what is wanted in this transaction."""

    connection: AsyncConnection
    now: Callable[[], datetime]
    raised: Callable[[], None] = nobody

    async def want(
        self,
        subject: str,
        channel: str,
        kind: Kind,
        gate: str = "",
        *,
        text: str = "",
        parent: str = "",
        in_thread: bool = False,
        mentions: bool = False,
    ) -> bool:
        """Insert the row where there is none; whether it is new. Nothing happens to one that exists. One with a parent is never due."""
        statement = insert_new(self.connection, messages, "subject", "channel", "kind", "gate")
        row = {
            "subject": subject,
            "channel": channel,
            "kind": kind,
            "gate": gate,
            "text": text,
            "parent": parent,
            "in_thread": in_thread,
            "mentions": mentions,
            "is_frozen": False,
            "wanted": 1,
            "painted": 1 if parent else 0,
            "attempts": 0,
            "last_error": "",
            "wanted_at": self.now(),
        }
        return self._tell(await changed(self.connection, statement, row)) == 1

    async def raise_wanted(self, subject: str, *, kinds: Sequence[Kind] = (Kind.CARD, Kind.CALL, Kind.END, Kind.NOTICE)) -> int:
        """Have every message of the subject painted once more; how many there are. One that waits already waits as long as it did.

        Where the subject's card is a line of a rollup it is the rollup that is painted.
        """
        return self._tell(await changed(self.connection, raising(tuple(kinds)), {"about": subject, "now": self.now()}))

    async def raise_in_channel(self, channel: str, subjects: Sequence[str]) -> int:
        """Have what these subjects have in a channel painted once more, whether or not it was given up."""
        raised = 0
        for some in portions(subjects):
            here = (messages.c.channel == channel) & messages.c.subject.in_(some) & (messages.c.parent == "")
            raised += self._tell(await changed(self.connection, RAISING.where(here), {"now": self.now()}))
        return raised

    async def cards(self, channel: str, subjects: Sequence[str]) -> dict[str, str]:
        """Which of the subjects have a card in a channel, each with the rollup of which it is a line, "" for a card of its own."""
        found: dict[str, str] = {}
        for some in portions(subjects):
            here = (messages.c.channel == channel) & (messages.c.kind == Kind.CARD) & messages.c.subject.in_(some)
            rows = await self.connection.execute(select(messages.c.subject, messages.c.parent).where(here))
            found.update({row.subject: row.parent for row in rows})
        return found

    async def lines_of(self, parent: str, channel: str) -> tuple[Message, ...]:
        """The cards that are lines of a rollup, in the order in which they were wanted."""
        here = (messages.c.parent == parent) & (messages.c.channel == channel)
        return await self._read(select(messages).where(here).order_by(messages.c.id))

    async def unposted_calls(self) -> tuple[tuple[Message, datetime], ...]:
        """Messages that call people, of runs that go on, and stand nowhere yet; since when each waits. The longest waiting first."""
        calling = (messages.c.kind == Kind.CALL) | ((messages.c.kind == Kind.CARD) & ~messages.c.text.in_(["", ENDED]))
        query = (
            select(messages)
            .join(runs, (runs.c.id == messages.c.subject) & ~runs.c.is_final)
            .where(messages.c.ts.is_(None), messages.c.parent == "", calling)
            .order_by(messages.c.wanted_at, messages.c.id)
        )
        rows = (await self.connection.execute(query)).mappings().all()
        return tuple((decode(row), row["wanted_at"]) for row in rows)

    async def of_subject(self, subject: str) -> tuple[Message, ...]:
        """In the order in which they were wanted."""
        return await self._read(select(messages).where(messages.c.subject == subject).order_by(messages.c.id))

    async def of_subjects(self, subjects: Sequence[str]) -> dict[str, tuple[Message, ...]]:
        """A subject without messages is absent."""
        found: dict[str, tuple[Message, ...]] = {}
        for some in portions(subjects):
            for message in await self._read(select(messages).where(messages.c.subject.in_(some)).order_by(messages.c.id)):
                found[message.subject] = (*found.get(message.subject, ()), message)
        return found

    async def due(self, now: datetime, most: int = 50) -> tuple[Message, ...]:
        """Rows that want painting now, people who are needed first, then the longest waiting.

        Rows that somebody has claimed are among them: whether the post is still under way is for the painter to judge.
        """
        may = or_(messages.c.not_before.is_(None), messages.c.not_before <= now)
        query = select(messages).where(IS_DUE, may).order_by(BY_NEED, messages.c.wanted_at, messages.c.id).limit(most)
        return await self._read(query)

    async def claim(self, message: Message, now: datetime, thread_ts: str | None = None, *, doubt_until: datetime | None = None) -> bool:
        """Mark a post as under way, compare-and-set on `attempts`, `ts` and the claim; False where somebody else has it.

        `doubt_until` is when to look for a double, where it is posted again.
        """
        doubted = {} if doubt_until is None else {"doubt_until": doubt_until}
        return await changed(self.connection, update_as_read(message).values(claimed_at=now, thread_ts=thread_ts, **doubted)) == 1

    async def freeze(self, message: Message) -> None:
        """Slack lets nobody change it any more; what it was wanted to show is told otherwise."""
        shown = case((messages.c.painted > message.wanted, messages.c.painted), else_=message.wanted)
        await self.connection.execute(update_one(message).values(is_frozen=True, painted=shown, **UNTRIED))

    async def painted(self, message: Message, ts: str, version: int, now: datetime) -> None:
        """The message stands at `ts` and shows version `version`; claim, attempts and error are cleared."""
        shown = case((messages.c.painted > version, messages.c.painted), else_=version)
        since = case((messages.c.wanted > version, literal(now, Moment())), else_=messages.c.wanted_at)
        values = {"ts": ts, "painted": shown, "painted_at": now, "wanted_at": since, **UNTRIED, "last_error": ""}
        await self.connection.execute(update_one(message).values(values))

    async def put_off(self, message: Message, until: datetime, error: str, *, keep_claim: bool = False) -> None:
        """Not now: attempts rise by one. `keep_claim` where the outcome of the post is not known."""
        claim = messages.c.claimed_at if keep_claim else None
        values = {"attempts": messages.c.attempts + 1, "not_before": until, "last_error": error, "claimed_at": claim}
        await self.connection.execute(update_one(message).values(values))

    async def lose(self, message: Message) -> None:
        """The message was deleted in Slack: it stands nowhere, and is due as if it had never been posted."""
        values = {"ts": None, "is_frozen": False, "wanted": messages.c.wanted + 1, "wanted_at": self.now(), **UNTRIED}
        await self.connection.execute(update_one(message).values(values))

    async def give_up(self, message: Message, error: str) -> None:
        """Never painted again unless it is wanted anew, after what `message` was read to want."""
        shown = case((messages.c.painted > message.wanted, messages.c.painted), else_=message.wanted)
        await self.connection.execute(update_one(message).values(painted=shown, last_error=error, **UNTRIED))

    async def oldest_call(self) -> datetime | None:
        """Since when the oldest call for people that does not stand in Slack yet has waited; a card that is born at a gate is one."""
        calls = or_(messages.c.kind == Kind.CALL, (messages.c.kind == Kind.CARD) & messages.c.text.not_in(["", ENDED]))
        query = select(messages.c.wanted_at).where(IS_DUE, messages.c.ts.is_(None), calls).order_by(messages.c.wanted_at).limit(1)
        return (await self.connection.execute(query)).scalar_one_or_none()

    async def doubtful(self, now: datetime) -> tuple[Message, ...]:
        """Messages that were posted a second time, whose channel's history is due to be looked at for a double."""
        query = select(messages).where(messages.c.doubt_until <= now).order_by(messages.c.doubt_until, messages.c.id)
        return await self._read(query)

    async def doubt(self, message: Message, until: datetime | None) -> None:
        await self.connection.execute(update_one(message).values(doubt_until=until))

    def _tell(self, rows: int) -> int:
        if rows:
            self.raised()
        return rows

    async def _read(self, query: Select[Any]) -> tuple[Message, ...]:
        return tuple(map(decode, (await self.connection.execute(query)).mappings()))


UNTRIED = {"claimed_at": None, "attempts": 0, "not_before": None}


def update_one(message: Message) -> Update:
    return update(messages).where(messages.c.id == message.id)


def update_as_read(message: Message) -> Update:
    """Only a row on which nobody has tried anything since it was read."""
    return update_one(message).where(
        messages.c.attempts == message.attempts,
        same(messages.c.ts, message.ts),
        same(messages.c.claimed_at, message.claimed_at),
    )


def same(column: ColumnElement[Any], value: object) -> ColumnElement[bool]:
    return column.is_(None) if value is None else column == value


def decode(row: RowMapping) -> Message:
    return Message(**{**{name: row[name] for name in FIELDS}, "kind": Kind(row["kind"])})
