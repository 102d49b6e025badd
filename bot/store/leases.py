"""Who holds which role. Every comparison of times is made by the database, so that no process's own clock counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, delete, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.roles import Lease
from bot.store.clocks import Now, moment
from bot.store.statements import insert_into
from bot.store.tables import leases


@dataclass(frozen=True, slots=True)
class LeaseTable:
    connection: AsyncConnection
    now: Now

    async def take(self, role: str, owner: str, seconds: float) -> Lease | None:
        """Take a role that is free, or keep one's own for so many seconds from now; None while another holds it."""
        now, until = moment(self.connection, self.now), moment(self.connection, self.now, seconds)
        statement = insert_into(self.connection, leases).values(role=role, owner=owner, until=until, taken_at=now, token=1)
        fresh, is_own = statement.excluded, leases.c.owner == owner
        taken = statement.on_conflict_do_update(
            index_elements=["role"],
            set_={
                "owner": owner,
                "until": until,
                "taken_at": kept_or(leases.c.taken_at, fresh.taken_at, owner),
                "token": kept_or(leases.c.token, leases.c.token + 1, owner),
            },
            where=is_own | (leases.c.until <= now),
        ).returning(*leases.c)
        row = (await self.connection.execute(taken)).mappings().first()
        return decode(row) if row else None

    async def get(self, role: str) -> Lease | None:
        """As it was last written; it may be over."""
        row = (await self.connection.execute(select(leases).where(leases.c.role == role))).mappings().first()
        return decode(row) if row else None

    async def stands(self, lease: Lease) -> bool:
        """Whether the role has not changed hands since, and is not about to: its time is not over."""
        here = of(lease) & (leases.c.until > moment(self.connection, self.now))
        return (await self.connection.execute(select(leases.c.token).where(here))).first() is not None

    async def give_back(self, lease: Lease) -> None:
        """Free a role, where it is still ours."""
        await self.connection.execute(update(leases).where(of(lease)).values(until=moment(self.connection, self.now)))

    async def free_all_but(self, role: str) -> None:
        """For a file that nobody else has open: whoever held a role is gone."""
        await self.connection.execute(delete(leases).where(leases.c.role != role))


def of(lease: Lease) -> ColumnElement[bool]:
    return (leases.c.role == lease.role) & (leases.c.owner == lease.owner) & (leases.c.token == lease.token)


def kept_or(kept: ColumnElement[Any], changed: ColumnElement[Any], owner: str) -> ColumnElement[Any]:
    """What stays while the owner does."""
    return case((leases.c.owner == owner, kept), else_=changed)


def decode(row: RowMapping) -> Lease:
    return Lease(role=row["role"], owner=row["owner"], until=row["until"], taken_at=row["taken_at"], token=row["token"])
