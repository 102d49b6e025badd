"""The sandbox's clock, which tests can speed up; it never measures the bot (acks and triggers run on real time)."""

from __future__ import annotations

import asyncio
import math
import time
from datetime import UTC, datetime, timedelta

FASTEST = 100_000.0


class Clock:
    """Wall and monotonic time that pass `speed` times as fast as real time, and sleeps that follow a change of speed."""

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed
        self._real = time.monotonic()
        self._elapsed = 0.0
        self._started = datetime.now(UTC)
        self._changed = asyncio.Event()

    @property
    def speed(self) -> float:
        return self._speed

    @speed.setter
    def speed(self, value: float) -> None:
        if not math.isfinite(value) or not 0 < value <= FASTEST:
            raise ValueError(f"speed must be above 0 and at most {FASTEST:g}")
        self._elapsed, self._real = self.monotonic(), time.monotonic()
        self._speed = value
        self._changed.set()
        self._changed = asyncio.Event()

    def monotonic(self) -> float:
        """Seconds of the sandbox's time since it began."""
        return self._elapsed + (time.monotonic() - self._real) * self._speed

    def now(self) -> datetime:
        """The sandbox's wall time, aware, in UTC."""
        return self._started + timedelta(seconds=self.monotonic())

    def advance(self, seconds: float) -> None:
        """Let so much of the sandbox's time pass at once; those who sleep feel it. ValueError for less than nothing."""
        if not math.isfinite(seconds) or seconds < 0:
            raise ValueError("only forward, and by a finite number of seconds")
        self._elapsed += seconds
        self._changed.set()
        self._changed = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        """Wait for so many seconds of the sandbox's time; a change of speed is felt at once."""
        until = self.monotonic() + seconds
        while (left := until - self.monotonic()) > 0:
            try:
                async with asyncio.timeout(left / self._speed):
                    await self._changed.wait()
            except TimeoutError:
                continue
        await asyncio.sleep(0)
