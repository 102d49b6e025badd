"""What we know of workspaces."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.workspaces import Workspace, is_called
from bot.store.columns import Cells
from bot.store.statements import MOST_AT_ONCE, portions, upsert
from bot.store.tables import workspaces

ONE = select(workspaces).where(workspaces.c.id == bindparam("id"))
ESCAPE = "\\"
SOME = select(workspaces).where(workspaces.c.id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class WorkspaceTable:
    connection: AsyncConnection

    async def put(self, found: Sequence[Workspace], seen_at: datetime) -> None:
        """Insert or refresh; a row is written only where something changed, and never by a look older than the one it came from."""
        latest = {one.id: one for one in found}
        known = await self._rows(list(latest))
        wanted = [encode(one, seen_at, known.get(one.id)) for _, one in sorted(latest.items()) if is_news(one, seen_at, known.get(one.id))]
        if wanted:
            await self.connection.execute(upsert(self.connection, workspaces), wanted)

    async def get(self, workspace_id: str) -> Workspace | None:
        row = (await self.connection.execute(ONE, {"id": workspace_id})).mappings().first()
        return decode(row) if row else None

    async def many(self, workspace_ids: Sequence[str]) -> dict[str, Workspace]:
        """Those of these ids that we know."""
        return {row_id: decode(row) for row_id, row in (await self._rows(workspace_ids)).items()}

    async def count(self, organization: str) -> int:
        """How many we know of an organization."""
        query = select(func.count()).select_from(workspaces).where(workspaces.c.organization == organization)
        return int((await self.connection.execute(query)).scalar_one())

    async def ids(self, organization: str, after: str = "", most: int = MOST_AT_ONCE) -> tuple[str, ...]:
        """The ids of the workspaces that we know of an organization, in their order, a portion at a time."""
        here = (workspaces.c.organization == organization) & (workspaces.c.id > after)
        query = select(workspaces.c.id).where(here).order_by(workspaces.c.id).limit(most)
        return tuple((await self.connection.execute(query)).scalars())

    async def named(self, organization: str, name: str) -> Workspace | None:
        """The one that bears the name; where two do, since one was renamed or made anew, the one seen so last."""
        query = (
            select(workspaces)
            .where(workspaces.c.organization == organization, workspaces.c.name == name)
            .order_by(workspaces.c.seen_at.desc(), workspaces.c.id)
            .limit(1)
        )
        row = (await self.connection.execute(query)).mappings().first()
        return decode(row) if row else None

    async def alike(self, name: str) -> tuple[Workspace, ...]:
        """Those that have the name in any capitals, in every organization, by organization and name.

        SQLite folds the letters of English alone, PostgreSQL those of its locale: the server takes no others in names.
        """
        query = select(workspaces).where(workspaces.c.name.ilike(like_exactly(name), escape=ESCAPE))
        found = map(decode, (await self.connection.execute(query)).mappings())
        return tuple(sorted((one for one in found if is_called(name, one)), key=lambda one: (one.organization, one.name)))

    async def all(self) -> tuple[Workspace, ...]:
        """Every workspace we know, by organization and name, in the order of the letters' numbers in both databases."""
        rows = (await self.connection.execute(select(workspaces))).mappings()
        return tuple(sorted(map(decode, rows), key=lambda one: (one.organization, one.name)))

    async def first_seen(self, workspace_ids: Sequence[str]) -> dict[str, datetime]:
        """When each was first seen under the name it bears now; a workspace we do not know is absent."""
        return {row_id: row["first_seen_at"] for row_id, row in (await self._rows(workspace_ids)).items()}

    async def forget(self, workspace_ids: Sequence[str]) -> None:
        for some in portions(workspace_ids):
            await self.connection.execute(delete(workspaces).where(workspaces.c.id.in_(some)))

    async def _rows(self, workspace_ids: Sequence[str]) -> dict[str, RowMapping]:
        found: dict[str, RowMapping] = {}
        for some in portions(workspace_ids):
            rows = (await self.connection.execute(SOME, {"ids": some})).mappings()
            found.update((row["id"], row) for row in rows)
        return found


def like_exactly(name: str) -> str:
    """Return LIKE's pattern for the name itself."""
    return re.sub(r"([\\%_])", r"\\\1", name)


def is_news(workspace: Workspace, seen_at: datetime, known: RowMapping | None) -> bool:
    return known is None or (known["seen_at"] <= seen_at and decode(known) != workspace)


def encode(workspace: Workspace, seen_at: datetime, known: RowMapping | None) -> dict[str, Any]:
    same_name = known is not None and (known["organization"], known["name"]) == (workspace.organization, workspace.name)
    return {
        "id": workspace.id,
        "organization": workspace.organization,
        "name": workspace.name,
        "project_id": workspace.project_id,
        "tags": sorted(workspace.tags),
        "auto_apply": workspace.auto_apply,
        "allow_destroy_plan": workspace.allow_destroy_plan,
        "locked": workspace.locked,
        "execution_mode": workspace.execution_mode,
        "current_run_id": workspace.current_run_id,
        "first_seen_at": known["first_seen_at"] if known is not None and same_name else seen_at,
        "seen_at": seen_at,
    }


def decode(row: Cells, project_name: str | None = None) -> Workspace:
    return Workspace(
        id=row["id"],
        name=row["name"],
        organization=row["organization"],
        project_id=row["project_id"],
        project_name=project_name,
        tags=frozenset(row["tags"]),
        auto_apply=row["auto_apply"],
        allow_destroy_plan=row["allow_destroy_plan"],
        locked=row["locked"],
        execution_mode=row["execution_mode"],
        current_run_id=row["current_run_id"],
    )
