"""One question or order to the server, carried through: waiting for a turn, sending, sending again where that is safe.

Reads are repeated on lost connections, 429 and 5xx until a deadline. A write is sent once, or again after 429: then it was not done.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import msgspec
import stamina

from bot.core.errors import TerraformAnswerLost, TerraformFailed, TerraformRateLimited, TerraformUnreachable
from bot.core.pace import Pace
from bot.terraform.connections import LOST, NEVER_SENT, Answer, Connections, Params
from bot.terraform.limits import Limiter, WaitTooLong, pause_wanted
from bot.terraform.refusals import trouble

READ_ATTEMPTS = 5
WRITE_ATTEMPTS = 5


class Exchanges:
    """Every method raises a TerraformTrouble and nothing else; `what` names in it what was asked for."""

    def __init__(self, connections: Connections, pace: Pace) -> None:
        self._connections, self._pace = connections, pace
        self._limiter = Limiter()

    async def read(self, path: str, what: str, params: Params | None = None, *, is_run_list: bool = False, hurry: bool = True) -> bytes:
        """The body that answers GET on a path below the base, within `request_timeout` for people and `look_deadline` for polling."""
        patience = self._pace.request_timeout if hurry else self._pace.look_deadline
        until = time.monotonic() + patience

        async def attempt() -> bytes:
            await self._turn(until, is_run_list=is_run_list, hurry=hurry)
            try:
                answer = await self._connections.get(path, params, until)
            except LOST:
                raise TerraformUnreachable(self._connections.host) from None
            return self._success(answer, what, is_run_list=is_run_list)

        retrying = stamina.AsyncRetryingCaller(
            attempts=READ_ATTEMPTS,
            timeout=patience,
            wait_initial=self._pace.retry_first / 4,
            wait_max=self._pace.retry_most / 4,
            wait_jitter=self._pace.retry_first / 4,
        )
        return await retrying(lambda error: is_passing(error, until - time.monotonic()), attempt)

    async def write(self, path: str, what: str, document: Any) -> bytes:
        """The body that answers a POST. Where `was_received` of the error is true, it may have been done all the same."""
        until = time.monotonic() + self._pace.request_timeout
        content = msgspec.json.encode(document)
        answer = await self._send(path, content, until)
        for _ in range(WRITE_ATTEMPTS - 1):
            if not answer.is_throttled:
                break
            self._heed(answer, is_run_list=False)
            answer = await self._send(path, content, until)
        return self._success(answer, what, is_run_list=False)

    async def _send(self, path: str, content: bytes, until: float) -> Answer:
        await self._turn(until, is_run_list=False, hurry=True)
        url = await self._connections.url(path, until)
        if time.monotonic() >= until:
            raise TerraformUnreachable(self._connections.host)
        try:
            return await self._connections.post(url, content, until)
        except NEVER_SENT:
            raise TerraformUnreachable(self._connections.host) from None
        except LOST:
            raise TerraformAnswerLost(self._connections.host) from None

    async def _turn(self, until: float, *, is_run_list: bool, hurry: bool) -> None:
        try:
            await self._limiter.take(is_run_list=is_run_list, hurry=hurry, patience=until - time.monotonic())
        except WaitTooLong as wait:
            raise TerraformRateLimited(self._connections.host, wait.seconds) from None

    def _success(self, answer: Answer, what: str, *, is_run_list: bool) -> bytes:
        if answer.is_success:
            return answer.body
        pause = self._heed(answer, is_run_list=is_run_list) if answer.is_throttled else 0.0
        host, token = self._connections.host, self._connections.token
        raise trouble(answer.status, answer.body, host=host, what=what, secret=token, pause=pause)

    def _heed(self, answer: Answer, *, is_run_list: bool) -> float:
        pause = pause_wanted(answer.headers, datetime.now(UTC))
        self._limiter.hold(pause, is_run_list=is_run_list)
        return pause


def is_passing(error: Exception, left: float) -> bool:
    """Whether a read that failed may do better within the `left` seconds; after a 429 the limiter waits as long as was asked."""
    if isinstance(error, TerraformRateLimited):
        return error.retry_after < left
    return left > 0 and isinstance(error, TerraformUnreachable | TerraformFailed)
