"""Time comes in: each loop is one interval job as the net, and a wake that runs the same tick at once.

What a tick does lives in services.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextvars import Context
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.core.errors import RunbellError
from bot.core.metrics import TICKS, UNMETERED, Meter

log = structlog.get_logger("runbell.jobs")

Tick = Callable[[datetime], Awaitable[None]]
Now = Callable[[], datetime]


@dataclass(slots=True, eq=False)
class Loop:
    """One tick that never runs twice at the same time. A wake that comes while it runs makes it run once more."""

    name: str
    tick: Tick
    every: float
    now: Now
    meter: Meter = UNMETERED
    wanted: bool = False
    stopped: bool = False
    failures: int = 0
    finished_at: float = field(default_factory=time.monotonic)
    task: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        return self.task is not None and not self.task.done()

    def wake(self) -> None:
        """Run at once; where a tick is running, once more after it."""
        self.wanted = True
        if not self.is_running and not self.stopped:
            # A listener that wakes us judges a request; what a tick does is no effect of it, so nothing of its context is inherited.
            self.task = asyncio.get_running_loop().create_task(self.run(), name=f"tick {self.name}", context=Context())

    async def due(self) -> None:
        """The interval job. A tick that runs already is as good as one begun now."""
        if not self.is_running:
            self.wake()

    async def run(self) -> None:
        while self.wanted and not self.stopped:
            self.wanted = False
            await self.once()

    async def once(self) -> None:
        """One tick; whatever goes wrong is logged and counted, and the next one comes all the same."""
        outcome = "done"
        try:
            await self.tick(self.now())
        except RunbellError as error:
            self.failures, outcome = self.failures + 1, "failed"
            log.warning("tick failed", loop=self.name, error=type(error).__name__, sentence=error.sentence, failures=self.failures)
        except Exception:
            self.failures, outcome = self.failures + 1, "broke"
            log.exception("tick broke", loop=self.name, failures=self.failures)
        else:
            self.failures = 0
        self.meter.count(TICKS, loop=self.name, outcome=outcome)
        self.finished_at = time.monotonic()


class Jobs:
    """The loops of one process: `add` one row each, `start`, and `stop`, which lets running ticks end."""

    def __init__(self, now: Now = lambda: datetime.now(UTC), meter: Meter = UNMETERED) -> None:
        self.now = now
        self.meter = meter
        self.loops: dict[str, Loop] = {}
        self.scheduler = AsyncIOScheduler(timezone=UTC)

    def add(self, name: str, tick: Tick, every: float) -> None:
        """A loop; `every` is in seconds, between the starts of two ticks that nobody asked for."""
        self.loops[name] = Loop(name, tick, every, self.now, self.meter)

    def waker(self, name: str) -> Callable[[], None]:
        """Wakes the loop of this name, which may be added later; without effect before `start` and after `stop`."""

        def wake() -> None:
            if self.scheduler.running:
                self.loops[name].wake()

        return wake

    def start(self) -> None:
        """Begin on the running event loop; each loop ticks at once."""
        for loop in self.loops.values():
            self.scheduler.add_job(
                loop.due,
                "interval",
                id=loop.name,
                seconds=loop.every,
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
                next_run_time=datetime.now(UTC),
            )
        self.scheduler.start()

    def pause(self) -> None:
        """Begin no further tick."""
        if self.scheduler.running:
            self.scheduler.pause()
        for loop in self.loops.values():
            loop.stopped = True

    async def stop(self, within: float) -> None:
        """Begin no further tick and wait for those that run; what has not ended `within` seconds is canceled."""
        self.pause()
        tasks = [loop.task for loop in self.loops.values() if loop.task is not None and not loop.task.done()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=within)
            for task in late:
                log.warning("tick canceled", task=task.get_name(), after_seconds=within)
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self.scheduler.running:
            self.scheduler.shutdown(wait=False)

    def stuck(self, after: float) -> tuple[str, ...]:
        """The loops in which no tick has ended for so many seconds longer than they let pass between two."""
        edge = time.monotonic() - after
        return tuple(loop.name for loop in self.loops.values() if loop.finished_at + loop.every < edge)
