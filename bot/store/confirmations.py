"""Commands that wait for a click, each used once."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.confirmations import Confirmation
from bot.core.requests import HELD
from bot.store.tables import confirmations


@dataclass(frozen=True, slots=True)
class ConfirmationTable:
    connection: AsyncConnection

    async def add(self, confirmation: Confirmation) -> None:
        await self.connection.execute(insert(confirmations), {**asdict(confirmation), "used_by": ""})

    async def get(self, confirmation_id: str) -> Confirmation | None:
        row = (await self.connection.execute(select(confirmations).where(confirmations.c.id == confirmation_id))).mappings().first()
        return Confirmation(**{name: value for name, value in row.items() if name != "used_by"}) if row is not None else None

    async def take(self, confirmation_id: str, person: str, team_id: str, channel: str, now: datetime) -> Confirmation | None:
        """Use it up; None where it is another's, was used, or has expired.

        One UPDATE checks and marks, so that of two clicks at the same moment, on two replicas, one is the first. The request that used it
        may take it again: its process may have died between this commit and that of the effect, and no request has its effect twice.
        """
        hold = HELD.get()
        request_id = hold.request_id if hold is not None else ""
        is_free = confirmations.c.used_at.is_(None)
        usable = (
            confirmations.c.id == confirmation_id,
            confirmations.c.person == person,
            confirmations.c.team_id == team_id,
            confirmations.c.channel == channel,
            or_(is_free, confirmations.c.used_by == request_id) if request_id else is_free,
            confirmations.c.expires_at > now,
        )
        taken = update(confirmations).where(*usable).values(used_at=now, used_by=request_id).returning(confirmations.c.id)
        is_ours = (await self.connection.execute(taken)).first() is not None
        return await self.get(confirmation_id) if is_ours else None
