"""The socket to Slack: opened, watched, opened anew, and closed while we could not answer. What comes over it goes to Bolt.

Slack does not ask whether we are ready: a payload goes to any of the app's connections (Slack, Socket Mode), so a process that
cannot work closes its own.
"""

from __future__ import annotations

import asyncio
import json
import time
from datetime import datetime
from typing import Any

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.core.errors import RunbellError
from bot.core.pace import Pace
from bot.services.presence import Presence

log = structlog.get_logger("runbell.sockets")

SHORTEST_PING = 2.5
ASK_AGAIN = 0.01
PATIENCE_MOST = 8
"""A Slack that is down is asked ever more seldom, up to so many times as long after each other."""


class Socket:
    """One connection at a time. slack_sdk tries until it succeeds, also the first time, so that is left to a task of its own.

    A connection is up once Slack has said hello on it: before, nothing is sent to it, and it may yet be turned away.
    """

    def __init__(self, bolt: AsyncApp, token: str, pace: Pace, presence: Presence) -> None:
        self._bolt = bolt
        self._token = token
        self._pace = pace
        self._presence = presence
        self._handler: AsyncSocketModeHandler | None = None
        self._connecting: asyncio.Task[Any] | None = None
        self._greeted_on: aiohttp.ClientWebSocketResponse | None = None
        self._answering = 0
        self._gave_way = self._is_over = False
        self._up_at, self._patience = time.monotonic(), pace.socket_gone

    async def is_up(self) -> bool:
        if self._handler is None or not await self._handler.client.is_connected():
            return False
        return self._greeted_on is self._handler.client.current_session

    async def open(self) -> None:
        """Begin to connect, where nobody has yet, and not after the last `drain`."""
        if self._handler is not None or self._is_over:
            return
        handler = AsyncSocketModeHandler(self._bolt, self._token, ping_interval=max(self._pace.socket_ping, SHORTEST_PING))
        handler.client.on_message_listeners.append(self._greeted)
        handler.client.socket_mode_request_listeners = [self._hear]
        self._handler, self._up_at = handler, time.monotonic()
        self._connecting = asyncio.get_running_loop().create_task(handler.connect_async())  # type: ignore[no-untyped-call]

    async def close(self) -> None:
        handler, connecting, self._handler, self._connecting = self._handler, self._connecting, None, None
        if connecting is not None:
            connecting.cancel()
            await asyncio.gather(connecting, return_exceptions=True)
        if handler is not None:
            await handler.close_async()  # type: ignore[no-untyped-call]

    async def tick(self, now: datetime) -> None:  # noqa: ARG002 - sockets go by the monotonic clock
        """The watchdog: a socket that stays down is made anew; none is held while the database is lost."""
        if self._presence.has_lost_database:
            await self._give_way()
        elif self._gave_way:
            self._gave_way = False
            log.warning("the database is back: connecting to Slack again")
            await self.open()
        elif self._handler is None or await self.is_up():
            self._up_at, self._patience = time.monotonic(), self._pace.socket_gone
        elif time.monotonic() - self._up_at > self._patience:
            log.error("the socket to Slack stays down: connecting anew", seconds=self._patience)
            self._patience = min(self._patience * 2, self._pace.socket_gone * PATIENCE_MOST)
            await self.close()
            await self.open()

    async def _give_way(self) -> None:
        if self._handler is not None:
            self._gave_way = True
            log.error("the database is lost: closing the socket to Slack, so that whoever has it answers people")
            await self.close()

    async def drain(self, within: float) -> None:
        """Let what has arrived be acknowledged, at most so many seconds, and hear no more."""
        self._is_over = True
        until, idle = time.monotonic() + within, 0
        while self._handler is not None and idle < 2 and time.monotonic() < until:  # noqa: PLR2004 - between queue and listener lies one turn
            idle = 0 if self._answering or self._handler.client.message_queue.qsize() else idle + 1
            await asyncio.sleep(ASK_AGAIN)
        await self.close()

    async def trouble(self) -> str | None:
        if self._handler is None:
            return f"The socket to Slack is closed{', since the database is lost' if self._presence.has_lost_database else ''}."
        return None if await self.is_up() else "The socket to Slack is not connected."

    async def _hear(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        """Bolt hands back what to acknowledge as soon as the listener does."""
        if self._handler is None:
            return
        self._answering += 1
        try:
            await self._handler.handle(client, request)  # type: ignore[arg-type]  # it is the handler's own client
        finally:
            self._answering -= 1

    async def _greeted(self, message: aiohttp.WSMessage) -> None:
        """Slack's hello says how many connections the app has; each payload goes to one of them only."""
        number = connections_told(message)
        if number and self._handler is not None:
            self._greeted_on = self._handler.client.current_session
        if number <= max(self._presence.sockets, 1):
            return
        try:
            await self._presence.look()
        except RunbellError:
            return
        if number > max(self._presence.sockets, 1):
            log.error(
                "another bot uses this Slack app too, and gets a share of what people type and click",
                connections=number,
                ours=self._presence.sockets,
            )


def connections_told(message: aiohttp.WSMessage) -> int:
    """What a hello says; 0 for any other message."""
    if not isinstance(message.data, str) or '"hello"' not in message.data:
        return 0
    document = json.loads(message.data)
    return int(document.get("num_connections", 1)) if document.get("type") == "hello" else 0
