"""A receiver of webhooks for the tests: it keeps what comes, and answers what it is told to."""

from __future__ import annotations

import hashlib
import hmac
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.sandbox.listeners import bind_loopback, serving, url_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SIGNATURE = "X-TFE-Notification-Signature"


@dataclass
class Hook:
    url: str = ""
    status: int = 200
    bodies: list[bytes] = field(default_factory=list)
    signatures: list[str | None] = field(default_factory=list)

    async def receive(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        self.signatures.append(request.headers.get(SIGNATURE))
        return web.Response(status=self.status, text="heard")

    @property
    def payloads(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.bodies]

    @property
    def triggers(self) -> list[str]:
        return [each["notifications"][0]["trigger"] for each in self.payloads]

    def is_signed_with(self, token: str) -> bool:
        """Every delivery that came is."""
        signed = [hmac.new(token.encode(), body, hashlib.sha512).hexdigest() for body in self.bodies]
        return bool(signed) and signed == self.signatures


@asynccontextmanager
async def open_hook() -> AsyncIterator[Hook]:
    hook, app, listener = Hook(), web.Application(), bind_loopback(0, "the hook")
    app.router.add_post("/hook", hook.receive)
    async with serving(app, listener):
        hook.url = f"{url_of(listener)}/hook"
        yield hook
