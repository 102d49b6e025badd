"""A server that sends megabytes: plain ones as they are made, and the same packed a thousandfold."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from tests.servers import served

CHUNK = b"0123456789abcdef" * 4096


@asynccontextmanager
async def flooding(size: int) -> AsyncIterator[str]:
    """The address; `/plain` and `/packed` give `size` bytes."""
    packed = gzip.compress(b" " * size, compresslevel=9)

    async def plain(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for sent in range(0, size, len(CHUNK)):
            await response.write(CHUNK[: size - sent])
        return response

    async def small(_: web.Request) -> web.Response:
        return web.Response(body=packed, headers={"Content-Encoding": "gzip"})

    app = web.Application()
    app.router.add_get("/plain", plain)
    app.router.add_get("/packed", small)
    async with served(app, shutdown_timeout=0.1) as port:
        yield f"http://127.0.0.1:{port}"
