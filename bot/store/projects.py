"""The names of projects, as the server told them last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.servers import Project
from bot.store.statements import portions, upsert
from bot.store.tables import projects


@dataclass(frozen=True, slots=True)
class ProjectTable:
    connection: AsyncConnection

    async def put(self, organization: str, found: Sequence[Project]) -> None:
        """These are all that an organization has; others that we knew of it are gone."""
        known = await self.of(organization)
        rows = [{"id": one.id, "organization": organization, "name": one.name} for one in found if known.get(one.id) != one.name]
        if rows:
            await self.connection.execute(upsert(self.connection, projects), rows)
        for some in portions(sorted(known.keys() - {one.id for one in found})):
            await self.connection.execute(delete(projects).where(projects.c.id.in_(some)))

    async def of(self, organization: str) -> dict[str, str]:
        """The names by the ids."""
        query = select(projects.c.id, projects.c.name).where(projects.c.organization == organization)
        return {row.id: row.name for row in await self.connection.execute(query)}

    async def names(self, project_ids: Iterable[str]) -> dict[str, str]:
        """Those of these ids that are known."""
        found: dict[str, str] = {}
        for some in portions(sorted(set(project_ids))):
            rows = await self.connection.execute(select(projects.c.id, projects.c.name).where(projects.c.id.in_(some)))
            found.update((row.id, row.name) for row in rows)
        return found
