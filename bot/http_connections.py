"""The connections of one listener: how many there are, how long each may take to send headers, and how large those may be.

aiohttp parses and answers. It bounds neither the number of connections nor the time that headers take.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

from bot.http_limits import Admission

READ_BYTES = 8 << 10
"""One read of a socket. asyncio's own reads may be 256 KiB each, which many connections at once turn into a lot of memory."""

ANSWER = "HTTP/1.1 {}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
UNAVAILABLE = ANSWER.format("503 Service Unavailable").encode()
HEADERS_TOO_LARGE = ANSWER.format("431 Request Header Fields Too Large").encode()


async def stop_accepting(server: asyncio.Server) -> None:
    """Accept no more connections, and let those that were accepted a moment ago get their transports.

    Python 3.11 makes the transport in a task of its own. If the server is closed before that task runs, the accepted socket is never
    closed (https://github.com/python/cpython/issues/109564).
    """
    for listener in server.sockets:
        asyncio.get_running_loop().remove_reader(listener.fileno())
    await asyncio.sleep(0)


class Connections:
    """A protocol factory for `create_server`. `accept` makes aiohttp's protocol of a connection that is let in."""

    def __init__(self, accept: Callable[[], asyncio.Protocol], admission: Admission) -> None:
        self.accept = accept
        self.admission = admission
        self.open: set[Connection] = set()
        # One buffer for all: the event loop reads into it and calls buffer_updated, which copies, before it reads anything else.
        self.buffer = memoryview(bytearray(READ_BYTES))

    def __call__(self) -> Connection:
        return Connection(self)


class Connection(asyncio.BufferedProtocol):
    """Hands everything to aiohttp's protocol. Bytes that come before complete headers count as unverified, and against a timeout."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._admission = connections.admission
        self._transport: asyncio.Transport | None = None
        self._http: asyncio.Protocol | None = None
        self._is_in_request = False
        self._header_bytes = 0
        self._timeout: asyncio.TimerHandle | None = None

    # Called by our middleware

    def request_began(self) -> None:
        """The headers are complete. From here on the reader of the body limits it."""
        self._is_in_request = True
        self._forget_headers()

    def request_ended(self) -> None:
        """The connection stays open. The next request is on time if its headers are complete soon after their first byte."""
        self._is_in_request = False

    # Called by the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        if len(self._connections.open) >= self._admission.limits.connections:
            self._refuse("connections", UNAVAILABLE)
            return
        self._connections.open.add(self)
        self._http = self._connections.accept()
        self._http.connection_made(transport)
        self._expect_headers()

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002  (asyncio passes it by position)
        return self._connections.buffer

    def buffer_updated(self, nbytes: int) -> None:
        data = bytes(self._connections.buffer[:nbytes])
        if self._http is not None and (self._is_in_request or self._hold(nbytes)):
            self._http.data_received(data)

    def eof_received(self) -> bool | None:
        return self._http.eof_received() if self._http is not None else None

    def pause_writing(self) -> None:
        if self._http is not None:
            self._http.pause_writing()

    def resume_writing(self) -> None:
        if self._http is not None:
            self._http.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_headers()
        self._connections.open.discard(self)
        if self._http is not None:
            self._http.connection_lost(exc)

    # Headers

    def _hold(self, count: int) -> bool:
        """Count bytes of headers; False if they are refused, and the connection with them."""
        self._expect_headers()
        if self._header_bytes + count > self._admission.limits.header_bytes:
            return self._refuse("headers", HEADERS_TOO_LARGE)
        if not self._admission.reserve(count):
            return self._refuse("budget", UNAVAILABLE)
        self._header_bytes += count
        return True

    def _expect_headers(self) -> None:
        if self._timeout is None:
            within = self._admission.limits.headers_within
            self._timeout = asyncio.get_running_loop().call_later(within, self._headers_late)

    def _forget_headers(self) -> None:
        self._admission.release(self._header_bytes)
        self._header_bytes = 0
        if self._timeout is not None:
            self._timeout.cancel()
            self._timeout = None

    def _headers_late(self) -> None:
        self._admission.refuse("headers")
        if self._transport is not None:
            self._transport.abort()

    def _refuse(self, reason: str, answer: bytes) -> bool:
        self._admission.refuse(reason)
        if self._transport is not None:
            self._transport.write(answer)
            self._transport.close()
        return False
