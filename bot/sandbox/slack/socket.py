"""Socket Mode: tickets, the websocket connections of the app, envelopes out and acks in. Each payload goes to exactly one."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import WSMsgType, web

from bot.sandbox.slack.deliveries import DeliveryError, Parcel
from bot.sandbox.slack.errors import Document

MOST_LINKS = 10
TICKET_SECONDS = 60.0
HEARTBEAT_SECONDS = 20.0
FRAME_BYTES = 4 * 1024 * 1024
LIFETIME_SECONDS = 3600.0
SHORT_LIFETIME_SECONDS = 360.0
WARNING_SECONDS = 10.0


@dataclass(frozen=True)
class Link:
    """One connection, and the transport beneath it that a fault can cut."""

    socket: web.WebSocketResponse
    transport: asyncio.Transport | None

    @property
    def is_open(self) -> bool:
        return not self.socket.closed and self.transport is not None and not self.transport.is_closing()


class Links:
    """The app's websocket connections (docs: Using Socket Mode). `on_change` hears how many there are. A connection lives an hour of
    real time (six minutes with `debug_reconnects=true`), is warned ten seconds before, and is asked to connect anew at its end.
    """

    lifetime_seconds = LIFETIME_SECONDS
    short_lifetime_seconds = SHORT_LIFETIME_SECONDS
    warning_seconds = WARNING_SECONDS

    def __init__(self, app_id: str, on_change: Callable[[int], None]) -> None:
        self._app_id = app_id
        self._on_change = on_change
        self._tickets: dict[str, float] = {}
        self._links: list[Link] = []
        self._turn = 0
        self._waiting: dict[str, asyncio.Future[Any]] = {}

    @property
    def count(self) -> int:
        return len(self._links)

    def issue_ticket(self) -> str:
        """A ticket that opens one connection within a minute of real time."""
        now = time.monotonic()
        self._tickets = {ticket: until for ticket, until in self._tickets.items() if until > now}
        ticket = secrets.token_urlsafe(24)
        self._tickets[ticket] = now + TICKET_SECONDS
        return ticket

    async def link(self, request: web.Request) -> web.StreamResponse:
        """`GET /_socket/link?ticket=`: one connection from hello to its end; 403 without a fresh ticket."""
        if self._tickets.pop(request.query.get("ticket", ""), 0.0) < time.monotonic():
            return web.json_response({"ok": False, "error": "invalid_ticket"}, status=403)
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS, max_msg_size=FRAME_BYTES)
        await socket.prepare(request)
        if self.count >= MOST_LINKS:
            await self._say_goodbye(socket, "too_many_websockets")
            return socket
        link = Link(socket, request.transport)
        self._links.append(link)
        self._on_change(self.count)
        lifetime = self.short_lifetime_seconds if request.query.get("debug_reconnects") == "true" else self.lifetime_seconds
        aging = asyncio.create_task(self._age(link, lifetime))
        try:
            await socket.send_json(self._hello(lifetime))
            await self._hear(socket)
        except ConnectionError:
            pass  # gone before it was greeted
        finally:
            aging.cancel()
            self._links.remove(link)
            self._on_change(self.count)
        return socket

    async def carry(self, parcel: Parcel) -> Any:
        """Send to the next connection in turn and wait for the ack, which may come over any of them. One that turns out to be broken
        before the payload is on it is passed over.
        """
        envelope = _envelope(parcel)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[envelope["envelope_id"]] = answer
        try:
            await self._send(envelope)
            return await answer
        finally:
            del self._waiting[envelope["envelope_id"]]

    async def _send(self, envelope: Document) -> None:
        """Put an envelope on one connection. DeliveryError: dispatch_failed with none that takes it."""
        self._turn += 1
        usable = [link for link in self._links if link.is_open]
        for number in range(len(usable)):
            try:
                await usable[(self._turn + number) % len(usable)].socket.send_json(envelope)
            except ConnectionError:
                continue
            return
        raise DeliveryError("dispatch_failed", "connection_failed")

    async def _age(self, link: Link, lifetime: float) -> None:
        try:
            await asyncio.sleep(max(0.0, lifetime - self.warning_seconds))
            await link.socket.send_json(_disconnect("warning"))
            await asyncio.sleep(self.warning_seconds)
            await self._say_goodbye(link.socket, "refresh_requested")
        except ConnectionError:
            return  # it went by itself

    async def disconnect(self, reason: str) -> None:
        """Send every connection a `disconnect` (warning, refresh_requested, link_disabled); all but a warning close it too."""
        for link in list(self._links):
            if reason == "warning":
                await link.socket.send_json(_disconnect(reason))
            else:
                await self._say_goodbye(link.socket, reason)

    def cut(self) -> None:
        """Drop every connection without a word, as a broken network does."""
        for link in list(self._links):
            if link.transport is not None:
                link.transport.abort()

    async def close(self) -> None:
        for link in list(self._links):
            await link.socket.close(code=1001, message=b"going away")

    async def _hear(self, socket: web.WebSocketResponse) -> None:
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                self._take_ack(frame.data)

    def _take_ack(self, text: str) -> None:
        try:
            document = json.loads(text)
        except ValueError:
            return
        if not isinstance(document, dict):
            return
        answer = self._waiting.get(str(document.get("envelope_id")))
        if answer is not None and not answer.done():
            answer.set_result(document.get("payload") or None)

    def _hello(self, lifetime: float) -> Document:
        return {
            "type": "hello",
            "num_connections": self.count,
            "connection_info": {"app_id": self._app_id},
            "debug_info": {"host": "sandbox", "build_number": 1, "approximate_connection_time": round(lifetime)},
        }

    async def _say_goodbye(self, socket: web.WebSocketResponse, reason: str) -> None:
        await socket.send_json(_disconnect(reason))
        await socket.close()


def _envelope(parcel: Parcel) -> Document:
    envelope: Document = {
        "envelope_id": str(uuid.uuid4()),
        "type": parcel.kind,
        "accepts_response_payload": parcel.accepts_answer,
        "payload": parcel.payload,
    }
    if parcel.kind == "events_api":
        envelope |= {"retry_attempt": parcel.retry_num, "retry_reason": parcel.retry_reason}
    return envelope


def _disconnect(reason: str) -> Document:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}
