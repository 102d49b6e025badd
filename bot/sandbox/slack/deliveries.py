"""Bringing payloads to the app: commands and interactions wait for their ack, events are tried again as Slack tries them."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from bot.sandbox.clock import Clock
from bot.sandbox.slack.errors import Document
from bot.sandbox.slack.traffic import Traffic

ACK_SECONDS = 3.0
RETRY_AFTER_SECONDS = (0.0, 60.0, 300.0)
ParcelKind = Literal["slash_commands", "interactive", "events_api"]


@dataclass(frozen=True)
class Parcel:
    """One payload for the app; `accepts_answer` is whether its ack may carry one. Events carry which attempt this is and why."""

    kind: ParcelKind
    payload: Document
    accepts_answer: bool = False
    retry_num: int = 0
    retry_reason: str = ""


@dataclass(frozen=True)
class Ack:
    """The app's answer: the payload of its ack (None for an empty one), and how long it took."""

    payload: Any
    milliseconds: int


class DeliveryError(Exception):
    """Nobody took the payload. `error` is the word a person is shown, `reason` the one that a retry carries."""

    def __init__(self, error: str, reason: str, *, may_retry: bool = True) -> None:
        super().__init__(error)
        self.error = error
        self.reason = reason
        self.may_retry = may_retry


class Transport(Protocol):
    """A way to the app: sockets or signed HTTP. `carry` returns the ack's payload or raises DeliveryError, TimeoutError."""

    async def carry(self, parcel: Parcel) -> Any: ...


class Deliveries:
    """Everything that goes to the app. Acks are measured in real time, retries of events wait on the sandbox's clock."""

    def __init__(self, transport: Transport, clock: Clock, traffic: Traffic) -> None:
        self.transport = transport
        self._clock = clock
        self._traffic = traffic
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, parcel: Parcel) -> Ack:
        """Deliver once and wait for the ack. DeliveryError: operation_timeout after 3 s, dispatch_failed where it reaches nobody."""
        started = time.monotonic()
        try:
            async with asyncio.timeout(ACK_SECONDS):
                answer = await self.transport.carry(parcel)
        except TimeoutError as problem:
            self._traffic.note("to_app", parcel.kind, "failed", "operation_timeout")
            raise DeliveryError("operation_timeout", "http_timeout") from problem
        except DeliveryError as problem:
            self._traffic.note("to_app", parcel.kind, "failed", problem.error)
            raise
        self._traffic.note("to_app", parcel.kind, "acked")
        return Ack(answer, round((time.monotonic() - started) * 1000))

    def tell(self, envelope: Document) -> None:
        """Deliver an event in the background: at once, then up to three times more after 0 s, 1 min and 5 min."""
        task = asyncio.create_task(self._tell(Parcel("events_api", envelope)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _tell(self, parcel: Parcel) -> None:
        for number, pause in enumerate((*RETRY_AFTER_SECONDS, None)):
            try:
                await self.ask(parcel)
            except DeliveryError as problem:
                if pause is None or not problem.may_retry:
                    return
                await self._clock.sleep(pause)
                parcel = replace(parcel, retry_num=number + 1, retry_reason=problem.reason)
            else:
                return
