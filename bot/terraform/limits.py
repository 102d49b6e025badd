"""The limiter of one token: how soon the next request may leave. What is sent, and again after a refusal, is in exchanges.py.

Facts: 30 requests a second for each user, and 30 a minute for the lists of runs ("API docs, rate limiting" and "Runs API").
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bot.core.metrics import BUDGET_LEFT, TERRAFORM_REQUESTS, UNMETERED, Meter

REQUESTS = 30
SECOND = 1.0
MINUTE = 60.0
SLACK = 0.05
"""Windows are a twentieth longer than the server's, since requests do not all travel equally fast."""
LONGEST_PAUSE = 300.0
SHORTEST_PAUSE = 0.1
DEFAULT_PAUSE = 1.0
YIELD = 0.01
BIG, SMALL = "general", "run_lists"


class WaitTooLong(Exception):
    """A request would have to wait beyond its deadline; `seconds` is how long. It never left."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.1f} s until the next request may leave")
        self.seconds = seconds


@dataclass(slots=True)
class Budget:
    """The requests of one sliding window: `most` of all together, half of them for polling, and none before `held_until`.

    Where several replicas share the token, one of them polls, and `hurried` is this one's part of the other half.
    """

    window: float
    most: int = REQUESTS
    hurried: int = REQUESTS
    held_until: float = 0.0
    granted: deque[float] = field(default_factory=deque)
    polled: deque[float] = field(default_factory=deque)
    hasty: deque[float] = field(default_factory=deque)

    def delay(self, now: float, *, hurry: bool) -> float:
        """Seconds until one more request fits."""
        free = [self.held_until, self._free_at(self.granted, self.most)]
        free.append(self._free_at(self.hasty, self.hurried) if hurry else self._free_at(self.polled, self.most // 2))
        return max(0.0, max(free) - now)

    def left(self, now: float, *, hurry: bool) -> int:
        """How many requests may leave at this moment."""
        if now < self.held_until:
            return 0
        free = self.most - self._recent(self.granted, now)
        return free if hurry else min(free, self.most // 2 - self._recent(self.polled, now))

    def spend(self, now: float, *, hurry: bool) -> None:
        self._note(self.granted, now)
        self._note(self.hasty if hurry else self.polled, now)

    def hold(self, until: float) -> None:
        self.held_until = max(self.held_until, until)

    def _free_at(self, taken: deque[float], most: int) -> float:
        return taken[-most] + self.window if len(taken) >= most else 0.0

    def _recent(self, taken: deque[float], now: float) -> int:
        return sum(at + self.window > now for at in taken)

    def _note(self, taken: deque[float], now: float) -> None:
        taken.append(now)
        while len(taken) > self.most:
            taken.popleft()


@dataclass(slots=True)
class Lane:
    """Requests of one kind and urgency leave in the order in which they came."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0


class Limiter:
    """One for a token. A list of runs costs of both budgets, anything else of the big one; people go before polling."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        meter: Meter = UNMETERED,
    ) -> None:
        self._clock, self._sleep, self._meter = clock, sleep, meter
        self._big = Budget(SECOND * (1 + SLACK))
        self._small = Budget(MINUTE * (1 + SLACK))
        self._lanes = {(is_run_list, hurry): Lane() for is_run_list in (False, True) for hurry in (False, True)}

    def share(self, replicas: int) -> None:
        """So many processes use this token now, this one among them. What people ask for is divided; polling is for one of them alone."""
        for budget in (self._big, self._small):
            half = budget.most - budget.most // 2
            budget.hurried = budget.most if replicas <= 1 else max(1, half // replicas)

    @property
    def part_of_people(self) -> int:
        """How many requests a second people may have of this process."""
        return self._big.hurried

    async def take(self, *, is_run_list: bool, hurry: bool, patience: float = math.inf) -> None:
        """Wait for a request's turn, for at most `patience` seconds; WaitTooLong where they would not do."""
        until = self._clock() + patience
        lane = self._lanes[is_run_list, hurry]
        lane.waiting += 1
        try:
            async with lane.turn:
                while (delay := self._delay(is_run_list=is_run_list, hurry=hurry)) > 0:
                    if self._clock() + delay > until:
                        raise WaitTooLong(delay)
                    await self._sleep(delay)
                for budget in self._budgets(is_run_list=is_run_list):
                    budget.spend(self._clock(), hurry=hurry)
                self._meter.count(TERRAFORM_REQUESTS, budget=SMALL if is_run_list else BIG, who=who(hurry=hurry))
        finally:
            lane.waiting -= 1

    def measure(self) -> None:
        """Tell the meter what is left of both budgets."""
        for name, budget in ((BIG, self._big), (SMALL, self._small)):
            for hurry in (True, False):
                self._meter.set(BUDGET_LEFT, budget.left(self._clock(), hurry=hurry), budget=name, who=who(hurry=hurry))

    def hold(self, seconds: float, *, is_run_list: bool) -> None:
        """The server wants no request for so long: none to the run lists, or none at all where it said so elsewhere."""
        (self._small if is_run_list else self._big).hold(self._clock() + seconds)

    def _delay(self, *, is_run_list: bool, hurry: bool) -> float:
        now = self._clock()
        own = max(budget.delay(now, hurry=hurry) for budget in self._budgets(is_run_list=is_run_list))
        if hurry or not self._lanes[is_run_list, True].waiting:
            return own
        return max(own, YIELD, self._delay(is_run_list=is_run_list, hurry=True))

    def _budgets(self, *, is_run_list: bool) -> tuple[Budget, ...]:
        return (self._big, self._small) if is_run_list else (self._big,)


def who(*, hurry: bool) -> str:
    return "people" if hurry else "polling"


def pause_wanted(headers: Mapping[str, str], now: datetime) -> float:
    """The seconds that a 429 asks for, by X-RateLimit-Reset or else Retry-After (seconds, or a date), 0.1 to 300; 1 where it is silent."""
    for name in ("x-ratelimit-reset", "retry-after"):
        seconds = _seconds(headers.get(name, ""), now)
        if seconds is not None:
            return min(max(seconds, SHORTEST_PAUSE), LONGEST_PAUSE)
    return DEFAULT_PAUSE


def spent_for(headers: Mapping[str, str]) -> float:
    """How many seconds X-RateLimit-Reset says that nothing is left, by an answer whose X-RateLimit-Remaining is 0; else 0."""
    if headers.get("x-ratelimit-remaining", "").strip() not in {"0", "0.0"}:
        return 0.0
    try:
        seconds = float(headers.get("x-ratelimit-reset", ""))
    except ValueError:
        return 0.0
    return min(seconds, LONGEST_PAUSE) if math.isfinite(seconds) and seconds > 0 else 0.0


def _seconds(value: str, now: datetime) -> float | None:
    try:
        seconds = float(value)
    except ValueError:
        return _until(value, now)
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _until(value: str, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())
