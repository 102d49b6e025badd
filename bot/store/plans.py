"""The facts of plans: read until a plan has finished, then kept as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.plans import PlanFacts
from bot.store.columns import Cells
from bot.store.statements import insert_into, portions
from bot.store.tables import plans

FACTS = ("additions", "changes", "destructions", "imports", "has_changes", "finished_at")


ONE = select(plans).where(plans.c.id == bindparam("id"))
SOME = select(plans).where(plans.c.id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class PlanTable:
    connection: AsyncConnection

    async def get(self, plan_id: str) -> PlanFacts | None:
        row = (await self.connection.execute(ONE, {"id": plan_id})).mappings().first()
        return decode(row) if row else None

    async def many(self, plan_ids: Sequence[str]) -> dict[str, PlanFacts]:
        found: dict[str, PlanFacts] = {}
        for some in portions(plan_ids):
            rows = (await self.connection.execute(SOME, {"ids": some})).mappings()
            found.update((row["id"], decode(row)) for row in rows)
        return found

    async def put(self, plan: PlanFacts) -> None:
        """Kept for ever once finished: a run's plan never changes."""
        statement = insert_into(self.connection, plans)
        statement = statement.on_conflict_do_update(
            index_elements=["id"],
            set_={name: statement.excluded[name] for name in ("status", *FACTS)},
            where=plans.c.status != "finished",
        )
        facts = {name: getattr(plan, name) for name in FACTS}
        await self.connection.execute(statement, {"id": plan.plan_id, "status": plan.status_word, **facts})

    async def comparison(self, plan_id: str) -> dict[str, Any] | None:
        """What was noted of how the plan compares; None where nothing was."""
        found: dict[str, Any] | None = await self.connection.scalar(select(plans.c.comparison).where(plans.c.id == plan_id))
        return found

    async def compared(self, plan_id: str, comparison: dict[str, Any]) -> None:
        """Note it, once the plan is known."""
        await self.connection.execute(update(plans).where(plans.c.id == plan_id).values(comparison=comparison))


def decode(row: Cells) -> PlanFacts:
    return PlanFacts(plan_id=row["id"], status_word=row["status"], **{name: row[name] for name in FACTS})
