"""Serving an aiohttp application on a free port of loopback, for a test."""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.sandbox.listeners import bind_loopback, stop_accepting


@asynccontextmanager
async def served(
    app: web.Application, *, port: int = 0, ssl_context: ssl.SSLContext | None = None, shutdown_timeout: float = 0.5
) -> AsyncIterator[int]:
    """Yield the port. When the block ends, connections that are still open are closed after `shutdown_timeout` seconds."""
    listener: socket.socket = bind_loopback(port, "the test")
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=shutdown_timeout)
    await runner.setup()
    try:
        await web.SockSite(runner, listener, ssl_context=ssl_context).start()
        yield listener.getsockname()[1]
    finally:
        await stop_accepting(listener)
        await runner.cleanup()
        listener.close()
