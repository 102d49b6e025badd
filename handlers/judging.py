"""Requests around their listeners: stored before the ack, judged from the row, resumed by another process, or answered."""

from __future__ import annotations

import inspect
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import structlog

from bot.core.errors import HandledBefore, RequestNotStored, RunbellError
from bot.core.requests import Request, RequestState
from bot.services.requests import Requests
from bot.slack import replies
from bot.slack.blocks import Said
from handlers.requests import request_of, trigger_of, values_of
from handlers.services import Services

log = structlog.get_logger("runbell.handlers")

Listener = Callable[..., Awaitable[Said | None]]


class Guarding(Protocol):
    """The guard, which knows the listeners and turns whatever goes wrong into a reply."""

    command: str
    acting: dict[str, Listener]

    def keep(self) -> None: ...

    async def done(self, values: Mapping[str, Any]) -> None: ...

    async def outcome(
        self, listener: Listener, values: Mapping[str, Any], names: tuple[str, ...], request: Request | None = None
    ) -> Said | None: ...


class Judging:
    def __init__(self, guard: Guarding, requests: Requests) -> None:
        self._guard = guard
        self.requests = requests

    async def store(self, listener: str, values: Mapping[str, Any]) -> Request | None:
        """The request, committed. None for what changes nothing, and for what came in before, which the guard refuses by its mark.

        RequestNotStored where it could not be stored in time: it is raised to Bolt, which acknowledges nothing then.
        """
        request = request_of(listener, values)
        if request is None:
            return None
        try:
            return await self.requests.store(request, trigger_of(values), values.get("arrived", time.perf_counter()))
        except HandledBefore:
            return None
        except RunbellError as error:
            log.warning("request_not_acknowledged", listener=listener, error=type(error).__name__, person=request.person)
            raise RequestNotStored from error

    async def judge(self, listener: Listener, values: Mapping[str, Any], request: Request) -> Said | None:
        """Judge it in the process that has acknowledged it."""
        try:
            return await self.finish(listener, values, request) if await self.requests.acknowledge(request) else None
        finally:
            self.requests.release(request)

    async def finish(self, listener: Listener, values: Mapping[str, Any], request: Request) -> Said | None:
        """Return the answer once the row is noted as judged: before that, another process could carry out what we answer as refused."""
        said = await self._guard.outcome(listener, values, tuple(inspect.signature(listener).parameters), request)
        return said if await self.requests.finish(request) else None

    async def resume(self, request: Request, services: Services) -> None:
        """Judge what another process has left, by the same listener, under the rights of now; no trigger is left to open a form with."""
        self._guard.keep()
        listener, values = self._guard.acting.get(request.listener), {"services": services, **values_of(request, self._guard.command)}
        if listener is None:
            if (left := await self.requests.give_up(request)) is not None:
                await self.answer(left, services)
            return
        try:
            said = await self.finish(listener, values, request)
        finally:
            self.requests.release(request)
        if said is not None:
            await services.privately.tell(request.channel or request.person, request.person, said)
        await self._guard.done(values)

    async def answer(self, request: Request, services: Services) -> None:
        """Tell the person that nothing was done, or that it is not known how much was."""
        self._guard.keep()
        is_undone = request.state is RequestState.UNDONE
        said = replies.nothing_done(request) if is_undone else replies.outcome_unclear(request, self._guard.command)
        was_told = await services.privately.tell(request.channel or request.person, request.person, said)
        await self.requests.answered(request, was_told=was_told)
