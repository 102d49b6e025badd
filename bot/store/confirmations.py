"""Commands that wait for a click, each used once."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import and_, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.confirmations import Confirmation
from bot.core.repetitions import CONFIRMATIONS_MOST
from bot.core.requests import HELD
from bot.store.tables import confirmations


@dataclass(frozen=True, slots=True)
class ConfirmationTable:
    connection: AsyncConnection

    async def add(self, confirmation: Confirmation) -> None:
        """Keep it in place of the oldest where this person was shown as many in this channel already, so that nobody fills the table."""
        theirs = (confirmations.c.person == confirmation.person, confirmations.c.channel == confirmation.channel)
        newest_first = (confirmations.c.created_at.desc(), confirmations.c.id)
        newest = select(confirmations.c.id).where(*theirs).order_by(*newest_first).limit(CONFIRMATIONS_MOST - 1)
        await self.connection.execute(delete(confirmations).where(*theirs, confirmations.c.id.not_in(newest)))
        await self.connection.execute(insert(confirmations), asdict(confirmation))

    async def get(self, confirmation_id: str) -> Confirmation | None:
        row = (await self.connection.execute(select(confirmations).where(confirmations.c.id == confirmation_id))).mappings().first()
        return Confirmation(**row) if row is not None else None

    async def take(self, confirmation_id: str, person: str, team_id: str, channel: str, now: datetime) -> Confirmation | None:
        """Use it up; None where it is another's, was used, or has expired.

        One UPDATE checks and marks, so that of two clicks at the same moment, on two replicas, one is the first. The very click that used
        it up takes it again: its process may have been killed before anything was done, and its request is judged from the row then.
        """
        hold = HELD.get()
        click = hold.request_id if hold is not None else ""
        is_fresh = and_(confirmations.c.used_at.is_(None), confirmations.c.expires_at > now)
        is_of_this_click = and_(confirmations.c.used_by == click, confirmations.c.used_by != "")
        usable = (
            confirmations.c.id == confirmation_id,
            confirmations.c.person == person,
            confirmations.c.team_id == team_id,
            confirmations.c.channel == channel,
            or_(is_fresh, is_of_this_click),
        )
        taken = update(confirmations).where(*usable).values(used_at=now, used_by=click).returning(confirmations.c.id)
        is_ours = (await self.connection.execute(taken)).first() is not None
        return await self.get(confirmation_id) if is_ours else None
