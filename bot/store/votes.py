"""Votes at gates: one of each person in a round, until the round is decided."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, delete, literal, select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.votes import Vote
from bot.store.statements import changed, insert_into, upsert
from bot.store.tables import gates, votes

HERE = (votes.c.run_id == bindparam("run_id")) & (votes.c.gate == bindparam("gate"))
ORDER = (votes.c.at, votes.c.person)
OF_ROUND = (gates.c.run_id == votes.c.run_id) & (gates.c.gate == votes.c.gate) & (gates.c.round == votes.c.round)
AT = select(votes).where(HERE, votes.c.round == bindparam("round")).order_by(*ORDER)
OPEN = select(votes).join(gates, OF_ROUND).where(HERE).order_by(*ORDER)


@dataclass(frozen=True, slots=True)
class VoteTable:
    connection: AsyncConnection

    async def at(self, run_id: str, gate: str, number: int) -> tuple[Vote, ...]:
        """The votes of a round, the oldest first; read them under the gate's lock where something hangs on them."""
        round_of = {"run_id": run_id, "gate": gate, "round": number}
        return tuple(map(decode, (await self.connection.execute(AT, round_of)).mappings()))

    async def open(self, run_id: str, gate: str) -> tuple[Vote, ...]:
        """As `at`, of the round that is open now."""
        return tuple(map(decode, (await self.connection.execute(OPEN, {"run_id": run_id, "gate": gate})).mappings()))

    async def cast(self, run_id: str, gate: str, number: int, vote: Vote) -> None:
        """A second vote of the same person takes the place of the first."""
        values = {
            "run_id": run_id,
            "gate": gate,
            "round": number,
            "person": vote.person,
            "person_name": vote.name,
            "channel": vote.channel,
            "at": vote.at,
            "plan_digest": vote.digest,
            "rules_hash": vote.rules,
            "reason": vote.reason,
            "typed_name": vote.typed_name,
        }
        await self.connection.execute(upsert(self.connection, votes), values)

    async def take_back(self, run_id: str, gate: str, number: int, person: str) -> bool:
        """False where there was none."""
        here = (votes.c.run_id == run_id) & (votes.c.gate == gate) & (votes.c.round == number) & (votes.c.person == person)
        return await changed(self.connection, delete(votes).where(here)) == 1

    async def carry_over(self, run_id: str, gate: str, number: int) -> None:
        """What was said in a round is said in the one after it, too: its decision came to nothing, and nobody is asked again."""
        others = [column for column in votes.c if column.name != "round"]
        old = select(*others, literal(number + 1).label("round")).where(
            votes.c.run_id == run_id, votes.c.gate == gate, votes.c.round == number
        )
        names = [*(column.name for column in others), "round"]
        await self.connection.execute(insert_into(self.connection, votes).from_select(names, old).on_conflict_do_nothing())


def decode(row: RowMapping) -> Vote:
    return Vote(
        person=row["person"],
        at=row["at"],
        digest=row["plan_digest"],
        rules=row["rules_hash"],
        reason=row["reason"],
        typed_name=row["typed_name"],
        name=row["person_name"],
        channel=row["channel"],
    )
