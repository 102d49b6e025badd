"""HTTP comes in: signed requests of Slack and of the server on one port, health on another. What they mean lives elsewhere."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, cast

from aiohttp import web
from aiohttp.http import HttpProcessingError

from bot.core.metrics import NOTIFICATIONS, UNMETERED, Meter
from bot.http_bodies import bounded_body, terraform_body
from bot.http_connections import READ_BYTES, Connection, Connections, stop_accepting
from bot.http_limits import Admission, Refused
from bot.services.waking import is_verification

NOTIFICATION_PATH = "/tfe/notifications"
NOTIFICATION_MOST = 64 << 10
"""Bytes; a notification holds a run's message, and else only names. One without a signature may hold an eighth."""
SIGNATURE = "X-TFE-Notification-Signature"

IDLE_SECONDS = 75.0
"""How long a connection stays open between two verified requests: longer than proxies keep theirs (nginx: 60 s), so that no request
meets a connection that is just being closed."""
HEADERS_MOST = 64

Door = Callable[[web.Request], Awaitable[web.StreamResponse]]
Hear = Callable[[bytes], None]
Readiness = Callable[[], Awaitable[Mapping[str, str]]]
"""What is not as it should be: the part and a sentence about it; nothing where all is well."""


class PortTaken(Exception):
    def __init__(self, host: str, port: int, variable: str, reason: str) -> None:
        super().__init__(f"{host}:{port} cannot be listened on ({reason}). Free it, or set {variable} to another.")


Exposition = Callable[[], Awaitable[bytes]]


def public_app(slack: Door | None = None, notifications: Door | None = None) -> web.Application:
    """Commands, clicks and events, all at one path; word of runs at another. What has no door is not there."""
    app = web.Application()
    if slack is not None:
        app.router.add_post("/slack/events", slack, expect_handler=ask_for_nothing)
    if notifications is not None:
        app.router.add_post(NOTIFICATION_PATH, notifications, expect_handler=ask_for_nothing)
    return app


async def ask_for_nothing(_: web.Request) -> None:
    """Never answer `Expect: 100-continue`, which aiohttp does before the age header is checked. Peers send their body without it."""


def notification_door(token: str, hear: Hear, meter: Meter = UNMETERED, admission: Admission | None = None) -> Door:
    """`hear` gets bodies that bear a signature made with the token. Whoever sends another is told nothing but 401, whatever was wrong.

    503 says that too much is being read at the moment. The question that a server asks when a configuration is saved may come unsigned;
    it is answered, and nothing is done ("Notification configurations API": Notification authenticity, Notification verification).
    """
    secret, bounds = token.encode(), admission or Admission()

    async def door(request: web.Request) -> web.Response:
        try:
            signature = request.headers.get(SIGNATURE)
            if signature is not None:
                hear(await terraform_body(request, signature, secret, NOTIFICATION_MOST, bounds))
            elif is_verification(await bounded_body(request, NOTIFICATION_MOST // 8, bounds)):
                meter.count(NOTIFICATIONS, outcome="verification")
            else:
                raise Refused(401, "signature")  # noqa: TRY301  (one way out for every refusal)
        except Refused as refused:
            bounds.refuse(refused.reason)
            meter.count(NOTIFICATIONS, outcome="refused")
            return web.Response(status=503 if refused.status == 503 else 401)  # noqa: PLR2004
        return web.Response()

    return door


def health_app(readiness: Readiness, exposition: Exposition | None = None, content_type: str = "text/plain") -> web.Application:
    """`/healthz`: the event loop answers. `/readyz`: 200 where everything is as it should be, else 503, and in both cases why.

    `/metrics`: what was measured, where there is an exposition of it.
    """

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def readyz(_: web.Request) -> web.Response:
        troubles = await readiness()
        return web.json_response({"ready": not troubles, "troubles": dict(troubles)}, status=503 if troubles else 200)

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=await exposition() if exposition else b"", headers={"Content-Type": content_type})

    app = web.Application()
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    if exposition is not None:
        app.router.add_get("/metrics", metrics)
    return app


class ServerLog(logging.LoggerAdapter[logging.Logger]):
    """aiohttp's log. It writes a traceback for every request that is no HTTP, which anybody can send; those are counted instead."""

    def __init__(self, admission: Admission) -> None:
        super().__init__(logging.getLogger("aiohttp.server"))
        self.admission = admission

    def exception(self, msg: object, *args: object, exc_info: Any = True, **more: Any) -> None:
        if isinstance(exc_info, HttpProcessingError):
            self.admission.refuse("malformed")
        else:
            super().exception(msg, *args, exc_info=exc_info, **more)


@web.middleware
async def following(request: web.Request, handler: Door) -> web.StreamResponse:
    """Tell the connection that its headers are complete, and keep it open after a success only."""
    connection = cast("Connection", request.transport.get_protocol()) if request.transport is not None else None
    if connection is not None:
        connection.request_began()
    try:
        response = await handler(request)
    except web.HTTPException as error:
        error.force_close()
        raise
    if response.status >= web.HTTPBadRequest.status_code:
        response.force_close()
    elif connection is not None:
        connection.request_ended()
    return response


@asynccontextmanager
async def listening(app: web.Application, host: str, port: int, variable: str, admission: Admission | None = None) -> AsyncIterator[int]:
    """Serve until the block ends; the port that was bound (0 asks for any). PortTaken, naming the setting, where it is not free.

    Bodies are never decompressed: what is signed is what was sent, and a bomb stays as small as it came.
    """
    admission = admission or Admission()
    app.middlewares.append(following)
    runner = web.AppRunner(
        app,
        access_log=None,
        shutdown_timeout=3,
        logger=ServerLog(admission),
        auto_decompress=False,
        read_bufsize=READ_BYTES,
        max_headers=HEADERS_MOST,
        keepalive_timeout=IDLE_SECONDS,
        lingering_time=admission.limits.linger_within,
    )
    await runner.setup()
    server = None
    try:
        connections = Connections(cast("Callable[[], asyncio.Protocol]", runner.server), admission)
        try:
            server = await asyncio.get_running_loop().create_server(connections, host, port, backlog=128)
        except (OSError, socket.gaierror) as error:
            raise PortTaken(host, port, variable, error.strerror or str(error)) from error
        yield server.sockets[0].getsockname()[1]
    finally:
        if server is not None:
            await stop_accepting(server)
            server.close()
        await runner.cleanup()
