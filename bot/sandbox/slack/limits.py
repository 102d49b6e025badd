"""Slack's rate limits: tiers a method, and one message a second a channel. Off unless asked for; on the sandbox's clock."""

from __future__ import annotations

import math

from bot.sandbox.clock import Clock
from bot.sandbox.slack.errors import RateLimitedError

PER_MINUTE = {1: 1, 2: 20, 3: 50, 4: 100}
BURSTS = {1: 10}
MESSAGE_BURST = 3
SPECIAL = 0


class Limits:
    """Token buckets (docs: Rate limits). A tier's burst is its minute, that of tier 1 ten calls; a channel and a response URL take 3
    messages at once and then one a second.
    """

    def __init__(self, clock: Clock, *, are_on: bool) -> None:
        self.are_on = are_on
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def count_call(self, method: str, tier: int) -> None:
        """RateLimitedError where the tier of a method is used up; tier 0 is generous and never is."""
        if tier != SPECIAL:
            self._take(method, BURSTS.get(tier, PER_MINUTE[tier]), PER_MINUTE[tier] / 60)

    def count_message(self, channel: str) -> None:
        """RateLimitedError where a channel has had its message for this second."""
        self._take(f"channel {channel}", MESSAGE_BURST, 1.0)

    def _take(self, name: str, most: float, a_second: float) -> None:
        if not self.are_on:
            return
        now = self._clock.monotonic()
        left, since = self._buckets.get(name, (most, now))
        left = min(most, left + (now - since) * a_second)
        if left < 1:
            self._buckets[name] = (left, now)
            raise RateLimitedError(max(1, math.ceil((1 - left) / a_second)))
        self._buckets[name] = (left - 1, now)
