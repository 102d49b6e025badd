"""HTTP comes in: Slack's signed requests on one port, health on another, loopback by default. What they mean lives elsewhere."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from aiohttp import web

BODY_MOST = 1 << 20
"""Slack's largest payload is a view of 250 kB with what stands around it."""

SlackDoor = Callable[[web.Request], Awaitable[web.StreamResponse]]
Readiness = Callable[[], Awaitable[Mapping[str, str]]]
"""What is not as it should be: the part and a sentence about it; nothing where all is well."""


class PortTaken(Exception):
    def __init__(self, host: str, port: int, variable: str, reason: str) -> None:
        super().__init__(f"{host}:{port} cannot be listened on ({reason}). Free it, or set {variable} to another.")


def slack_app(door: SlackDoor) -> web.Application:
    """Commands, clicks and events, all at one path."""
    app = web.Application(client_max_size=BODY_MOST)
    app.router.add_post("/slack/events", door)
    return app


def health_app(readiness: Readiness) -> web.Application:
    """`/healthz`: the event loop answers. `/readyz`: 200 where everything is as it should be, else 503, and in both cases why."""

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def readyz(_: web.Request) -> web.Response:
        troubles = await readiness()
        return web.json_response({"ready": not troubles, "troubles": dict(troubles)}, status=503 if troubles else 200)

    app = web.Application()
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    return app


@asynccontextmanager
async def listening(app: web.Application, host: str, port: int, variable: str) -> AsyncIterator[int]:
    """Serve until the block ends; the port that was bound (0 asks for any). PortTaken, naming the setting, where it is not free."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=3)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except (OSError, socket.gaierror) as error:
            raise PortTaken(host, port, variable, error.strerror or str(error)) from error
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
