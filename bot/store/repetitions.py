"""What one person repeats in one channel, a row for each window."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.audits import AuditKind, Entry, tidied
from bot.core.repetitions import WITHIN, Repetition, RepetitionKind
from bot.store.statements import insert_into
from bot.store.tables import repetitions


@dataclass(frozen=True, slots=True)
class RepetitionTable:
    connection: AsyncConnection

    async def count(self, repetition: Repetition) -> int:
        """Note it, and return how often it was in its window; 1 for the first time."""
        # One statement: of two processes that count at once, on PostgreSQL the second waits for the row of the first and adds to it.
        statement = insert_into(self.connection, repetitions)
        adding = statement.on_conflict_do_update(
            index_elements=["digest"], set_={"times": repetitions.c.times + 1, "last_at": statement.excluded.last_at}
        )
        values = encode(repetition)
        return int((await self.connection.execute(adding.values(values).returning(repetitions.c.times))).scalar_one())

    async def total(self, kind: RepetitionKind, person: str, channel: str) -> int:
        """How often this person did anything of the kind in the channel, in all windows that are open."""
        theirs = (repetitions.c.person == person, repetitions.c.channel == channel, repetitions.c.kind == kind.value)
        query = select(func.coalesce(func.sum(repetitions.c.times), 0)).where(*theirs)
        return int((await self.connection.execute(query)).scalar_one())

    async def take_ended(self, now: datetime) -> tuple[Repetition, ...]:
        """Remove and return those whose window is over. Of two processes that ask at once, one gets each."""
        over = or_(*(and_(repetitions.c.kind == kind.value, repetitions.c.began_at <= now - within) for kind, within in WITHIN.items()))
        rows = (await self.connection.execute(delete(repetitions).where(over).returning(*repetitions.c))).mappings().all()
        return tuple(sorted(map(decode, rows), key=lambda one: (one.began_at, one.person)))


def encode(repetition: Repetition) -> dict[str, Any]:
    return {
        "digest": repetition.digest,
        "kind": repetition.kind.value,
        "person": repetition.person,
        "channel": repetition.channel,
        "began_at": repetition.began_at,
        "last_at": repetition.last_at,
        "times": repetition.times,
        "entry": entry_text(repetition.entry) if repetition.entry is not None else "",
    }


def entry_text(entry: Entry) -> str:
    """Bounded and without tokens, as a row of the audit is."""
    clean = tidied(entry)
    values = {name: getattr(clean, name) for name in clean.__dataclass_fields__}
    return json.dumps({**values, "at": clean.at.isoformat(), "details": dict(clean.details)})


def entry_of(text: str) -> Entry:
    values = json.loads(text)
    return Entry(**{**values, "at": datetime.fromisoformat(values["at"]), "kind": AuditKind(values["kind"])})


def decode(row: RowMapping) -> Repetition:
    return Repetition(
        kind=RepetitionKind(row["kind"]),
        person=row["person"],
        channel=row["channel"],
        entry=entry_of(row["entry"]) if row["entry"] else None,
        began_at=row["began_at"],
        last_at=row["last_at"],
        times=row["times"],
    )
