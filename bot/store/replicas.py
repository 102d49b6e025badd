"""The processes that serve, each with its last sign of life by the database's clock."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.roles import Mode, Replica
from bot.store.clocks import Now, moment
from bot.store.statements import insert_into
from bot.store.tables import replicas


@dataclass(frozen=True, slots=True)
class ReplicaTable:
    connection: AsyncConnection
    now: Now

    async def beat(self, replica_id: str, version: str, mode: Mode) -> None:
        """A sign of life; the first one is when it started."""
        now = moment(self.connection, self.now)
        statement = insert_into(self.connection, replicas).values(
            id=replica_id, started_at=now, beat_at=now, version=version, mode=str(mode)
        )
        await self.connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"beat_at": now}))

    async def live(self, seconds: float) -> tuple[Replica, ...]:
        """Those that gave a sign of life in the last so many seconds, oldest first."""
        fresh = replicas.c.beat_at > moment(self.connection, self.now, -seconds)
        query = select(replicas).where(fresh).order_by(replicas.c.started_at, replicas.c.id)
        return tuple(map(decode, (await self.connection.execute(query)).mappings()))

    async def leave(self, replica_id: str) -> None:
        await self.connection.execute(delete(replicas).where(replicas.c.id == replica_id))

    async def forget(self, seconds: float) -> None:
        """Those that were last heard of so long ago."""
        await self.connection.execute(delete(replicas).where(replicas.c.beat_at <= moment(self.connection, self.now, -seconds)))


def decode(row: RowMapping) -> Replica:
    return Replica(id=row["id"], started_at=row["started_at"], beat_at=row["beat_at"], version=row["version"], mode=Mode(row["mode"]))
