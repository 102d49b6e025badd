"""Freezes that people have declared; what is over goes when the next is declared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.freezes import DeclaredFreeze
from bot.store.statements import changed
from bot.store.tables import freezes

ALL = select(freezes).order_by(freezes.c.id)


@dataclass(frozen=True, slots=True)
class FreezeTable:
    connection: AsyncConnection

    async def all(self) -> tuple[DeclaredFreeze, ...]:
        """In the order in which they were declared; those that are over are among them."""
        rows = (await self.connection.execute(ALL)).mappings()
        return tuple(DeclaredFreeze(**row) for row in rows)

    async def add(self, freeze: DeclaredFreeze) -> None:
        values = {name: value for name, value in asdict(freeze).items() if name != "id"}
        await self.connection.execute(insert(freezes), values)

    async def remove(self, some: Sequence[DeclaredFreeze]) -> int:
        """How many of them were still there."""
        here = freezes.c.id.in_([freeze.id for freeze in some])
        return await changed(self.connection, delete(freezes).where(here)) if some else 0

    async def forget(self, before: datetime) -> None:
        """Those that were over by then."""
        await self.connection.execute(delete(freezes).where(freezes.c.until <= before))
