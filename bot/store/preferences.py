"""What people have asked to hear in direct messages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.statements import insert_into, portions
from bot.store.tables import preferences


@dataclass(frozen=True, slots=True)
class PreferenceTable:
    connection: AsyncConnection

    async def hears_of_own(self, person: str) -> bool:
        """Nobody does who has not asked for it."""
        return person in await self.hearing_of_own([person])

    async def hearing_of_own(self, people: Iterable[str]) -> frozenset[str]:
        """Those of these people who want to hear of runs of their own."""
        found: set[str] = set()
        for some in portions(sorted(set(people))):
            query = select(preferences.c.person).where(preferences.c.person.in_(some), preferences.c.own_runs)
            found.update((await self.connection.execute(query)).scalars())
        return frozenset(found)

    async def any_hears(self) -> bool:
        """Whether anybody wants to hear of runs of their own."""
        query = select(preferences.c.person).where(preferences.c.own_runs).limit(1)
        return (await self.connection.execute(query)).first() is not None

    async def hear_of_own(self, person: str, now: datetime, *, wanted: bool) -> None:
        statement = insert_into(self.connection, preferences)
        values = {"own_runs": wanted, "changed_at": now}
        statement = statement.on_conflict_do_update(index_elements=["person"], set_=values)
        await self.connection.execute(statement, {"person": person, **values})
