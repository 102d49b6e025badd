"""Open questions of runs, locked while people decide, and what was decided at them."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.decisions import Decision
from bot.core.errors import AlreadyDecided
from bot.core.runs import Action
from bot.store.statements import changed, insert_into
from bot.store.tables import decisions, gates

DONE = {Action.APPLY: "applied", Action.DISCARD: "discarded", Action.CANCEL: "canceled"}


@dataclass(frozen=True, slots=True)
class GateTable:
    connection: AsyncConnection

    async def lock(self, run_id: str, gate: str) -> int:
        """Lock the gate's row for the rest of the transaction, making it where there is none; the current round, from 1.

        On SQLite the whole database is locked already: a transaction that writes is the only one.
        """
        fresh = insert_into(self.connection, gates).on_conflict_do_nothing(index_elements=["run_id", "gate"])
        await self.connection.execute(fresh, {"run_id": run_id, "gate": gate, "round": 1})
        here = (gates.c.run_id == run_id) & (gates.c.gate == gate)
        return int((await self.connection.execute(select(gates.c.round).where(here).with_for_update())).scalar_one())

    async def decision(self, run_id: str, gate: str, number: int) -> Decision | None:
        here = (decisions.c.run_id == run_id) & (decisions.c.gate == gate) & (decisions.c.round == number)
        row = (await self.connection.execute(select(decisions).where(here))).mappings().first()
        return decode(row) if row else None

    async def latest(self, run_id: str) -> Decision | None:
        """The newest decision about the run, at whichever gate and in whichever round."""
        query = (
            select(decisions).where(decisions.c.run_id == run_id).order_by(decisions.c.decided_at.desc(), decisions.c.id.desc()).limit(1)
        )
        row = (await self.connection.execute(query)).mappings().first()
        return decode(row) if row else None

    async def decide(self, decision: Decision) -> None:
        """Write the decision of a round at a gate that is locked; AlreadyDecided where the round has one."""
        fresh = insert_into(self.connection, decisions).on_conflict_do_nothing(index_elements=["run_id", "gate", "round"])
        if await changed(self.connection, fresh, asdict(decision)):
            return
        standing = await self.decision(decision.run_id, decision.gate, decision.round) or decision
        raise AlreadyDecided(standing.run_id, DONE[standing.action], standing.person, standing.decided_at)

    async def reopen(self, run_id: str, gate: str, number: int) -> None:
        """Begin the next round, unless it has begun."""
        here = (gates.c.run_id == run_id) & (gates.c.gate == gate) & (gates.c.round == number)
        await self.connection.execute(update(gates).where(here).values(round=number + 1))


def decode(row: RowMapping) -> Decision:
    return Decision(
        run_id=row["run_id"],
        gate=row["gate"],
        round=row["round"],
        action=Action(row["action"]),
        person=row["person"],
        person_name=row["person_name"],
        channel=row["channel"],
        comment=row["comment"],
        plan_digest=row["plan_digest"],
        decided_at=row["decided_at"],
        intent_id=row["intent_id"],
    )
