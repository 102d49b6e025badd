"""The blob service: logs are read and configurations uploaded here, on an origin of its own, by URLs that are the secret.

A request that carries an Authorization header is refused: a client that sends its token here leaks it on the real platform.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from bot.sandbox.origins import guard_listener
from bot.sandbox.terraform.archives import LARGEST_UPLOAD

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from bot.sandbox.clock import Clock
    from bot.sandbox.faults import Faults
    from bot.sandbox.terraform.logs import LogStream

LIFETIME = timedelta(hours=25)
REDIRECT_LIFETIME = timedelta(seconds=60)
RENEWAL = timedelta(hours=1)
MOST_DIGITS = 12
OBJECTS = "/v1/object/"


@dataclass(slots=True)
class Reading:
    log: LogStream
    until: datetime


@dataclass(slots=True)
class Upload:
    target: Path
    until: datetime
    done: Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Content:
    body: bytes | Path
    media_type: str
    until: datetime


class Blobs:
    """`refuses_tokens` may be switched off for clients that are known to send theirs."""

    def __init__(self, address: str, clock: Clock, faults: Faults) -> None:
        self._address, self._clock, self._faults = address, clock, faults
        self.refuses_tokens = True
        self._contents: dict[str, Content] = {}
        self._readings: dict[str, Reading] = {}
        self._names: dict[int, str] = {}
        self._uploads: dict[str, Upload] = {}

    def read_url(self, log: LogStream) -> str:
        """Where this log can be read for the next hours; the URL changes when it comes near its end."""
        now = self._clock.now()
        name = self._names.get(id(log))
        if name is None or self._readings[name].until - now < RENEWAL:
            name = self._names[id(log)] = secrets.token_urlsafe(48)
            self._readings[name] = Reading(log, now + LIFETIME)
        return f"{self._address}{OBJECTS}{name}"

    def upload_url(self, target: Path, done: Callable[[], Awaitable[None]]) -> str:
        """Where one PUT writes to `target`; `done` is awaited once it is there."""
        name = secrets.token_urlsafe(48)
        self._uploads[name] = Upload(target, self._clock.now() + LIFETIME, done)
        return f"{self._address}{OBJECTS}{name}"

    def content_url(self, body: bytes | Path, media_type: str) -> str:
        """Where this can be read for one minute of the sandbox's time: what a redirect of the API leads to."""
        now = self._clock.now()
        self._contents = {name: each for name, each in self._contents.items() if each.until >= now}
        name = secrets.token_urlsafe(48)
        self._contents[name] = Content(body, media_type, now + REDIRECT_LIFETIME)
        return f"{self._address}{OBJECTS}{name}"

    def application(self, secret: str) -> web.Application:
        app = web.Application()
        guard_listener(app, secret)
        app.middlewares.append(self._refuse_tokens)
        app.middlewares.append(self._strike)
        app.router.add_get(f"{OBJECTS}{{name}}", self._read)
        app.router.add_put(f"{OBJECTS}{{name}}", self._write)
        return app

    async def _read(self, request: web.Request) -> web.StreamResponse:
        content = self._contents.get(request.match_info["name"])
        if content is not None and content.until >= self._clock.now():
            if isinstance(content.body, bytes):
                return web.Response(body=content.body, content_type=content.media_type)
            return web.FileResponse(content.body, headers={"Content-Type": content.media_type})
        reading = self._readings.get(request.match_info["name"])
        if reading is None or reading.until < self._clock.now():
            raise web.HTTPNotFound(text="no such object")
        offset, limit = _whole(request, "offset"), _whole(request, "limit")
        return web.Response(body=reading.log.read(offset or 0, limit), content_type="text/plain", charset="utf-8")

    async def _write(self, request: web.Request) -> web.Response:
        upload = self._uploads.pop(request.match_info["name"], None)
        if upload is None or upload.until < self._clock.now():
            raise web.HTTPNotFound(text="no such object, or it was written already")
        is_saved = False
        try:
            is_saved = await _save(request, upload.target)
        finally:
            if not is_saved:
                self._uploads[request.match_info["name"]] = upload
        if not is_saved:
            raise web.HTTPRequestEntityTooLarge(max_size=LARGEST_UPLOAD, actual_size=LARGEST_UPLOAD + 1)
        await upload.done()
        return web.Response()

    @web.middleware
    async def _refuse_tokens(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if self.refuses_tokens and "Authorization" in request.headers:
            raise web.HTTPBadRequest(text="this URL is its own secret: send no Authorization header here")
        return await handler(request)

    @web.middleware
    async def _strike(self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.StreamResponse:
        """Faults that name these paths strike here; those for everything mean the API."""
        fault = self._faults.take("terraform", f"{request.method} {request.path}", named=OBJECTS)
        if fault is None:
            return await handler(request)
        if fault.kind in ("down", "refused", "status"):
            return web.Response(status=503 if fault.kind == "down" else fault.status, text=fault.error)
        response = await handler(request)
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        elif fault.kind == "cut":
            return _half(response)
        elif request.transport is not None:
            request.transport.abort()
        return response


def _half(response: web.StreamResponse) -> web.StreamResponse:
    """Half of what would have come, and nothing that tells."""
    if isinstance(response, web.FileResponse):
        return web.Response(body=b"")
    body = response.body if isinstance(response, web.Response) and isinstance(response.body, bytes) else b""
    return web.Response(body=body[: len(body) // 2], status=response.status, content_type=response.content_type)


async def _save(request: web.Request, target: Path) -> bool:
    """Write the body to the file as it comes; False when it is too large."""
    size = 0
    with target.open("wb") as file:
        async for chunk in request.content.iter_chunked(64 * 1024):
            size += len(chunk)
            if size > LARGEST_UPLOAD:
                return False
            file.write(chunk)
    return True


def _whole(request: web.Request, name: str) -> int | None:
    value = request.query.get(name)
    if value is None:
        return None
    if not value.isascii() or not value.isdigit() or len(value) > MOST_DIGITS:
        raise web.HTTPBadRequest(text=f"{name} must be a whole number of bytes")
    return int(value)
