"""Rows of what has ended long ago. A run goes with all that hangs on it; what is open, due or current stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, exists, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.decisions import OPEN
from bot.core.leavings import Leavings
from bot.core.uploads import ENDS
from bot.store.requests import ENDS as REQUEST_ENDS
from bot.store.statements import changed, portions
from bot.store.tables import (
    confirmations,
    decisions,
    details,
    gates,
    intents,
    messages,
    plans,
    reminders,
    requests,
    runs,
    seen,
    uploads,
    votes,
    workspaces,
)

IS_WANTED = (messages.c.wanted > messages.c.painted) | messages.c.doubt_until.is_not(None)
IS_OPEN = intents.c.state.in_(sorted(OPEN))


@dataclass(frozen=True, slots=True)
class LeavingsTable:
    connection: AsyncConnection

    async def ended(self, before: datetime, most: int) -> tuple[str, ...]:
        """Runs that were seen to be over before then, the oldest first. A workspace's current run is not: a look would bring it back."""
        query = select(runs.c.id).where(*has_ended(before)).order_by(runs.c.asked_at, runs.c.id).limit(most)
        return tuple((await self.connection.execute(query)).scalars())

    async def remove_runs(self, run_ids: Sequence[str]) -> Leavings:
        gone = Leavings()
        for some in portions(run_ids):
            told = await self._remove(messages, messages.c.subject.in_(some))
            decided = await self._remove(decisions, decisions.c.run_id.in_(some))
            await self._remove(votes, votes.c.run_id.in_(some))
            await self._remove(reminders, reminders.c.run_id.in_(some))
            await self._remove(gates, gates.c.run_id.in_(some))
            await self._remove(details, details.c.run_id.in_(some))
            sent = await self._remove(intents, intents.c.run_id.in_(some))
            planned = await self._remove(plans, plans.c.id.in_(await self._plans_of(some)))
            gone += Leavings(await self._remove(runs, runs.c.id.in_(some)), told, planned, decided, sent)
        return gone

    async def remove_loose(self, before: datetime) -> Leavings:
        """What hangs on no run that we know: notes, wishes that were refused, decisions about runs that the server has lost, payloads."""
        told = await self._remove(messages, *is_loose_message(before))
        decided = await self._remove(decisions, *is_loose_decision(before))
        sent = await self._remove(intents, *is_loose_intent(before))
        await self._remove(votes, is_unknown(votes.c.run_id), votes.c.at < before)
        await self._remove(reminders, is_unknown(reminders.c.run_id), reminders.c.began_at < before)
        await self._remove(details, is_unknown(details.c.run_id))
        await self._remove(confirmations, confirmations.c.expires_at < before)
        await self._remove(uploads, uploads.c.at < before, uploads.c.step.in_(sorted(ENDS)))
        await self._remove(requests, requests.c.received_at < before, requests.c.state.in_(sorted(REQUEST_ENDS)))
        undecided = not_(exists().where(decisions.c.run_id == gates.c.run_id))
        await self._remove(gates, is_unknown(gates.c.run_id), undecided, not_(exists().where(votes.c.run_id == gates.c.run_id)))
        return Leavings(messages=told, decisions=decided, intents=sent, payloads=await self._remove(seen, seen.c.seen_at < before))

    async def count(self, before: datetime) -> Leavings:
        """What the two would remove together."""
        ended = tuple((await self.connection.execute(select(runs.c.id).where(*has_ended(before)))).scalars())
        found = Leavings(
            messages=await self._count(messages, *is_loose_message(before)),
            decisions=await self._count(decisions, *is_loose_decision(before)),
            intents=await self._count(intents, *is_loose_intent(before)),
            payloads=await self._count(seen, seen.c.seen_at < before),
        )
        for some in portions(ended):
            found += Leavings(
                runs=len(some),
                messages=await self._count(messages, messages.c.subject.in_(some)),
                plans=await self._count(plans, plans.c.id.in_(await self._plans_of(some))),
                decisions=await self._count(decisions, decisions.c.run_id.in_(some)),
                intents=await self._count(intents, intents.c.run_id.in_(some)),
            )
        return found

    async def _plans_of(self, run_ids: Sequence[str]) -> list[str]:
        """A run's snapshot names its plan."""
        kept = (await self.connection.execute(select(runs.c.snapshot).where(runs.c.id.in_(run_ids)))).scalars()
        return [snapshot["plan_id"] for snapshot in kept if snapshot.get("plan_id")]

    async def _remove(self, table: Table, *conditions: ColumnElement[bool]) -> int:
        return await changed(self.connection, delete(table).where(*conditions))

    async def _count(self, table: Table, *conditions: ColumnElement[bool]) -> int:
        return int((await self.connection.execute(select(func.count()).select_from(table).where(*conditions))).scalar_one())


def has_ended(before: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        runs.c.is_final,
        runs.c.asked_at < before,
        not_(exists().where(workspaces.c.current_run_id == runs.c.id)),
        not_(exists().where(messages.c.subject == runs.c.id, IS_WANTED)),
        not_(exists().where(intents.c.run_id == runs.c.id, IS_OPEN)),
    )


def is_loose_message(before: datetime) -> tuple[ColumnElement[bool], ...]:
    touched = func.coalesce(messages.c.painted_at, messages.c.wanted_at)
    return not_(IS_WANTED), touched < before, is_unknown(messages.c.subject)


def is_loose_decision(before: datetime) -> tuple[ColumnElement[bool], ...]:
    return decisions.c.decided_at < before, is_unknown(decisions.c.run_id)


def is_loose_intent(before: datetime) -> tuple[ColumnElement[bool], ...]:
    touched = func.coalesce(intents.c.settled_at, intents.c.created_at)
    return not_(IS_OPEN), touched < before, or_(intents.c.run_id.is_(None), is_unknown(intents.c.run_id))


def is_unknown(run_id: ColumnElement[Any]) -> ColumnElement[bool]:
    return not_(exists().where(runs.c.id == run_id))
