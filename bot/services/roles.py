"""Roles: what one process at a time does. Taken, kept, given back and lost by the database's clock, never by our own.

A role is believed in only as long as the lease was asked for to last, counted from before it was asked for: whatever the two
clocks show, we stop before anybody else may begin.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from bot.core.pace import Pace
from bot.core.roles import Lease
from bot.services.ports import Mandate, Store, Transaction, Wake

log = structlog.get_logger(__name__)

Tick = Callable[[datetime], Awaitable[None]]


class Unshared:
    """The mandate of a process that shares its work with nobody."""

    def lasts(self, seconds: float = 0.0) -> bool:  # noqa: ARG002 - for ever
        return True

    async def stands(self, transaction: Transaction) -> bool:  # noqa: ARG002 - as above
        return True


UNSHARED: Mandate = Unshared()


class Role:
    """One role as this process sees it. `monotonic` counts seconds and never goes back."""

    def __init__(self, name: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.name = name
        self._monotonic = monotonic
        self._lease: Lease | None = None
        self._until = 0.0
        self._limits: set[asyncio.Timeout] = set()

    def lasts(self, seconds: float = 0.0) -> bool:
        """Whether the role is ours, and will be for so long even if we hear nothing of the database any more."""
        return self._lease is not None and self._until - self._monotonic() > seconds

    def hold(self, lease: Lease, seconds: float) -> None:
        """It is ours for so many seconds from now."""
        self._lease, self._until = lease, self._monotonic() + seconds
        self._limit(seconds)

    def lose(self) -> Lease | None:
        """It is not ours any more: what runs under it is cut off. The lease that it was, where it was ours."""
        lease, self._lease = self._lease, None
        self._limit(0.0)
        return lease

    async def stands(self, transaction: Transaction) -> bool:
        """The same, asked of the database: the last word for what is about to be written."""
        return self._lease is not None and await transaction.leases.stands(self._lease)

    def during(self, tick: Tick) -> Tick:
        """A tick that does nothing without the role, and is cut off when it is lost."""

        async def tick_in_role(now: datetime) -> None:
            if not self.lasts():
                return
            limit = asyncio.timeout(self._until - self._monotonic())
            self._limits.add(limit)
            try:
                async with limit:
                    await tick(now)
            except TimeoutError:
                if not limit.expired():
                    raise
                log.warning("role_lost_at_work", role=self.name)
            finally:
                self._limits.discard(limit)

        return tick_in_role

    def _limit(self, seconds: float) -> None:
        when = asyncio.get_running_loop().time() + seconds if self._limits else 0.0
        for limit in self._limits:
            if not limit.expired():
                limit.reschedule(when)


class Roles:
    """Takes what is free, keeps what is ours. `owner` is this process and no other."""

    def __init__(self, store: Store, pace: Pace, owner: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._pace = pace
        self._owner = owner
        self._monotonic = monotonic
        self._wakes: dict[Role, Wake] = {}

    def add(self, name: str, wake: Wake) -> Role:
        """A role to strive for; `wake` is called when it becomes ours."""
        role = Role(name, self._monotonic)
        self._wakes[role] = wake
        return role

    async def tick(self, now: datetime) -> None:  # noqa: ARG002 - the database's clock counts
        for role, wake in self._wakes.items():
            await self._strive(role, wake)

    async def _strive(self, role: Role, wake: Wake) -> None:
        asked = self._monotonic()
        async with self._store.write() as transaction:
            lease = await transaction.leases.take(role.name, self._owner, self._pace.role_lease)
        if lease is None:
            if role.lose():
                log.warning("role_lost", role=role.name)
            return
        had = role.lasts()
        role.hold(lease, self._pace.role_lease - (self._monotonic() - asked))
        if not had:
            log.info("role_taken", role=role.name, token=lease.token)
            wake()

    async def give_back(self) -> None:
        """Let others have at once what we held."""
        leases = [lease for lease in (role.lose() for role in self._wakes) if lease is not None]
        if leases:
            async with self._store.write() as transaction:
                for lease in leases:
                    await transaction.leases.give_back(lease)
