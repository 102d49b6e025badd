"""A tick: requests that no process is at any more are judged, and people whose requests were not judged in time are told."""

from __future__ import annotations

import asyncio
from contextvars import Context

from bot.core.requests import Due
from handlers.guard import Guard
from handlers.services import Services


async def resume(guard: Guard, services: Services) -> None:
    """Take what waits. Each request is seen to in a task of its own, so that a slow server holds up neither the others nor the lease."""
    if (judging := guard.judging) is None:
        return
    for what, request in await judging.requests.take():
        judge = judging.resume if what is Due.JUDGE else judging.answer
        task = asyncio.get_running_loop().create_task(judge(request, services), name=f"request {request.id}", context=Context())
        guard.kept.add(task)
        task.add_done_callback(guard.kept.discard)
