"""Everything that one running Slack server holds, in one place for its routes."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp

from bot.sandbox.clock import Clock
from bot.sandbox.faults import Faults
from bot.sandbox.slack.deliveries import ACK_SECONDS, Deliveries
from bot.sandbox.slack.errors import Document
from bot.sandbox.slack.files import Files
from bot.sandbox.slack.http_delivery import SignedHttp
from bot.sandbox.slack.limits import Limits
from bot.sandbox.slack.messages import MessageLog
from bot.sandbox.slack.response_urls import ResponseUrls
from bot.sandbox.slack.rooms import Rooms
from bot.sandbox.slack.socket import Links
from bot.sandbox.slack.stream import Streams
from bot.sandbox.slack.team import Team
from bot.sandbox.slack.tokens import Tokens
from bot.sandbox.slack.traffic import Traffic
from bot.sandbox.slack.triggers import Triggers
from bot.sandbox.slack.unfurls import Unfurls
from bot.sandbox.slack.views import Views

if TYPE_CHECKING:
    from bot.sandbox.slack.person_terraform import Desk


@dataclass
class State:
    """The parts of a Slack server. `url` is its own address without a slash; `terraform` and `engine` are told to the page.
    `offers` are the options that the app last suggested, by person and action_id; `desk` is the Runs API server for the page, and
    `restart` kills the app and starts it anew, where whoever has opened the sandbox can do that.
    """

    url: str
    clock: Clock
    faults: Faults
    team: Team
    tokens: Tokens
    log: MessageLog
    rooms: Rooms
    streams: Streams
    traffic: Traffic
    triggers: Triggers
    response_urls: ResponseUrls
    links: Links
    deliveries: Deliveries
    session: aiohttp.ClientSession
    limits: Limits
    views: Views
    files: Files
    unfurls: Unfurls = field(default_factory=Unfurls)
    offers: dict[tuple[str, str], list[Document]] = field(default_factory=dict)
    terraform: Mapping[str, Any] = field(default_factory=dict)
    engine: str = ""
    desk: Desk | None = None
    restart: Callable[[], Awaitable[None]] | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def later(self, deed: Coroutine[Any, Any, None]) -> None:
        """Do something beside the answer under way; what is not done when the server ends is dropped."""
        task = asyncio.create_task(deed)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drop_tasks(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def deliver_to(self, request_url: str) -> None:
        """Send payloads to this URL, signed."""
        self.deliveries.transport = self._signed(request_url)

    def deliver_over_sockets(self) -> None:
        self.deliveries.transport = self.links

    async def verify_request_url(self, request_url: str) -> bool:
        """Whether the URL echoes a challenge within 3 s. DeliveryError, TimeoutError."""
        async with asyncio.timeout(ACK_SECONDS):
            return await self._signed(request_url).verify(secrets.token_urlsafe(24))

    def _signed(self, request_url: str) -> SignedHttp:
        return SignedHttp(self.session, request_url, self.tokens.signing_secret)

    def absolute(self, path: str) -> str:
        return f"{self.url}{path}"
