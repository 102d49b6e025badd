"""A clock that passes only when everybody sleeps, so that minutes of waiting take no time."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Coroutine
from typing import Any

SETTLING = 12


class VirtualClock:
    def __init__(self) -> None:
        self.now = 0.0
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def read(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        waking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now + seconds, next(self._order), waking))
        await waking

    async def run(self, *works: Coroutine[Any, Any, None]) -> None:
        """Do all of the work, letting time pass whenever nobody can go on."""
        tasks = [asyncio.ensure_future(work) for work in works]
        while not all(task.done() for task in tasks):
            for _ in range(SETTLING):
                await asyncio.sleep(0)
            if self._sleepers:
                self.now, _, waking = heapq.heappop(self._sleepers)
                waking.set_result(None)
        for task in tasks:
            task.result()
