"""Pages of workspaces and runs, by their own order and no more rows than are asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, Text, cast, false, literal, not_, or_, select, tuple_
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.decisions import Deed
from bot.core.listings import EVERYTHING, RunsWanted, Scope, Turn, like
from bot.core.stored import StoredRun
from bot.core.workspaces import Workspace, is_glob
from bot.store import workspaces as workspace_rows
from bot.store.columns import Moment
from bot.store.runs import decode
from bot.store.statements import MOST_AT_ONCE
from bot.store.tables import intents, runs, workspaces

NAMED = (workspaces.c.organization, workspaces.c.name, workspaces.c.id)
CREATED = (runs.c.created_at, runs.c.id)
WAITING = (runs.c.waiting_since, runs.c.id)
ESCAPE = "\\"


@dataclass(frozen=True, slots=True)
class ListingTable:
    """What a scope lets pass may be more than it means, where a glob has sets of letters or the database knows no capitals."""

    connection: AsyncConnection

    async def workspaces(self, scope: Scope, turn: Turn, most: int) -> tuple[Workspace, ...]:
        """By organization and name, as the database orders letters; in the direction of the turn."""
        query = select(workspaces).where(*in_scope(scope))
        rows = await self._page(query, NAMED, turn, most, rises=True)
        return tuple(map(workspace_rows.decode, rows))

    async def runs(self, wanted: RunsWanted, turn: Turn, most: int) -> tuple[StoredRun, ...]:
        """The newest first; in the direction of the turn."""
        query = select(runs).where(*await self._here(wanted.scope), *wished(wanted))
        return tuple(map(decode, await self._page(query, CREATED, turn, most, rises=False)))

    async def waiting(self, scope: Scope, turn: Turn, most: int) -> tuple[StoredRun, ...]:
        """What waits for a person, the longest waiting first; in the direction of the turn."""
        query = select(runs).where(*await self._here(scope), runs.c.waiting_since.is_not(None))
        return tuple(map(decode, await self._page(query, WAITING, turn, most, rises=True)))

    async def live(self, workspace_id: str, most: int = 200) -> tuple[StoredRun, ...]:
        """A workspace's runs that have not ended, the oldest first."""
        here = (runs.c.workspace_id == workspace_id) & not_(runs.c.is_final)
        query = select(runs).where(here).order_by(*CREATED).limit(most)
        return tuple(map(decode, (await self.connection.execute(query)).mappings()))

    async def _here(self, scope: Scope) -> list[ColumnElement[bool]]:
        """By the ids of the workspaces where they are few: then their indexes find the runs, however many others there are."""
        if scope.is_everything:
            return []
        ids = (await self.connection.execute(select(workspaces.c.id).where(*in_scope(scope)).limit(MOST_AT_ONCE + 1))).scalars().all()
        if len(ids) <= MOST_AT_ONCE:
            return [runs.c.workspace_id.in_(ids)]
        return [runs.c.workspace_id.in_(select(workspaces.c.id).where(*in_scope(scope)))]

    async def _page(self, query: Select[Any], key: Sequence[Column[Any]], turn: Turn, most: int, *, rises: bool) -> Sequence[RowMapping]:
        upwards = rises is not turn.back
        order = [column.asc() if upwards else column.desc() for column in key]
        query = query.where(*await self._beyond(key, turn, upwards=upwards)).order_by(*order).limit(most)
        rows: Sequence[RowMapping] = (await self.connection.execute(query)).mappings().all()
        return rows

    async def _beyond(self, key: Sequence[Column[Any]], turn: Turn, *, upwards: bool) -> list[ColumnElement[bool]]:
        """Nothing where the row is gone from which on somebody looks: then it is the first page."""
        if not turn.anchor:
            return []
        row = (await self.connection.execute(select(*key).where(key[-1] == turn.anchor))).first()
        if row is None or any(part is None for part in row):
            return []
        here, there = tuple_(*key), tuple_(*map(bound, row))
        return [here > there if upwards else here < there]


def bound(value: object) -> ColumnElement[Any]:
    return literal(value, Moment()) if isinstance(value, datetime) else literal(value)


def in_scope(scope: Scope) -> Iterator[ColumnElement[bool]]:
    if scope.pattern != EVERYTHING:
        yield matching(scope.pattern, any_case=scope.any_case)
    if EVERYTHING not in scope.allowed:
        yield or_(false(), *map(matching, scope.allowed))
    if scope.tag:
        yield cast(workspaces.c.tags, Text).contains(json.dumps(scope.tag), autoescape=True)
    if scope.project_ids:
        yield workspaces.c.project_id.in_(scope.project_ids)


def matching(pattern: str, *, any_case: bool = False) -> ColumnElement[bool]:
    """Without a slash it means the name in every organization."""
    organization, slash, name = pattern.partition("/")
    if not slash:
        return spelled(workspaces.c.name, pattern, any_case=any_case)
    if is_glob(organization):
        return spelled(workspaces.c.organization + "/" + workspaces.c.name, pattern, any_case=any_case)
    here, named = workspaces.c.organization, workspaces.c.name
    return spelled(here, organization, any_case=any_case) & spelled(named, name, any_case=any_case)


def spelled(column: ColumnElement[str], pattern: str, *, any_case: bool) -> ColumnElement[bool]:
    """SQLite knows the capitals of English letters alone, which are all that the server takes in names."""
    if any_case:
        return column.ilike(like(pattern), escape=ESCAPE)
    return column.like(like(pattern), escape=ESCAPE) if is_glob(pattern) else column == pattern


def wished(wanted: RunsWanted) -> Iterator[ColumnElement[bool]]:
    if wanted.statuses:
        yield runs.c.status.in_(sorted(wanted.statuses))
    if wanted.live_only:
        yield not_(runs.c.is_final)
    if wanted.of is not None:
        people, users = wanted.of
        asked = select(intents.c.run_id).where(
            intents.c.person.in_(sorted(people)), intents.c.deed == Deed.CREATE, intents.c.run_id.is_not(None)
        )
        yield or_(runs.c.id.in_(asked), runs.c.created_by.in_(sorted(users)))
