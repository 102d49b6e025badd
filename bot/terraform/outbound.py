"""Downloads from and uploads to URLs that a server gave: guarded at every step, without our token, up to a given size.

No URL of these ever stands in a log, an error or a repr: whoever has one needs nothing else.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path

import httpx

from bot.core.errors import TerraformAnswerLost, TerraformUnreachable, UnexpectedAnswer
from bot.terraform.bodies import File, Sink, file_content, pour
from bot.terraform.connections import LOST, NEVER_SENT, Way
from bot.terraform.guards import USUAL_HOSTS, Guard, Resolve, Target, resolve
from bot.terraform.refusals import trouble

MOST_REDIRECTS = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
KEEPS_METHOD = frozenset({307, 308})
Turn = Callable[[float], Awaitable[None]]


class Outbound:
    """`origin` is our own address, `hosts` are further ones that may be gone to. `bearer` goes to those with the first request only,
    to the server itself where it is `bearer_at_home`, and never where a redirect leads. `turn` is waited for before a request to the
    server itself.
    """

    def __init__(
        self,
        origin: str,
        way: Way,
        hosts: Iterable[str] = USUAL_HOSTS,
        *,
        resolver: Resolve = resolve,
        bearer: str = "",
        bearer_at_home: bool = False,
        turn: Turn | None = None,
    ) -> None:
        self._guard = Guard(origin, hosts, has_proxy=way.proxy is not None, resolver=resolver)
        # Connections are not kept: one that was made for a host must not serve another one at the same address.
        self._client = way.client(kept=0)
        self._bearer, self._bearer_at_home, self._turn = bearer, bearer_at_home, turn

    async def aclose(self) -> None:
        await self._client.aclose()

    async def fetch(self, url: str, path: Path, most: int, what: str, until: float) -> int:
        """Download into a file, as the port Files; the size in bytes. TooLarge over `most` bytes."""
        async with File(path, what, most) as sink:
            await self.download(url, sink, what, until)
        return sink.size

    async def download(self, url: str, sink: Sink, what: str, until: float, *, redirects: int = MOST_REDIRECTS) -> None:
        """Pour what stands at the URL into the sink, by `until` of the monotonic clock. NotVisible where the URL is dead."""
        target = await self._target(url, until)
        bearer = self._bearer if self._bearer_at_home or not self._guard.is_own(target) else ""
        for _ in range(redirects + 1):
            async with self._asked("GET", target, until, bearer=bearer) as response:
                if response.status_code not in REDIRECTS:
                    refuse(response, target, what)
                    self.accept(response, what)
                    await self._poured(response, sink, target)
                    return
                target, bearer = await self._next(response, target), ""
        raise UnexpectedAnswer("a redirect without end")

    def accept(self, response: httpx.Response, what: str) -> None:
        """Raise where what is about to come is none of what was asked for; here, all of it is."""

    async def upload(self, url: str, path: Path, what: str, until: float) -> None:
        """Put a file there, streamed from disk. TerraformAnswerLost where it may have been received."""
        target = await self._target(url, until)
        size = await asyncio.to_thread(lambda: path.stat().st_size)
        for _ in range(MOST_REDIRECTS + 1):
            async with self._asked("PUT", target, until, content=path, size=size) as response:
                if response.status_code not in KEEPS_METHOD:
                    refuse(response, target, what)
                    return
                target = await self._next(response, target)
        raise UnexpectedAnswer("a redirect without end")

    async def _target(self, url: str, until: float) -> Target:
        try:
            async with asyncio.timeout(until - time.monotonic()):
                return await self._guard.target(url)
        except TimeoutError:
            raise TerraformUnreachable(self._guard.own.host) from None

    async def _next(self, response: httpx.Response, target: Target) -> Target:
        location = response.headers.get("location", "")
        if not location:
            raise UnexpectedAnswer("a redirect to nowhere")
        return await self._guard.target(location, target.url)

    @asynccontextmanager
    async def _asked(
        self, method: str, target: Target, until: float, *, bearer: str = "", content: Path | None = None, size: int = 0
    ) -> AsyncIterator[httpx.Response]:
        if self._turn is not None and self._guard.is_own(target):
            await self._turn(until)
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        if content is not None:
            headers |= {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
        response = await self._sent(method, target, headers, content, until)
        try:
            yield response
        finally:
            await response.aclose()

    async def _sent(self, method: str, target: Target, headers: dict[str, str], content: Path | None, until: float) -> httpx.Response:
        """The answer's head. The addresses of the host are tried in turns, as long as none could be connected to."""
        host = target.url.host
        for address in target.addresses or (None,):
            body = file_content(content) if content is not None else None
            request = self._client.build_request(method, dialled(target.url, address), headers=headers, content=body)
            prepare(request, target.url, address)
            try:
                async with asyncio.timeout(until - time.monotonic()):
                    return await self._client.send(request, stream=True)
            except NEVER_SENT:
                continue
            except LOST:
                raise (TerraformUnreachable if content is None else TerraformAnswerLost)(host) from None
        raise TerraformUnreachable(host)

    async def _poured(self, response: httpx.Response, sink: Sink, target: Target) -> None:
        try:
            await pour(response, sink)
        except LOST:
            raise TerraformUnreachable(target.url.host) from None


def dialled(url: httpx.URL, address: str | None) -> httpx.URL:
    return url if address is None else url.copy_with(host=address)


def prepare(request: httpx.Request, url: httpx.URL, address: str | None) -> None:
    """Name the host by its own name, to the server and in the handshake, though it is dialled by its number."""
    if address is not None:
        request.headers["Host"] = url.netloc.decode("ascii")
        if url.scheme == "https":
            request.extensions["sni_hostname"] = url.host


def refuse(response: httpx.Response, target: Target, what: str) -> None:
    """Raise what a refusal means; its words are not repeated, since they may repeat the URL. A dead URL is as good as none."""
    if HTTPStatus.OK <= response.status_code < HTTPStatus.MULTIPLE_CHOICES:
        return
    status = response.status_code
    if status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED}:
        status = HTTPStatus.NOT_FOUND
    raise trouble(status, b"", host=target.url.host, what=what, pause=1.0)
