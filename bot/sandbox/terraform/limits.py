"""How often each user may ask: 30 a second for everything, 30 a minute for lists of runs, 10 for verifications. Windows pass on the
sandbox's clock.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.clock import Clock

PER_SECOND = 30
LISTS_PER_MINUTE = 30
VERIFICATIONS_PER_MINUTE = 10


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a caller stands with one limit; `reset_seconds` is how long until it is whole again."""

    limit: int
    remaining: int
    reset_seconds: float
    admitted: bool

    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": f"{self.reset_seconds:.3f}",
        }


class Limits:
    """Fixed windows for each user. None switches a limit off."""

    def __init__(self, clock: Clock, *, per_second: int | None = PER_SECOND, lists_per_minute: int | None = LISTS_PER_MINUTE) -> None:
        self._clock = clock
        self.per_second = per_second
        self.lists_per_minute = lists_per_minute
        self._windows: dict[tuple[str, str], tuple[int, int]] = {}

    def admit(self, user: str) -> Standing | None:
        return self._count("all", user, self.per_second, 1.0)

    def admit_list(self, user: str) -> Standing | None:
        """Both lists of runs, a workspace's and the organization's, share one budget."""
        return self._count("lists", user, self.lists_per_minute, 60.0)

    def admit_verification(self, user: str) -> Standing | None:
        """Verifications of webhooks; switched off with the limit of lists."""
        return self._count("verifications", user, VERIFICATIONS_PER_MINUTE if self.lists_per_minute is not None else None, 60.0)

    def _count(self, name: str, user: str, limit: int | None, seconds: float) -> Standing | None:
        if limit is None:
            return None
        now = self._clock.monotonic()
        window = math.floor(now / seconds)
        known, used = self._windows.get((name, user), (window, 0))
        used = used + 1 if known == window else 1
        self._windows[name, user] = (window, used)
        return Standing(limit, max(0, limit - used), (window + 1) * seconds - now, used <= limit)
