"""The clocks of gates that wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, and_, delete, func, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.messages import Kind
from bot.core.reminders import Waiting
from bot.core.runs import RunStatus
from bot.core.watches import ENDED
from bot.store.statements import changed, insert_new, portions
from bot.store.tables import decisions, gates, messages, reminders, runs

CALLS = or_(messages.c.kind == Kind.CALL, (messages.c.kind == Kind.CARD) & messages.c.text.not_in(["", ENDED]))
"""What calls people: a call, and a card that was born at a gate."""


@dataclass(frozen=True, slots=True)
class ReminderTable:
    connection: AsyncConnection

    async def all(self) -> tuple[Waiting, ...]:
        """The longest waiting first."""
        query = select(reminders).order_by(reminders.c.began_at, reminders.c.run_id)
        return tuple(Waiting(**row) for row in (await self.connection.execute(query)).mappings())

    async def get(self, run_id: str, gate: str) -> Waiting | None:
        row = (await self.connection.execute(select(reminders).where(here(run_id, gate)))).mappings().first()
        return Waiting(**row) if row else None

    async def begin(self, waiting: Waiting) -> bool:
        """False where the gate's clock runs already."""
        fresh = insert_new(self.connection, reminders, "run_id", "gate")
        return await changed(self.connection, fresh, asdict(waiting)) == 1

    async def move(self, before: Waiting, after: Waiting) -> bool:
        """Compare-and-set on how far it was; False where somebody else has moved it."""
        as_read = here(before.run_id, before.gate) & (reminders.c.step == before.step) & (reminders.c.round == before.round)
        for name in ("warned_at", "snoozed_until"):
            column, value = reminders.c[name], getattr(before, name)
            as_read &= column.is_(None) if value is None else column == value
        return await changed(self.connection, update(reminders).where(as_read).values(asdict(after))) == 1

    async def end(self, run_id: str, gate: str) -> None:
        await self.connection.execute(delete(reminders).where(here(run_id, gate)))

    async def unclocked(self) -> tuple[str, ...]:
        """Runs that go on, about which people were called, and whose gate has no clock."""
        query = (
            select(messages.c.subject)
            .join(runs, runs.c.id == messages.c.subject)
            .outerjoin(reminders, reminders.c.run_id == messages.c.subject)
            .where(not_(runs.c.is_final), CALLS, reminders.c.run_id.is_(None))
            .distinct()
            .order_by(messages.c.subject)
        )
        return tuple((await self.connection.execute(query)).scalars())

    async def answered(self) -> frozenset[tuple[str, str]]:
        """Runs and gates whose clock runs although somebody has decided, in the round that is open now."""
        at = and_(gates.c.run_id == reminders.c.run_id, gates.c.gate == reminders.c.gate)
        decided = and_(decisions.c.run_id == gates.c.run_id, decisions.c.gate == gates.c.gate, decisions.c.round == gates.c.round)
        query = select(reminders.c.run_id, reminders.c.gate).join(gates, at).join(decisions, decided)
        return frozenset((row.run_id, row.gate) for row in await self.connection.execute(query))

    async def behind(self, workspace_ids: Sequence[str]) -> dict[str, int]:
        """How many runs of each workspace have yet to begin; a workspace without any is absent."""
        found: dict[str, int] = {}
        for some in portions(workspace_ids):
            waits = runs.c.workspace_id.in_(some) & (runs.c.status == RunStatus.PENDING) & not_(runs.c.is_final)
            query = select(runs.c.workspace_id, func.count()).where(waits).group_by(runs.c.workspace_id)
            found.update({row[0]: row[1] for row in await self.connection.execute(query)})
        return found


def here(run_id: str, gate: str) -> ColumnElement[bool]:
    return (reminders.c.run_id == run_id) & (reminders.c.gate == gate)
