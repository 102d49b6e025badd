"""Bringing payloads to the app: commands and interactions wait for their ack, events are tried again as Slack tries them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from bot.sandbox.clock import Clock
from bot.sandbox.faults import Fault, Faults, Kind
from bot.sandbox.slack.errors import Document
from bot.sandbox.slack.traffic import Traffic

ACK_SECONDS = 3.0
RETRY_AFTER_SECONDS = (0.0, 60.0, 300.0)
FAULTS: tuple[Kind, ...] = ("down", "lost", "twice", "late")
ParcelKind = Literal["slash_commands", "interactive", "events_api"]


@dataclass(frozen=True)
class Parcel:
    """One payload for the app; `accepts_answer` is whether its ack may carry one. Events carry which attempt this is and why."""

    kind: ParcelKind
    payload: Document
    accepts_answer: bool = False
    retry_num: int = 0
    retry_reason: str = ""

    @property
    def name(self) -> str:
        """What faults call it by: `slash_commands/tf`, `interactive/block_actions`, `events_api/app_mention`."""
        if self.kind == "slash_commands":
            return f"{self.kind}/{self.payload['command'].removeprefix('/')}"
        return f"{self.kind}/{self.payload.get('event', self.payload)['type']}"


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

    def __init__(self, transport: Transport, clock: Clock, traffic: Traffic, faults: Faults) -> None:
        self.transport = transport
        self._clock = clock
        self._traffic = traffic
        self._faults = faults
        self._tasks: set[asyncio.Task[Any]] = set()

    async def ask(self, parcel: Parcel) -> Ack:
        """Deliver once and wait for the ack. DeliveryError: operation_timeout after 3 s, dispatch_failed where it reaches nobody."""
        started = time.monotonic()
        try:
            async with asyncio.timeout(ACK_SECONDS):
                answer = await self._carry(parcel)
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
        self._start(self._tell(Parcel("events_api", envelope)))

    def notify(self, payload: Document) -> None:
        """Deliver an interaction whose ack nobody waits for (view_closed), once and in the background."""
        self._start(self._notify(Parcel("interactive", payload)))

    async def close(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, deed: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(deed)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # who waited has it; where nobody waits any more, it is no news

    async def _carry(self, parcel: Parcel) -> Any:
        """Carry it, as far as a fault in force lets it: down brings nothing, lost loses the ack, twice brings it again, late later."""
        fault = self._faults.take("slack", parcel.name, FAULTS)
        if fault is None:
            return await self.transport.carry(parcel)
        if fault.kind == "down":
            raise DeliveryError("dispatch_failed", "connection_failed")
        if fault.kind == "lost":
            await self.transport.carry(parcel)
            raise TimeoutError
        if fault.kind == "twice":
            self._start(self._again(parcel))
            return await self.transport.carry(parcel)
        return await asyncio.shield(self._start(self._late(parcel, fault)))

    async def _again(self, parcel: Parcel) -> None:
        try:
            async with asyncio.timeout(ACK_SECONDS):
                await self.transport.carry(parcel)
        except (DeliveryError, TimeoutError) as problem:
            self._traffic.note("to_app", parcel.kind, "failed", str(problem) or "operation_timeout")

    async def _late(self, parcel: Parcel, fault: Fault) -> Any:
        """Bring it after real seconds, though whoever waits for its ack may have given up by then."""
        await asyncio.sleep(fault.seconds)
        try:
            async with asyncio.timeout(ACK_SECONDS):
                return await self.transport.carry(parcel)
        except TimeoutError as problem:
            raise DeliveryError("operation_timeout", "http_timeout") from problem

    async def _notify(self, parcel: Parcel) -> None:
        try:
            await self.ask(parcel)
        except DeliveryError:
            return  # the traffic tells of it; a person who closes a view is shown nothing

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
