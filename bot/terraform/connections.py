"""The connections to the one configured host: one request and its bounded answer. When to send and what it means is in exchanges.py."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from bot.core.errors import TerraformUnreachable, UnexpectedAnswer
from bot.terraform.discovery import DISCOVERY_PATH, base_path, origin

MEDIA_TYPE = "application/vnd.api+json"
LARGEST_ANSWER = 20 * 1024 * 1024
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
LOST = (httpx.TransportError, TimeoutError)
MOST_CONNECTIONS = 20
Params = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def is_success(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def is_throttled(self) -> bool:
        return self.status == HTTPStatus.TOO_MANY_REQUESTS


class Connections:
    """To `address` (scheme, host and port count, a path does not) with one token. `timeout` in seconds bounds each step of a request.

    `ca_bundle` replaces the authorities that are trusted otherwise, `proxy` is a URL. Nothing of the environment is heeded, no
    redirect followed, no cookie kept. ValueError for an address or a token that cannot be one, OSError for an unreadable bundle.
    """

    def __init__(
        self, address: str, token: str, *, timeout: float, user_agent: str, ca_bundle: Path | None = None, proxy: str | None = None
    ) -> None:
        scheme, host, _ = origin(address)
        if scheme not in {"http", "https"} or not host:
            raise ValueError(f"{address!r} is no address of a server: it begins with https:// and names a host")
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise ValueError("the Terraform token is empty, or has letters in it that no token has")
        self.host, self.token = host, token
        self._origin, self._timeout = f"{scheme}://{urlsplit(address).netloc.rpartition('@')[2]}", timeout
        self._headers = {"Authorization": f"Bearer {token}", "Accept": MEDIA_TYPE}
        self._base: str | None = None
        self._discovering = asyncio.Lock()
        trusted = ssl.create_default_context(cafile=str(ca_bundle)) if ca_bundle else httpx.create_ssl_context(trust_env=False)
        self._reading, self._writing = (
            httpx.AsyncClient(
                verify=trusted,
                proxy=proxy,
                headers={"User-Agent": user_agent},
                limits=httpx.Limits(max_connections=MOST_CONNECTIONS, max_keepalive_connections=kept),
                timeout=httpx.Timeout(timeout, connect=timeout / 2),
                follow_redirects=False,
                trust_env=False,
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            )
            # A kept connection may just have been closed by the server; a write lost on it cannot be told from one received.
            for kept in (MOST_CONNECTIONS, 0)
        )

    async def aclose(self) -> None:
        await self._reading.aclose()
        await self._writing.aclose()

    async def get(self, path: str, params: Params | None, until: float) -> Answer:
        """Ask once for a path below the base; one of LOST where no answer came by `until` (of the monotonic clock)."""
        request = self._reading.build_request("GET", await self.url(path, until), params=params, headers=self._headers)
        return await self._send(self._reading, request, until)

    async def post(self, url: str, content: bytes, until: float) -> Answer:
        """Send once to a `url` of ours; one of NEVER_SENT, or another of LOST where it may have been received."""
        headers = {**self._headers, "Content-Type": MEDIA_TYPE}
        return await self._send(self._writing, self._writing.build_request("POST", url, content=content, headers=headers), until)

    async def url(self, path: str, until: float) -> str:
        """The URL of a path below the base, which is discovered once; TerraformUnreachable where that takes longer than `until`."""
        try:
            async with asyncio.timeout(until - time.monotonic()), self._discovering:
                return f"{self._origin}{self._base or await self._discovered()}{path}"
        except TimeoutError:
            raise TerraformUnreachable(self.host) from None

    async def _discovered(self) -> str:
        """The base path; a server that fails at the question just now is taken for a usual one, and asked again next time."""
        answer = await self._discovery()
        found = base_path(answer.body if answer.status == HTTPStatus.OK else b"", self._origin)
        if answer.status < HTTPStatus.INTERNAL_SERVER_ERROR and not answer.is_throttled:
            self._base = found
        return found

    async def _discovery(self) -> Answer:
        """The discovery document is everybody's: the token does not go with the question."""
        request = self._reading.build_request("GET", f"{self._origin}{DISCOVERY_PATH}", headers={"Accept": "application/json"})
        try:
            return await self._send(self._reading, request, time.monotonic() + self._timeout / 2)
        except LOST:
            raise TerraformUnreachable(self.host) from None
        except UnexpectedAnswer:
            return Answer(HTTPStatus.NOT_FOUND, httpx.Headers(), b"")

    async def _send(self, client: httpx.AsyncClient, request: httpx.Request, until: float) -> Answer:
        async with asyncio.timeout(until - time.monotonic()):
            response = await client.send(request, stream=True)
            try:
                return Answer(response.status_code, response.headers, await bounded(response))
            finally:
                await response.aclose()


async def bounded(response: httpx.Response) -> bytes:
    """The whole body, decompressed; UnexpectedAnswer over 20 MB, or where the compression is broken."""
    body = bytearray()
    try:
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > LARGEST_ANSWER:
                raise UnexpectedAnswer(f"over {LARGEST_ANSWER // 1024 // 1024} MB")
    except httpx.DecodingError:
        raise UnexpectedAnswer("broken compression") from None
    return bytes(body)
