"""HTTP comes in: signed requests of Slack and of the server on one port, health on another. What they mean lives elsewhere."""

from __future__ import annotations

import asyncio
import hmac
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from aiohttp import web

from bot.core.metrics import NOTIFICATIONS, UNMETERED, Meter
from bot.services.waking import is_verification

BODY_MOST = 1 << 20
"""Slack's largest payload is a view of 250 kB with what stands around it."""

NOTIFICATION_PATH = "/tfe/notifications"
NOTIFICATION_MOST = 64 << 10
"""Bytes; a notification holds a run's message, and else only names. One without a signature may hold an eighth."""
NOTIFICATION_WITHIN = 5.0
SIGNATURE = "X-TFE-Notification-Signature"
SIGNATURE_LENGTH = 128

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
    app = web.Application(client_max_size=BODY_MOST)
    if slack is not None:
        app.router.add_post("/slack/events", slack)
    if notifications is not None:
        app.router.add_post(NOTIFICATION_PATH, notifications)
    return app


def notification_door(token: str, hear: Hear, meter: Meter = UNMETERED) -> Door:
    """`hear` gets bodies that bear a signature made with the token. Whoever sends another is told nothing but 401, whatever was wrong.

    The question that a server asks when a configuration is saved may come unsigned; it is answered, and nothing is done
    ("Notification configurations API": Notification authenticity, Notification verification).
    """
    secret = token.encode()

    async def door(request: web.Request) -> web.Response:
        body = await whole_body(request, NOTIFICATION_MOST)
        if body is not None and is_signed(body, request.headers.get(SIGNATURE, ""), secret):
            hear(body)
        elif body is not None and SIGNATURE not in request.headers and len(body) <= NOTIFICATION_MOST // 8 and is_verification(body):
            meter.count(NOTIFICATIONS, outcome="verification")
        else:
            meter.count(NOTIFICATIONS, outcome="refused")
            return web.Response(status=401, headers={"Connection": "close"})
        return web.Response()

    return door


async def whole_body(request: web.Request, most: int) -> bytes | None:
    """The body as it came; None where it is longer than `most`, or does not come in time. No more than `most` of it is read."""
    if (request.content_length or 0) > most:
        return None
    body = bytearray()
    try:
        async with asyncio.timeout(NOTIFICATION_WITHIN):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > most:
                    return None
    except (TimeoutError, web.RequestPayloadError):
        return None
    return bytes(body)


def is_signed(body: bytes, signature: str, secret: bytes) -> bool:
    """Whether the signature is the HMAC-SHA512 of the bytes, in hex."""
    if len(signature) != SIGNATURE_LENGTH or not signature.isascii():
        return False
    return hmac.compare_digest(hmac.digest(secret, body, "sha512").hex(), signature.lower())


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
