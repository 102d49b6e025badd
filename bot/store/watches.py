"""What channels asked to hear of."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.watches import Measure, Watch
from bot.store.statements import changed, insert_into
from bot.store.tables import watches


@dataclass(frozen=True, slots=True)
class WatchTable:
    connection: AsyncConnection

    async def all(self) -> tuple[Watch, ...]:
        """In the order in which they were asked for."""
        return tuple(map(decode, (await self.connection.execute(select(watches).order_by(watches.c.id))).mappings()))

    async def of_channel(self, channel: str) -> tuple[Watch, ...]:
        query = select(watches).where(watches.c.channel == channel).order_by(watches.c.id)
        return tuple(map(decode, (await self.connection.execute(query)).mappings()))

    async def add(self, watch: Watch) -> bool:
        """False where the channel has it already."""
        statement = insert_into(self.connection, watches).on_conflict_do_nothing(index_elements=["channel", "pattern_digest"])
        return await changed(self.connection, statement, encode(watch)) == 1

    async def remove(self, channel: str, pattern: str) -> Watch | None:
        """What the watch was; None where the channel has none of this pattern."""
        here = (watches.c.channel == channel) & (watches.c.pattern_digest == digest(pattern))
        row = (await self.connection.execute(select(watches).where(here))).mappings().first()
        if row is None or not await changed(self.connection, delete(watches).where(here)):
            return None
        return decode(row)


def digest(pattern: str) -> str:
    return hashlib.sha256(pattern.encode(errors="replace")).hexdigest()


def encode(watch: Watch) -> dict[str, Any]:
    return {
        "channel": watch.channel,
        "pattern": watch.pattern,
        "pattern_digest": digest(watch.pattern),
        "measure": watch.measure,
        "owner": watch.owner,
        "created_at": watch.created_at,
    }


def decode(row: RowMapping) -> Watch:
    return Watch(
        channel=row["channel"],
        pattern=row["pattern"],
        measure=Measure(row["measure"]),
        owner=row["owner"],
        created_at=row["created_at"],
    )
