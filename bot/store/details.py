"""What runs' cards tell besides their state, as it was read for the stages named by a mark."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.details import Details, decode_details, encode_details
from bot.store.statements import upsert
from bot.store.tables import details


@dataclass(frozen=True, slots=True)
class DetailTable:
    connection: AsyncConnection

    async def get(self, run_id: str) -> Details | None:
        row = (await self.connection.execute(select(details).where(details.c.run_id == run_id))).first()
        return decode_details(row.mark, row.body) if row is not None else None

    async def put(self, run_id: str, found: Details) -> None:
        values = {"run_id": run_id, "mark": found.mark, "body": encode_details(found)}
        await self.connection.execute(upsert(self.connection, details), values)
