"""Open questions of runs, locked while people decide, and what was decided at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import bindparam, case, not_, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.decisions import Decision, Standing
from bot.core.errors import AlreadyDecided
from bot.core.messages import Kind
from bot.core.runs import Action
from bot.core.tallies import Tally
from bot.store.columns import Cells
from bot.store.reminders import CALLS
from bot.store.rules import IN_FORCE
from bot.store.runs import decode as decode_stored
from bot.store.statements import changed, insert_new, portions
from bot.store.tables import decisions, gates, messages, runs
from bot.store.tallies import document_of, tally_from
from bot.store.votes import VoteTable

DONE = {
    Action.APPLY: "applied",
    Action.OVERRIDE: "overridden",
    Action.DISCARD: "discarded",
    Action.CANCEL: "canceled",
    Action.FORCE_CANCEL: "canceled by force",
}


HERE = (gates.c.run_id == bindparam("run_id")) & (gates.c.gate == bindparam("gate"))
LOCKED = select(gates.c.round).where(HERE).with_for_update()
LOOKED = select(gates.c.round, gates.c.tally, gates.c.judged_at).where(HERE)
JUDGED = update(gates).where(gates.c.run_id == bindparam("of_run"), gates.c.gate == bindparam("of_gate"))
OF_ROUND = (decisions.c.run_id == gates.c.run_id) & (decisions.c.gate == gates.c.gate) & (decisions.c.round == gates.c.round)
STANDING = (
    select(
        IN_FORCE.scalar_subquery().label("rules_hash"),
        gates.c.run_id,
        gates.c.gate,
        gates.c.round,
        *(column for column in decisions.c if column.name not in {"id", "run_id", "gate", "round"}),
        *(runs.c.snapshot, runs.c.asked_at, runs.c.version),
    )
    .select_from(gates.outerjoin(decisions, OF_ROUND).outerjoin(runs, runs.c.id == gates.c.run_id))
    .where(HERE)
)
ASKED = case((messages.c.kind == Kind.CALL, messages.c.gate), else_=messages.c.text)
"""The gate at which a message asks: a call's own, or the one at which a card was born."""
UNJUDGED = (
    select(messages.c.subject, ASKED.label("asked"))
    .join(runs, (runs.c.id == messages.c.subject) & not_(runs.c.is_final))
    .outerjoin(gates, (gates.c.run_id == messages.c.subject) & (gates.c.gate == ASKED))
    .where(CALLS, messages.c.ts.is_not(None), gates.c.tally.is_(null()))
    .distinct()
    .order_by(messages.c.subject, "asked")
)


@dataclass(frozen=True, slots=True)
class GateTable:
    connection: AsyncConnection

    async def lock(self, run_id: str, gate: str) -> int:
        """Lock the gate's row for the rest of the transaction, making it where there is none; the current round, from 1.

        On SQLite the whole database is locked already: a transaction that writes is the only one.
        """
        place = {"run_id": run_id, "gate": gate}
        number = (await self.connection.execute(LOCKED, place)).scalar()
        if number is None:
            fresh = insert_new(self.connection, gates, "run_id", "gate")
            await self.connection.execute(fresh, place | {"round": 1})
            number = (await self.connection.execute(LOCKED, place)).scalar_one()
        return int(number)

    async def enter(self, run_id: str, gate: str) -> Standing:
        """Lock the gate's row as `lock` does; what a new decision there hangs on, by a statement that began after that and so sees all."""
        place = {"run_id": run_id, "gate": gate}
        if self.connection.dialect.name == "postgresql":
            await self.lock(run_id, gate)
        row = (await self.connection.execute(STANDING, place)).mappings().first()
        if row is None:
            await self.lock(run_id, gate)
            row = (await self.connection.execute(STANDING, place)).mappings().one()
        return Standing(
            round=row["round"],
            rules_hash=row["rules_hash"],
            decision=decode(row) if row["person"] is not None else None,
            stored=decode_stored(row) if row["snapshot"] is not None else None,
        )

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
        fresh = insert_new(self.connection, decisions, "run_id", "gate", "round")
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
        row = (await self.connection.execute(LOOKED, {"run_id": run_id, "gate": gate})).first()
        return (row.round, tally_from(row.tally), row.judged_at) if row else (1, None, None)

    async def judged(self, run_id: str, gate: str, tally: Tally, now: datetime) -> None:
        """Note how it stands at a gate that is locked."""
        values = {"of_run": run_id, "of_gate": gate, "tally": document_of(tally), "judged_at": now}
        await self.connection.execute(JUDGED, values)

    async def doubt(self, run_ids: Sequence[str]) -> None:
        """How it stands at the gates of these runs is no longer certain: it is judged anew when it is shown."""
        for some in portions(run_ids):
            await self.connection.execute(update(gates).where(gates.c.run_id.in_(some)).values(judged_at=None))

    async def unjudged(self) -> tuple[tuple[str, str], ...]:
        """Runs that are not final and gates that were never judged, although a posted message asks people there."""
        return tuple((row.subject, row.asked) for row in await self.connection.execute(UNJUDGED))


def decode(row: Cells) -> Decision:
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
