"""Open questions of runs, locked while people decide, and what was decided at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.decisions import Decision
from bot.core.errors import AlreadyDecided
from bot.core.runs import Action
from bot.core.tallies import Tally
from bot.store.statements import changed, insert_into, portions
from bot.store.tables import decisions, gates
from bot.store.tallies import document_of, tally_from
from bot.store.votes import VoteTable

DONE = {
    Action.APPLY: "applied",
    Action.OVERRIDE: "overridden",
    Action.DISCARD: "discarded",
    Action.CANCEL: "canceled",
    Action.FORCE_CANCEL: "canceled by force",
}


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
        return (await self.latest_of([run_id])).get(run_id)

    async def latest_override(self, run_id: str, gate: str = "") -> Decision | None:
        """The newest decision by which something of the run was overridden, at one gate or at any."""
        here = (decisions.c.run_id == run_id) & (decisions.c.action == Action.OVERRIDE.value)
        if gate:
            here &= decisions.c.gate == gate
        query = select(decisions).where(here).order_by(decisions.c.decided_at.desc(), decisions.c.id.desc()).limit(1)
        row = (await self.connection.execute(query)).mappings().first()
        return decode(row) if row else None

    async def latest_of(self, run_ids: Sequence[str]) -> dict[str, Decision]:
        """As `latest`, for each run about which there is one."""
        found: dict[str, Decision] = {}
        for some in portions(run_ids):
            query = select(decisions).where(decisions.c.run_id.in_(some)).order_by(decisions.c.decided_at, decisions.c.id)
            found.update((row["run_id"], decode(row)) for row in (await self.connection.execute(query)).mappings())
        return found

    async def decide(self, decision: Decision) -> None:
        """Write the decision of a round at a gate that is locked; AlreadyDecided where the round has one."""
        fresh = insert_into(self.connection, decisions).on_conflict_do_nothing(index_elements=["run_id", "gate", "round"])
        if await changed(self.connection, fresh, asdict(decision)):
            return
        standing = await self.decision(decision.run_id, decision.gate, decision.round) or decision
        raise AlreadyDecided(standing.run_id, DONE[standing.action], standing.person, standing.decided_at)

    async def reopen(self, run_id: str, gate: str, number: int) -> None:
        """Begin the next round, unless it has begun; what was voted in this one is taken along."""
        here = (gates.c.run_id == run_id) & (gates.c.gate == gate) & (gates.c.round == number)
        if await changed(self.connection, update(gates).where(here).values(round=number + 1)):
            await VoteTable(self.connection).carry_over(run_id, gate, number)

    async def look(self, run_id: str, gate: str) -> tuple[int, Tally | None, datetime | None]:
        """The current round without locking it, how it stood when it was last judged, and when; round 1 where nobody has come yet."""
        here = (gates.c.run_id == run_id) & (gates.c.gate == gate)
        row = (await self.connection.execute(select(gates.c.round, gates.c.tally, gates.c.judged_at).where(here))).first()
        return (row.round, tally_from(row.tally), row.judged_at) if row else (1, None, None)

    async def judged(self, run_id: str, gate: str, tally: Tally, now: datetime) -> None:
        """Note how it stands at a gate that is locked."""
        here = (gates.c.run_id == run_id) & (gates.c.gate == gate)
        await self.connection.execute(update(gates).where(here).values(tally=document_of(tally), judged_at=now))

    async def doubt(self, run_ids: Sequence[str]) -> None:
        """How it stands at the gates of these runs is no longer certain: it is judged anew when it is shown."""
        for some in portions(run_ids):
            await self.connection.execute(update(gates).where(gates.c.run_id.in_(some)).values(judged_at=None))


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
        broke_glass=row["broke_glass"],
    )
