"""Rows of what people asked for, inside one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from bot.core.requests import Request, RequestState


class RequestRows(Protocol):
    """Every comparison of times is made by the database's own clock."""

    async def add(self, request: Request, seconds: float) -> None:
        """Store what came in just now, with a lease of so many seconds for its owner."""

    async def get(self, request_id: str) -> Request | None: ...

    async def begin(self) -> None:
        """Note that the request at work has an effect; RequestLost where it is no longer ours to judge."""

    async def close(self, request: Request, state: RequestState, *, before: Iterable[RequestState]) -> bool:
        """Compare-and-set by its owner; the payload goes."""

    async def acknowledge(self, request: Request) -> bool:
        """Note that Slack has seen it acknowledged; False where it was answered already."""

    async def renew(self, ids: Iterable[str], owner: str, seconds: float) -> None:
        """Keep what is at work in a process that lives."""

    async def waiting(self, within: float) -> tuple[Request, ...]:
        """Those that nobody is at any more, and those that are not judged so many seconds after they came; the oldest first."""

    async def take(self, request: Request, state: RequestState, owner: str, seconds: float) -> bool:
        """Compare-and-set on all that was read of it, so that one process alone gets it."""

    async def time(self) -> datetime:
        """The database's clock."""
