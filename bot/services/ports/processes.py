"""Rows by which processes on one database find their way, and what is left to remove, all inside one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from bot.core.cadence import Look
from bot.core.leavings import Leavings
from bot.core.roles import Lease, Mode, Replica


class LookRows(Protocol):
    async def all(self) -> tuple[Look, ...]: ...

    async def put(self, look: Look) -> None: ...


class SeenRows(Protocol):
    async def first_time(self, payload_id: str, now: datetime) -> bool:
        """Whether a payload was never handled before; notes that it has been."""


class LeaseRows(Protocol):
    """Every comparison of times is made by the database's own clock."""

    async def take(self, role: str, owner: str, seconds: float) -> Lease | None:
        """Take a role that is free, or keep one's own for so many seconds from now; None while another holds it."""

    async def stands(self, lease: Lease) -> bool:
        """Whether the role has not changed hands since."""

    async def give_back(self, lease: Lease) -> None: ...


class ReplicaRows(Protocol):
    async def beat(self, replica_id: str, version: str, mode: Mode) -> None:
        """A sign of life."""

    async def live(self, seconds: float) -> tuple[Replica, ...]:
        """Those that gave a sign of life in the last so many seconds."""

    async def leave(self, replica_id: str) -> None: ...

    async def forget(self, seconds: float) -> None:
        """Those that were last heard of so long ago."""


class LeavingsRows(Protocol):
    """Rows of what has ended long ago."""

    async def ended(self, before: datetime, most: int) -> tuple[str, ...]:
        """Runs that were seen to be over before then; what is open, due or current is not among them."""

    async def remove_runs(self, run_ids: Sequence[str]) -> Leavings:
        """With all that hangs on them."""

    async def remove_loose(self, before: datetime) -> Leavings:
        """What hangs on no run that we know."""

    async def count(self, before: datetime) -> Leavings:
        """What the two would remove together."""


class PreferenceRows(Protocol):
    """What people have asked to hear in direct messages."""

    async def hears_of_own(self, person: str) -> bool:
        """Whether somebody wants to hear of runs of their own; nobody does who has not asked for it."""

    async def hearing_of_own(self, people: Iterable[str]) -> frozenset[str]: ...

    async def any_hears(self) -> bool:
        """Whether anybody does."""

    async def hear_of_own(self, person: str, now: datetime, *, wanted: bool) -> None: ...
