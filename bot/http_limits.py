"""How much an HTTP listener takes from peers that have proved nothing yet, and what it counts of those that it refuses."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass

import structlog

from bot.core.metrics import HTTP_REFUSALS, UNMETERED, Meter
from bot.core.pace import Pace

log = structlog.get_logger("runbell.http")


class Refused(Exception):
    """A request that is answered with a status and no explanation. `reason` is a label of the metric."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpLimits:
    """Limits of one listener, in bytes and seconds.

    `unverified_bytes` covers all of its connections together, headers and bodies. During `linger_within` the rest of a refused body is
    thrown away, so that its sender gets to read the answer before the connection is closed.
    """

    body_bytes: int = 1 << 20
    header_bytes: int = 64 << 10
    unverified_bytes: int = 16 << 20
    connections: int = 256
    headers_within: float = Pace().headers_within
    body_within: float = Pace().body_within
    linger_within: float = Pace().linger_within
    log_every: float = Pace().refusals_logged_every

    @classmethod
    def from_pace(cls, pace: Pace) -> HttpLimits:
        """Return the default limits with the durations of this pace."""
        return cls(
            headers_within=pace.headers_within,
            body_within=pace.body_within,
            linger_within=pace.linger_within,
            log_every=pace.refusals_logged_every,
        )


class Admission:
    """The limits of one listener, the unverified bytes that it holds right now, and what it refused."""

    def __init__(self, limits: HttpLimits | None = None, meter: Meter = UNMETERED) -> None:
        self.limits = limits or HttpLimits()
        self.held_bytes = 0
        self._meter = meter
        self._refusals: Counter[str] = Counter()
        self._log_at = 0.0

    def reserve(self, count: int) -> bool:
        """Take this many bytes from the budget. Return False, and take nothing, if that many aren't left."""
        if self.held_bytes + count > self.limits.unverified_bytes:
            return False
        self.held_bytes += count
        return True

    def release(self, count: int) -> None:
        """Give back what `reserve` took."""
        self.held_bytes -= count

    def refuse(self, reason: str) -> None:
        """Count a refusal. The log gets one line per `log_every` at most, since anybody on the internet can cause refusals."""
        self._meter.count(HTTP_REFUSALS, reason=reason)
        self._refusals[reason] += 1
        now = time.monotonic()
        if now >= self._log_at:
            log.warning("requests_refused", **self._refusals)
            self._refusals.clear()
            self._log_at = now + self.limits.log_every
