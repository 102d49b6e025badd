"""Payloads that were handled already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.statements import changed, insert_new
from bot.store.tables import seen


@dataclass(frozen=True, slots=True)
class SeenTable:
    connection: AsyncConnection

    async def first_time(self, payload_id: str, now: datetime) -> bool:
        """Whether a payload was never handled before; notes that it has been."""
        statement = insert_new(self.connection, seen, "payload_id")
        return await changed(self.connection, statement, {"payload_id": payload_id, "seen_at": now}) == 1
