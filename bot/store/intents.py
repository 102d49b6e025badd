"""Calls to the Runs API that people have decided on, and how far each has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import Update, bindparam, func, insert, not_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.decisions import OPEN, Deed, Intent, IntentState
from bot.store.columns import Cells
from bot.store.requests import begin
from bot.store.statements import changed, portions
from bot.store.tables import intents, runs

FIELDS = frozenset(field.name for field in fields(Intent)) - {"id", "state"}

ONE = select(intents).where(intents.c.id == bindparam("id"))
OF_RUNS = intents.c.run_id.in_(bindparam("run_ids", expanding=True))
CREATING = select(intents).where(OF_RUNS, intents.c.deed == Deed.CREATE).order_by(intents.c.created_at.desc())


@dataclass(frozen=True, slots=True)
class IntentTable:
    connection: AsyncConnection

    async def add(self, intent: Intent) -> None:
        """Store it; the request that it comes from has an effect by that, and is never judged again."""
        await begin(self.connection)
        values = {name: getattr(intent, name) for name in ("id", "state", *FIELDS)}
        await self.connection.execute(insert(intents), storable(values))

    async def get(self, intent_id: str) -> Intent | None:
        row = (await self.connection.execute(ONE, {"id": intent_id})).mappings().first()
        return decode(row) if row else None

    async def open(self) -> tuple[Intent, ...]:
        """Intents that are pending, sent or unsure, oldest first."""
        query = select(intents).where(intents.c.state.in_(sorted(OPEN))).order_by(intents.c.created_at, intents.c.id)
        return tuple(map(decode, (await self.connection.execute(query)).mappings()))

    async def counts(self) -> dict[IntentState, int]:
        """How many there are in each state; a state without any is absent."""
        query = select(intents.c.state, func.count()).group_by(intents.c.state)
        return {IntentState(row[0]): row[1] for row in await self.connection.execute(query)}

    async def move(self, intent: Intent, state: IntentState, **changes: object) -> bool:
        """Compare-and-set from the intent's state to another; `changes` are other fields of Intent by name. False where it had moved.

        An intent that was read with an owner or a lease moves only while it is still that owner's, under that lease.
        """
        if unknown := changes.keys() - FIELDS:
            raise TypeError(f"an intent has no field {', '.join(sorted(unknown))} to change")
        as_read = {"of_id": intent.id, "of_state": intent.state, "of_owner": intent.owner, "of_lease": intent.lease_until}
        statement = moving(is_owned=bool(intent.owner), is_leased=intent.lease_until is not None)
        needed = {name: value for name, value in as_read.items() if value or name == "of_id"}
        return await changed(self.connection, statement, {**needed, "state": state, **storable(changes)}) == 1

    async def turn(self, intent: Intent, until: datetime) -> bool:
        """Keep others from advancing an open intent until then, compare-and-set on what was read of it; whether it was ours to do."""
        here = (intents.c.id == intent.id) & (intents.c.state == intent.state)
        as_read = intents.c.not_before.is_(None) if intent.not_before is None else intents.c.not_before == intent.not_before
        return await changed(self.connection, update(intents).where(here, as_read).values(not_before=until)) == 1

    async def creating(self, run_id: str) -> Intent | None:
        """The intent that created the run, where we did."""
        return (await self.creating_of([run_id])).get(run_id)

    async def creating_of(self, run_ids: Sequence[str]) -> dict[str, Intent]:
        """As `creating`, for each run that we created."""
        found: dict[str, Intent] = {}
        for some in portions(run_ids):
            rows = (await self.connection.execute(CREATING, {"run_ids": some})).mappings()
            found.update((row["run_id"], decode(row)) for row in rows)
        return found

    async def started_by(self, person: str, most: int = 20) -> tuple[Intent, ...]:
        """What created the newest runs that somebody asked for, the newest first."""
        here = (intents.c.person == person) & (intents.c.deed == Deed.CREATE) & intents.c.run_id.is_not(None)
        query = select(intents).where(here).order_by(intents.c.created_at.desc(), intents.c.id).limit(most)
        return tuple(map(decode, (await self.connection.execute(query)).mappings()))

    async def creates_in(self, workspace_id: str, since: datetime) -> tuple[Intent, ...]:
        """The wishes for runs of a workspace since then, whatever became of them, oldest first."""
        here = (intents.c.deed == Deed.CREATE) & (intents.c.workspace_id == workspace_id) & (intents.c.created_at >= since)
        query = select(intents).where(here).order_by(intents.c.created_at, intents.c.id)
        return tuple(map(decode, (await self.connection.execute(query)).mappings()))

    async def wishes(self) -> tuple[Intent, ...]:
        """The intents that created runs which go on and shall be applied without anybody deciding, oldest first."""
        query = (
            select(intents)
            .join(runs, runs.c.id == intents.c.run_id)
            .where(intents.c.deed == Deed.CREATE, intents.c.state == IntentState.SETTLED, not_(runs.c.is_final))
            .order_by(intents.c.created_at, intents.c.id)
        )
        found = map(decode, (await self.connection.execute(query)).mappings())
        return tuple(intent for intent in found if intent.payload.get("auto_apply") == "yes")


@cache
def moving(*, is_owned: bool, is_leased: bool) -> Update:
    as_read = (intents.c.id == bindparam("of_id")) & (intents.c.state == bindparam("of_state"))
    if is_owned:
        as_read &= intents.c.owner == bindparam("of_owner")
    if is_leased:
        as_read &= intents.c.lease_until == bindparam("of_lease")
    return update(intents).where(as_read)


def storable(values: dict[str, Any]) -> dict[str, Any]:
    """JSON knows a dict, not just any mapping."""
    return {**values, "payload": dict(values["payload"])} if "payload" in values else values


def decode(row: Cells) -> Intent:
    kept = {name: row[name] for name in FIELDS - {"deed", "payload"}}
    return Intent(
        id=row["id"],
        deed=Deed(row["deed"]),
        state=IntentState(row["state"]),
        payload=MappingProxyType(row["payload"]),
        **kept,
    )
