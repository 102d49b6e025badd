"""One life of the process: started, at work, stopped, each in its order."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import structlog

from bot.app.builds import build
from bot.app.doors import open_to_the_public
from bot.app.parts import App
from bot.core.errors import RunbellError
from bot.metrics import CONTENT_TYPE
from bot.settings import Settings
from bot.web import health_app, listening

log = structlog.get_logger("runbell.app")


FOR_WORK = 0.8
LEAVE_LEAST = 1.0
"""Of the time to stop in: the part that work may take, and the seconds that giving roles back has at least."""


async def serve(settings: Settings) -> None:
    """Run until SIGINT or SIGTERM; whatever was begun is finished first, unless a second signal comes."""
    started, stopping = asyncio.Event(), asyncio.Event()
    life = asyncio.get_running_loop().create_task(live(settings, started, stopping))

    def stop() -> None:
        if stopping.is_set() or not started.is_set():
            life.cancel()
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    with suppress(asyncio.CancelledError):
        await life


async def live(settings: Settings, started: asyncio.Event, stopping: asyncio.Event) -> None:
    """One life of the process, from the first connection to the last."""
    async with build(settings) as app, running(app):
        log.info(
            "serving", mode="socket" if app.socket else "http", organizations=settings.organizations, server=settings.terraform_address
        )
        started.set()
        await stopping.wait()
        log.info("stopping")


@asynccontextmanager
async def running(app: App) -> AsyncIterator[None]:
    """Health first, then the loops, then Slack; and the other way round at the end, all of which takes `stop_within` at most."""
    settings, limit = app.settings, Limit(app.pace.stop_within)
    async with AsyncExitStack() as stack:
        healthy = health_app(app.troubles, app.exposition, CONTENT_TYPE)
        health = listening(healthy, settings.health_host, settings.health_port, "RUNBELL_HEALTH_PORT")
        log.info("healthy", host=settings.health_host, port=await stack.enter_async_context(health))
        await app.standing.presence.tick(app.database.clock.now())
        stack.push_async_callback(leave, app, limit)
        app.jobs.start()
        stack.push_async_callback(finish, app, limit)
        await stack.enter_async_context(hearing_the_database(app))
        if not settings.uses_socket or settings.notification_token is not None:
            await stack.enter_async_context(open_to_the_public(app))
        if app.socket is not None:
            await app.socket.open()
            stack.push_async_callback(app.socket.drain, app.pace.stop_within / 5)
        stack.callback(begin_to_stop, app, limit)
        yield


class Limit:
    """Until when a stop has to be over; it counts from `begin` on."""

    def __init__(self, within: float) -> None:
        self.within = within
        self.until = 0.0

    def begin(self) -> None:
        self.until = time.monotonic() + self.within

    def left(self, least: float = 0.0) -> float:
        return max(self.until - time.monotonic(), least)


def begin_to_stop(app: App, limit: Limit) -> None:
    """No further tick begins, and whoever asks is told that we are about to end."""
    limit.begin()
    app.is_stopping = True
    app.jobs.pause()


async def finish(app: App, limit: Limit) -> None:
    """Ticks and listeners at work come to their end; a little is left of the time to give roles back in."""
    within = limit.left() * FOR_WORK
    await asyncio.gather(app.jobs.stop(within), app.guard.finish(within))


async def leave(app: App, limit: Limit) -> None:
    """What there is to say at the end, then the roles are given back."""
    for last, within, lost in (
        (app.last_words, limit.left() / 2, "audit not sealed"),
        (app.standing.leave, limit.left(least=LEAVE_LEAST), "roles not given back"),
    ):
        try:
            async with asyncio.timeout(within):
                await last()
        except (RunbellError, TimeoutError) as error:
            log.warning(lost, error=str(error) or "it took too long")


@asynccontextmanager
async def hearing_the_database(app: App) -> AsyncIterator[None]:
    """What other processes want painted wakes our painter, if it is ours to paint."""
    listening_in = asyncio.get_running_loop().create_task(app.database.listen(app.jobs.waker("paint"), app.pace.listen_again))
    try:
        yield
    finally:
        listening_in.cancel()
        await asyncio.gather(listening_in, return_exceptions=True)
