"""A small HTTP server on loopback that answers as a test scripts it, and remembers all that it heard."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.servers import served

MEDIA_TYPE = "application/vnd.api+json"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: a document or raw bytes. `after` seconds late; `reset`: the connection dies instead; `cut`: it dies half way."""

    status: int = 200
    document: Any = None
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    after: float = 0.0
    reset: bool = False
    cut: bool = False

    @property
    def content(self) -> bytes:
        if self.body is not None:
            return self.body
        return b"" if self.document is None else json.dumps(self.document).encode()


@dataclass(frozen=True, slots=True)
class Heard:
    call: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


NOTHING = Reply(404, {"errors": [{"status": "404", "title": "not found"}]})


class ScriptedServer:
    """`on` gives the answers of a call, `GET /api/v2/runs/run-1`, one after the other; the last one stays. Anything else is 404."""

    def __init__(self) -> None:
        self.url = ""
        self.heard: list[Heard] = []
        self._replies: dict[str, list[Reply]] = {}

    def on(self, call: str, *replies: Reply) -> None:
        self._replies[call] = list(replies)

    def calls(self, *, discovery: bool = False) -> list[str]:
        return [heard.call for heard in self.heard if discovery or "well-known" not in heard.call]

    def last(self) -> Heard:
        return self.heard[-1]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        call = f"{request.method} {request.raw_path.partition('?')[0]}"
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.heard.append(Heard(call, dict(request.query), headers, await request.read()))
        replies = self._replies.get(call, [NOTHING])
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        await asyncio.sleep(reply.after)
        if reply.reset:
            return self._hang_up(request)
        if reply.cut:
            return await self._half(request, reply)
        return web.Response(body=reply.content, status=reply.status, headers={"Content-Type": MEDIA_TYPE, **reply.headers})

    def _hang_up(self, request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async def _half(self, request: web.Request, reply: Reply) -> web.StreamResponse:
        response = web.StreamResponse(status=reply.status, headers={"Content-Length": str(len(reply.content))})
        await response.prepare(request)
        await response.write(reply.content[: len(reply.content) // 2])
        self._hang_up(request)
        return response


@asynccontextmanager
async def serving(server: ScriptedServer, ssl_context: Any = None, port: int = 0) -> AsyncIterator[ScriptedServer]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    async with served(app, port=port, ssl_context=ssl_context, shutdown_timeout=0.1) as bound:
        server.url = f"http://127.0.0.1:{bound}" if ssl_context is None else f"https://localhost:{bound}"
        yield server
