"""Binding to loopback, and serving an aiohttp application on what was bound."""

from __future__ import annotations

import asyncio
import socket
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LOOPBACK = "127.0.0.1"
TRIES = 50


def bind_loopback(port: int, name: str) -> socket.socket:
    """A socket bound to 127.0.0.1, and to nothing else. Port 0 is any free one; where a port is taken the next free one is used
    and stderr says so. OSError when none of the next 50 is free.
    """
    for candidate in range(port, port + TRIES if port else 1):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, candidate))
            listener.listen(256)
        except OSError:
            listener.close()
            continue
        if candidate != port:
            sys.stderr.write(f"port {port} is taken: {name} uses {candidate}\n")
        listener.setblocking(False)
        return listener
    raise OSError(f"no free port from {port} on for {name}")


def url_of(listener: socket.socket) -> str:
    """The address of a bound socket, without a slash at its end: `http://127.0.0.1:8801`."""
    host, port = listener.getsockname()[:2]
    return f"http://{host}:{port}"


@asynccontextmanager
async def serving(app: web.Application, listener: socket.socket) -> AsyncIterator[None]:
    """Serve the application on the socket until the block ends; connections still open are closed after half a second."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    try:
        await web.SockSite(runner, listener).start()
        yield
    finally:
        await stop_accepting(listener)
        await runner.cleanup()
        listener.close()


async def stop_accepting(listener: socket.socket) -> None:
    """Accept no more connections, and let those that were accepted a moment ago get their transports.

    Python 3.11 makes the transport in a task of its own. If the server is closed before that task runs, the accepted socket is never
    closed (https://github.com/python/cpython/issues/109564).
    """
    asyncio.get_running_loop().remove_reader(listener)
    await asyncio.sleep(0)
