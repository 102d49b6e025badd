"""Presence: our sign of life among the processes that serve, and what we know of the others."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

import structlog

from bot.core.pace import Pace
from bot.core.roles import Mode, Replica, sockets, sockets_trouble
from bot.services.ports import Store

log = structlog.get_logger(__name__)

KEPT_FOR = 20
"""A process that was last heard of so many times `replica_gone` ago is forgotten."""


class Presence:
    """`on_change` hears how many live, ourselves among them, whenever that changes."""

    def __init__(
        self,
        store: Store,
        pace: Pace,
        owner: str,
        version: str,
        mode: Mode,
        on_change: Callable[[int], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._pace = pace
        self._owner = owner
        self._version = version
        self._mode = mode
        self._on_change = on_change
        self._monotonic = monotonic
        self._unheard_since: float | None = None
        self.live: tuple[Replica, ...] = ()

    async def tick(self, now: datetime) -> None:  # noqa: ARG002 - the database's clock counts
        """Give a sign of life, and see who else does."""
        if self._unheard_since is None:
            self._unheard_since = self._monotonic()
        async with self._store.write() as transaction:
            await transaction.replicas.beat(self._owner, self._version, self._mode)
            live = await transaction.replicas.live(self._pace.replica_gone)
            await transaction.replicas.forget(self._pace.replica_gone * KEPT_FOR)
        self._unheard_since = None
        self._see(live)

    async def look(self) -> None:
        """See who else gives a sign of life."""
        async with self._store.read() as transaction:
            self._see(await transaction.replicas.live(self._pace.replica_gone))

    def _see(self, live: tuple[Replica, ...]) -> None:
        before, self.live = self.live, live
        if len(before) != len(live):
            self._changed(before)

    def _changed(self, before: tuple[Replica, ...]) -> None:
        log.info("replicas", live=len(self.live), before=len(before), versions=sorted({one.version for one in self.live}))
        trouble = sockets_trouble(self.sockets)
        if trouble is not None and self.sockets > sockets(before):
            log.error("too_many_sockets", error=trouble)
        self._on_change(max(len(self.live), 1))

    @property
    def sockets(self) -> int:
        return sockets(self.live)

    @property
    def has_lost_database(self) -> bool:
        """Whether the database has let us try so long to give a sign of life that people should be answered by others."""
        return self._unheard_since is not None and self._monotonic() - self._unheard_since > self._pace.database_gone

    async def leave(self) -> None:
        async with self._store.write() as transaction:
            await transaction.replicas.leave(self._owner)
