"""What channels asked to hear of."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.watches import Measure, Watch
from bot.store.statements import changed, insert_new
from bot.store.tables import watches

PLAIN = ("tag", "project", "in_thread", "mentions", "source", "paused_at", "paused_why", "is_partial")


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
        statement = insert_new(self.connection, watches, "channel", "pattern_digest")
        return await changed(self.connection, statement, encode(watch)) == 1

    async def remove(self, watch: Watch) -> bool:
        """False where the channel no longer has it."""
        return await changed(self.connection, delete(watches).where(here(watch))) == 1

    async def replace(self, watch: Watch) -> None:
        """Write all that the watch says over the one that it is the same as; whether it is paused stays."""
        values = {name: value for name, value in encode(watch).items() if name not in {"paused_at", "paused_why", "created_at"}}
        await self.connection.execute(update(watches).where(here(watch)).values(values))

    async def pause(self, channel: str, now: datetime, why: str) -> tuple[Watch, ...]:
        """Those of the channel's watches that were not paused before, as they were."""
        going = (watches.c.channel == channel) & watches.c.paused_at.is_(None)
        found = tuple(map(decode, (await self.connection.execute(select(watches).where(going).order_by(watches.c.id))).mappings()))
        await self.connection.execute(update(watches).where(going).values(paused_at=now, paused_why=why))
        return found

    async def resume(self, channel: str) -> int:
        """How many of the channel's watches go on that were paused."""
        paused = (watches.c.channel == channel) & watches.c.paused_at.is_not(None)
        return await changed(self.connection, update(watches).where(paused).values(paused_at=None, paused_why=""))

    async def paused_channels(self) -> frozenset[str]:
        query = select(watches.c.channel).where(watches.c.paused_at.is_not(None)).distinct()
        return frozenset((await self.connection.execute(query)).scalars())


def here(watch: Watch) -> ColumnElement[bool]:
    return (watches.c.channel == watch.channel) & (watches.c.pattern_digest == digest(watch))


def digest(watch: Watch) -> str:
    """A watch by hand that nothing narrows has the digest of its pattern alone, as every watch had once."""
    _, pattern, *more = watch.identity
    told = json.dumps([pattern, *more]) if any(more) else pattern
    return hashlib.sha256(told.encode(errors="replace")).hexdigest()


def encode(watch: Watch) -> dict[str, Any]:
    return {
        "channel": watch.channel,
        "pattern": watch.pattern,
        "pattern_digest": digest(watch),
        "measure": watch.measure,
        "owner": watch.owner,
        "created_at": watch.created_at,
        "project_id": " ".join(watch.project_ids),
        **{name: getattr(watch, name) for name in PLAIN},
    }


def decode(row: RowMapping) -> Watch:
    return Watch(
        channel=row["channel"],
        pattern=row["pattern"],
        measure=Measure(row["measure"]),
        owner=row["owner"],
        created_at=row["created_at"],
        project_ids=tuple(row["project_id"].split()),
        **{name: row[name] for name in PLAIN},
    )
