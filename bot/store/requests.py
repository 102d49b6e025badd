"""What people asked for, row by row, until each is judged or answered. Every comparison of times is made by the database's clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, or_, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.errors import RequestLost
from bot.core.requests import AT_WORK, HELD, OPEN, UNANSWERED, UNJUDGED, Request, RequestKind, RequestState
from bot.store.clocks import Now, moment
from bot.store.statements import changed
from bot.store.tables import requests

ENDS = frozenset(RequestState) - OPEN
COLUMNS = tuple(field.name for field in fields(Request) if field.name not in {"lease_until", "received_at"})
EMPTIED: dict[str, Any] = {"payload": {}}
OURS = (requests.c.id == bindparam("of_id")) & (requests.c.owner == bindparam("of_owner"))
BEGIN = update(requests).where(OURS, requests.c.state.in_(sorted(AT_WORK))).values(state=RequestState.BEGUN, **EMPTIED)


async def begin(connection: AsyncConnection) -> None:
    """Note in this very transaction that the request at work has an effect; RequestLost where it is no longer ours to judge.

    The row and the effect commit together, or neither does: after a crash the row tells whether anything was done. The
    update takes the row's lock, so that of two processes that judge one request only the one that owns it gets anything done.
    """
    hold = HELD.get()
    if hold is None or hold.begun_in is connection:
        return
    if await changed(connection, BEGIN, {"of_id": hold.request_id, "of_owner": hold.owner}) != 1:
        raise RequestLost
    hold.begun_in = connection


@dataclass(frozen=True, slots=True)
class RequestTable:
    connection: AsyncConnection
    now: Now

    async def add(self, request: Request, seconds: float) -> None:
        """Store what came in just now, with a lease of so many seconds for its owner."""
        values = {name: getattr(request, name) for name in COLUMNS} | {"payload": dict(request.payload)}
        times = {"received_at": moment(self.connection, self.now), "lease_until": moment(self.connection, self.now, seconds)}
        await self.connection.execute(insert(requests).values({**values, **times}))

    async def get(self, request_id: str) -> Request | None:
        row = (await self.connection.execute(select(requests).where(requests.c.id == request_id))).mappings().first()
        return decode(row) if row else None

    async def begin(self) -> None:
        """For an effect that no intent and no audit row of the person goes along with: note it before it is made, or with it."""
        await begin(self.connection)

    async def close(self, request: Request, state: RequestState, *, before: Iterable[RequestState]) -> bool:
        """Compare-and-set by its owner. The payload goes, since nobody needs it any more; False where it is not ours or has moved."""
        here = (requests.c.id == request.id) & (requests.c.owner == request.owner) & requests.c.state.in_(sorted(before))
        return await changed(self.connection, update(requests).where(here).values(state=state, **EMPTIED)) == 1

    async def acknowledge(self, request: Request) -> bool:
        """Note that Slack has seen it acknowledged, so that it may be judged after a crash; False where it was answered already."""
        here = (requests.c.id == request.id) & (requests.c.owner == request.owner) & (requests.c.state == RequestState.RECEIVED)
        return await changed(self.connection, update(requests).where(here).values(state=RequestState.ACKNOWLEDGED)) == 1

    async def renew(self, ids: Iterable[str], owner: str, seconds: float) -> None:
        """Keep what is at work in a process that lives."""
        here = requests.c.id.in_(sorted(ids)) & (requests.c.owner == owner) & requests.c.state.in_(sorted(AT_WORK))
        await self.connection.execute(update(requests).where(here).values(lease_until=moment(self.connection, self.now, seconds)))

    async def waiting(self, within: float, most: int = 100) -> tuple[Request, ...]:
        """Those that nobody is at any more, and those that are not judged so many seconds after they came; the oldest first."""
        is_free = requests.c.lease_until <= moment(self.connection, self.now)
        is_late = requests.c.state.in_(sorted(UNJUDGED)) & (requests.c.received_at <= moment(self.connection, self.now, -within))
        here = requests.c.state.in_(sorted(OPEN)) & or_(is_free, is_late)
        query = select(requests).where(here).order_by(requests.c.received_at, requests.c.id).limit(most)
        return tuple(map(decode, (await self.connection.execute(query)).mappings()))

    async def take(self, request: Request, state: RequestState, owner: str, seconds: float) -> bool:
        """Compare-and-set on all that was read of it, so that one process alone gets it; its owner's renewal counts as a change."""
        here = (
            (requests.c.id == request.id)
            & (requests.c.state == request.state)
            & (requests.c.owner == request.owner)
            & (requests.c.lease_until == request.lease_until)
        )
        emptied = EMPTIED if state in UNANSWERED else {}
        values = {"state": state, "owner": owner, "lease_until": moment(self.connection, self.now, seconds), **emptied}
        return await changed(self.connection, update(requests).where(here).values(values)) == 1

    async def free_all(self) -> None:
        """End all leases. For a file that nobody else has open: any process that judged a request is gone."""
        here = requests.c.state.in_(sorted(OPEN))
        await self.connection.execute(update(requests).where(here).values(lease_until=moment(self.connection, self.now)))

    async def time(self) -> datetime:
        """The database's clock, by which a row is due."""
        found: datetime = (await self.connection.execute(select(moment(self.connection, self.now)))).scalar_one()
        return found


def decode(row: RowMapping) -> Request:
    return Request(**{**row, "kind": RequestKind(row["kind"]), "state": RequestState(row["state"])})
