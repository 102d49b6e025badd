"""One question or order to the server, carried through: waiting for a turn, sending, sending again where that is safe.

Reads are repeated on lost connections, 429 and 5xx until a deadline. A write is sent once, or again where it cannot have been received,
or after 429: then it was not done.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec
import stamina

from bot.core.errors import TerraformAnswerLost, TerraformFailed, TerraformRateLimited, TerraformUnreachable
from bot.core.metrics import TERRAFORM_REFUSALS, UNMETERED, Meter
from bot.core.pace import Pace
from bot.terraform.bodies import Sink
from bot.terraform.connections import LOST, NEVER_SENT, Answer, Connections, Params
from bot.terraform.limits import Limiter, WaitTooLong, pause_wanted, spent_for
from bot.terraform.refusals import trouble

READ_ATTEMPTS = 5
WRITE_ATTEMPTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
Found = TypeVar("Found")


class Exchanges:
    """Every method raises a TerraformTrouble and nothing else; `what` names in it what was asked for.

    `server_speed` is how fast the server's clock runs, by which its limits go: 1 but for a sandbox in a hurry.
    """

    def __init__(self, connections: Connections, pace: Pace, meter: Meter = UNMETERED, server_speed: float = 1.0) -> None:
        self.connections, self.pace, self.meter = connections, pace, meter
        self.server_speed = server_speed
        self.limiter = Limiter(lambda: time.monotonic() * server_speed, lambda seconds: asyncio.sleep(seconds / server_speed), meter)

    def deadline(self, *, hurry: bool = True) -> float:
        """Of the monotonic clock: `request_timeout` from now for people, `look_deadline` for polling and for what is long."""
        return time.monotonic() + (self.pace.request_timeout if hurry else self.pace.look_deadline)

    async def read(self, path: str, what: str, params: Params | None = None, *, is_run_list: bool = False, hurry: bool = True) -> bytes:
        """The body that answers GET on a path below the base, within `request_timeout` for people and `look_deadline` for polling."""
        until = self.deadline(hurry=hurry)

        async def attempt() -> bytes:
            answer = await self._get(path, params, until, is_run_list=is_run_list, hurry=hurry)
            return self._success(answer, what, is_run_list=is_run_list)

        return await self.persist(attempt, until)

    async def fetch(self, path: str, what: str, sink: Sink, until: float) -> str | None:
        """Pour what answers GET into the sink: None. The URL of a redirect is returned instead, and "" for an answer without content."""

        async def attempt() -> str | None:
            answer = await self._get(path, None, until, sink=sink)
            if answer.status in REDIRECTS and (location := answer.headers.get("location")):
                return str(location)
            self._success(answer, what, is_run_list=False)
            return "" if answer.status == HTTPStatus.NO_CONTENT else None

        return await self.persist(attempt, until)

    async def probe(self, path: str) -> Answer:
        """Whatever the server answers to GET, once."""
        return await self._get(path, None, self.deadline())

    async def write(self, path: str, what: str, document: Any = None, *, method: str = "POST") -> bytes:
        """The body that answers a write. Where `was_received` of the error is true, it may have been done all the same."""
        until = self.deadline()
        content = b"" if document is None else msgspec.json.encode(document)
        answer = await self._send(method, path, content, until)
        for _ in range(WRITE_ATTEMPTS - 1):
            if not answer.is_throttled:
                break
            self._heed(answer, is_run_list=False)
            answer = await self._send(method, path, content, until)
        return self._success(answer, what, is_run_list=False)

    async def persist(self, attempt: Callable[[], Awaitable[Found]], until: float) -> Found:
        """Do what only reads, and again with growing pauses where it may do better before `until`."""
        retrying = stamina.AsyncRetryingCaller(
            attempts=READ_ATTEMPTS,
            timeout=max(0.0, until - time.monotonic()),
            wait_initial=self.pace.retry_first / 4,
            wait_max=self.pace.retry_most / 4,
            wait_jitter=self.pace.retry_first / 4,
        )
        return await retrying(lambda error: is_passing(error, until - time.monotonic()), attempt)

    async def turn(self, until: float, *, is_run_list: bool = False, hurry: bool = True) -> None:
        """Wait until the limiter lets a request leave; TerraformRateLimited where that is after `until`."""
        try:
            patience = (until - time.monotonic()) * self.server_speed
            await self.limiter.take(is_run_list=is_run_list, hurry=hurry, patience=patience)
        except WaitTooLong as wait:
            raise TerraformRateLimited(self.connections.host, wait.seconds / self.server_speed) from None

    async def _get(
        self, path: str, params: Params | None, until: float, *, is_run_list: bool = False, hurry: bool = True, sink: Sink | None = None
    ) -> Answer:
        await self.turn(until, is_run_list=is_run_list, hurry=hurry)
        try:
            answer = await self.connections.get(path, params, until, sink)
        except LOST:
            raise TerraformUnreachable(self.connections.host) from None
        self._heed_budget(answer, is_run_list=is_run_list)
        return answer

    async def _send(self, method: str, path: str, content: bytes, until: float) -> Answer:
        """Send once; again, after a pause, where nobody can have heard it, as long as there is time."""
        pause = self.pace.retry_first / 4
        while True:
            await self.turn(until)
            url = await self.connections.url(path, until)
            if time.monotonic() >= until:
                raise TerraformUnreachable(self.connections.host)
            try:
                answer = await self.connections.write(method, url, content, until)
            except NEVER_SENT:
                if time.monotonic() + pause >= until or pause > self.pace.retry_first:
                    raise TerraformUnreachable(self.connections.host) from None
            except LOST:
                raise TerraformAnswerLost(self.connections.host) from None
            else:
                self._heed_budget(answer, is_run_list=False)
                return answer
            await asyncio.sleep(pause)
            pause *= 2

    def _success(self, answer: Answer, what: str, *, is_run_list: bool) -> bytes:
        if answer.is_success:
            return answer.body
        self.meter.count(TERRAFORM_REFUSALS, code=str(answer.status))
        pause = self._heed(answer, is_run_list=is_run_list) if answer.is_throttled else 0.0
        host, token = self.connections.host, self.connections.token
        raise trouble(answer.status, answer.body, host=host, what=what, secret=token, pause=pause)

    def _heed(self, answer: Answer, *, is_run_list: bool) -> float:
        pause = pause_wanted(answer.headers, datetime.now(UTC))
        self.limiter.hold(pause, is_run_list=is_run_list)
        return pause / self.server_speed

    def _heed_budget(self, answer: Answer, *, is_run_list: bool) -> None:
        """A server that says that nothing is left is believed before it refuses: others spend from the same budget."""
        if not answer.is_throttled and (pause := spent_for(answer.headers)) > 0:
            self.limiter.hold(pause, is_run_list=is_run_list)


def is_passing(error: Exception, left: float) -> bool:
    """Whether a read that failed may do better within the `left` seconds; after a 429 the limiter waits as long as was asked."""
    if isinstance(error, TerraformRateLimited):
        return error.retry_after < left
    return left > 0 and isinstance(error, TerraformUnreachable | TerraformFailed)
