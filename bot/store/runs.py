"""The newest known snapshot of each run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, bindparam, delete, func, not_, select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.listings import EPOCH, waiting_since
from bot.core.runs import Run
from bot.core.stored import KnownRun, StoredRun
from bot.store.columns import Cells, Words
from bot.store.plans import decode as decode_plan
from bot.store.snapshots import decode_run, encode_run
from bot.store.statements import insert_into, portions
from bot.store.tables import plans, runs, workspaces
from bot.store.workspaces import decode as decode_workspace

SEARCHED = (
    *("workspace_id", "status", "created_at", "is_final", "asked_at", "snapshot", "commit_sha", "configuration_version_id"),
    *("created_by", "waiting_since"),
)


ONE = select(runs).where(runs.c.id == bindparam("id"))
SOME = select(runs).where(runs.c.id.in_(bindparam("ids", expanding=True)))

KNOWN = (
    select(runs, workspaces, plans)
    .select_from(
        workspaces.outerjoin(runs, runs.c.id == bindparam("run_id")).outerjoin(plans, plans.c.id == bindparam("plan_id", type_=Words()))
    )
    .where(workspaces.c.id == bindparam("workspace_id"))
)


@dataclass(frozen=True, slots=True)
class RunTable:
    connection: AsyncConnection

    async def get(self, run_id: str) -> StoredRun | None:
        row = (await self.connection.execute(ONE, {"id": run_id})).mappings().first()
        return decode(row) if row else None

    async def many(self, run_ids: Sequence[str]) -> dict[str, StoredRun]:
        found: dict[str, StoredRun] = {}
        for some in portions(run_ids):
            found.update(by_id((await self.connection.execute(SOME, {"ids": some})).mappings()))
        return found

    async def known(self, run_id: str, workspace_id: str, plan_id: str | None) -> KnownRun:
        """A run with its workspace and its plan."""
        asked = {"run_id": run_id, "workspace_id": workspace_id, "plan_id": plan_id}
        row = (await self.connection.execute(KNOWN, asked)).first()
        if row is None:
            return KnownRun()
        run, workspace, plan = parts(row, runs, workspaces, plans)
        return KnownRun(
            workspace=decode_workspace(workspace),
            stored=decode(run) if run["id"] is not None else None,
            plan=decode_plan(plan) if plan["id"] is not None else None,
        )

    async def put(self, run: Run, asked_at: datetime) -> bool:
        """Write the snapshot unless the stored one was asked for later or is final; whether it was written."""
        return run.id in await self.put_all([run], asked_at)

    async def put_all(self, found: Sequence[Run], asked_at: datetime) -> frozenset[str]:
        """As `put`, for each; the ids of those that were written."""
        rows = [encode(run, asked_at) for run in sorted({run.id: run for run in found}.values(), key=lambda run: run.id)]
        if not rows:
            return frozenset()
        statement = insert_into(self.connection, runs)
        fresh = statement.excluded
        searched = {name: fresh[name] for name in SEARCHED} | {"created_by": func.coalesce(fresh.created_by, runs.c.created_by)}
        statement = statement.on_conflict_do_update(
            index_elements=["id"],
            set_={**searched, "version": runs.c.version + 1},
            where=(runs.c.asked_at <= fresh.asked_at) & not_(runs.c.is_final),
        )
        return frozenset((await self.connection.execute(statement.returning(runs.c.id), rows)).scalars())

    async def of_commit(self, sha: str) -> dict[str, datetime | None]:
        """The runs of one commit, by id, with when the server created them."""
        rows = await self.connection.execute(select(runs.c.id, runs.c.created_at).where(runs.c.commit_sha == sha))
        return {row.id: row.created_at for row in rows}

    async def with_commit(self, start: str, most: int = 50) -> tuple[StoredRun, ...]:
        """The newest runs whose commit begins so, of a letter from 0 to 9 or a to f each."""
        return await self._newest(most, runs.c.commit_sha >= start, runs.c.commit_sha < f"{start}g")

    async def of_configuration(self, configuration_version_id: str, most: int = 200) -> tuple[StoredRun, ...]:
        """The newest runs that were given this configuration version, in whichever workspace."""
        return await self._newest(most, runs.c.configuration_version_id == configuration_version_id)

    async def of_status(self, workspace_id: str, status: str, most: int = 20) -> tuple[StoredRun, ...]:
        """The newest runs of a workspace that have a status."""
        return await self._newest(most, runs.c.workspace_id == workspace_id, runs.c.status == status)

    async def _newest(self, most: int, *conditions: ColumnElement[bool]) -> tuple[StoredRun, ...]:
        query = select(runs).where(*conditions).order_by(runs.c.created_at.desc().nulls_last(), runs.c.id).limit(most)
        return tuple(map(decode, (await self.connection.execute(query)).mappings()))

    async def alive(self, organization: str) -> tuple[tuple[str, datetime], ...]:
        """Of an organization, the ids of the runs that are not final, and when each was asked for: oldest first."""
        query = (
            select(runs.c.id, runs.c.asked_at)
            .join(workspaces, workspaces.c.id == runs.c.workspace_id)
            .where(not_(runs.c.is_final), workspaces.c.organization == organization)
            .order_by(runs.c.asked_at, runs.c.id)
        )
        return tuple((row[0], row[1]) for row in await self.connection.execute(query))

    async def any_live(self) -> bool:
        query = select(runs.c.id).where(not_(runs.c.is_final)).limit(1)
        return (await self.connection.execute(query)).first() is not None

    async def live(self) -> tuple[StoredRun, ...]:
        """Runs that are not final, oldest read first."""
        query = select(runs).where(not_(runs.c.is_final)).order_by(runs.c.asked_at, runs.c.id)
        return tuple(map(decode, (await self.connection.execute(query)).mappings()))

    async def forget(self, run_id: str) -> None:
        """The server no longer has it."""
        await self.connection.execute(delete(runs).where(runs.c.id == run_id))

    async def newest(self, workspace_ids: Sequence[str]) -> dict[str, StoredRun]:
        """The newest known run of each workspace, by when it was created."""
        found: dict[str, StoredRun] = {}
        order = (runs.c.created_at.desc().nulls_last(), runs.c.asked_at.desc(), runs.c.id)
        place = func.row_number().over(partition_by=runs.c.workspace_id, order_by=order).label("place")
        for some in portions(workspace_ids):
            ranked = select(runs, place).where(runs.c.workspace_id.in_(some)).subquery()
            rows = (await self.connection.execute(select(ranked).where(ranked.c.place == 1))).mappings()
            found.update((row["workspace_id"], decode(row)) for row in rows)
        return found


def encode(run: Run, asked_at: datetime) -> dict[str, Any]:
    return {
        "id": run.id,
        "workspace_id": run.workspace_id,
        "status": run.status_word,
        "created_at": run.created_at or EPOCH,
        "is_final": run.is_final,
        "asked_at": asked_at,
        "version": 1,
        "snapshot": encode_run(run),
        "commit_sha": run.commit.sha if run.commit else None,
        "configuration_version_id": run.configuration_version_id,
        "created_by": run.created_by.casefold() if run.created_by else None,
        "waiting_since": waiting_since(run),
    }


def decode(row: Cells) -> StoredRun:
    return StoredRun(run=decode_run(row["snapshot"]), asked_at=row["asked_at"], version=row["version"])


def parts(row: Row[Any], *tables: Table) -> Iterator[Mapping[str, Any]]:
    """A row of several tables, whose columns stand one after the other in their order, as a row of each."""
    values = iter(row)
    for table in tables:
        yield dict(zip(table.columns.keys(), values, strict=False))


def by_id(rows: Iterable[RowMapping]) -> dict[str, StoredRun]:
    return {row["id"]: decode(row) for row in rows}
