"""When each recipe looks at each organization next, and how far it came."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.cadence import Look, Recipe
from bot.store.statements import upsert
from bot.store.tables import looks


@dataclass(frozen=True, slots=True)
class LookTable:
    connection: AsyncConnection

    async def all(self) -> tuple[Look, ...]:
        """Looks whose recipe this release knows."""
        query = select(looks).where(looks.c.recipe.in_(sorted(Recipe))).order_by(looks.c.organization, looks.c.recipe)
        rows = (await self.connection.execute(query)).mappings()
        return tuple(Look(**{**row, "recipe": Recipe(row["recipe"])}) for row in rows)

    async def put(self, look: Look) -> None:
        await self.connection.execute(upsert(self.connection, looks), asdict(look))
