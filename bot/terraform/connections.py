"""The connections to the one configured host: one request and its bounded answer. When to send and what it means is in exchanges.py."""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import ssl
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from bot.core.errors import TerraformUnreachable, TooLarge, UnexpectedAnswer
from bot.terraform.bodies import ACCEPTED, Memory, Sink, pour
from bot.terraform.discovery import DISCOVERY_PATH, base_path, origin

MEDIA_TYPE = "application/vnd.api+json"
LARGEST_ANSWER = 20 * 1024 * 1024
LARGEST_REFUSAL = 64 * 1024
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
LOST = (httpx.TransportError, TimeoutError)
MOST_CONNECTIONS = 20
Params = Mapping[str, str | int]

if "sniffio" not in sys.modules and importlib.util.find_spec("sniffio") is None:
    # httpcore asks for it at every request; where it is not installed, each time all of the path would be searched.
    sys.modules["sniffio"] = None  # type: ignore[assignment]

for name in ("httpx", "httpcore"):
    # They log addresses and headers of answers, and some of those are secrets: a log's, an upload's, a redirect's.
    logging.getLogger(name).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Answer:
    """`headers` and `body` may hold secrets, so they stand in no repr."""

    status: int
    headers: httpx.Headers = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def is_success(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def is_throttled(self) -> bool:
        return self.status == HTTPStatus.TOO_MANY_REQUESTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How servers are reached: `timeout` in seconds bounds each step of a request, `proxy` is a URL, and may hold a password."""

    timeout: float
    user_agent: str
    trusted: ssl.SSLContext
    proxy: str | None = field(default=None, repr=False)

    def client(self, *, kept: int) -> httpx.AsyncClient:
        """A client that keeps up to `kept` connections open. It heeds nothing of the environment, follows no redirect, keeps no cookie."""
        return httpx.AsyncClient(
            verify=self.trusted,
            proxy=self.proxy,
            headers={"User-Agent": self.user_agent, "Accept-Encoding": ACCEPTED},
            limits=httpx.Limits(max_connections=MOST_CONNECTIONS, max_keepalive_connections=kept),
            timeout=httpx.Timeout(self.timeout, connect=self.timeout / 2),
            follow_redirects=False,
            trust_env=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        )


def trusted_by(ca_bundle: Path | None) -> ssl.SSLContext:
    """The usual authorities, which vouch for the hosts of logs and plans, and those of the bundle; OSError for one that cannot be read."""
    context = httpx.create_ssl_context(trust_env=False)
    if ca_bundle is not None:
        context.load_verify_locations(str(ca_bundle))
    return context


class Connections:
    """To `address` (scheme, host and port count, a path does not) with one token; ValueError where either cannot be one.

    `seen` holds the headers by which the server names itself, as far as it has sent them.
    """

    def __init__(self, address: str, token: str, way: Way) -> None:
        scheme, host, _ = origin(address)
        if scheme not in {"http", "https"} or not host:
            raise ValueError(f"{address!r} is no address of a server: it begins with https:// and names a host")
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise ValueError("the Terraform token is empty, or has letters in it that no token has")
        self.host, self.token = host, token
        self.origin = f"{scheme}://{urlsplit(address).netloc.rpartition('@')[2]}"
        self.seen: dict[str, str] = {}
        self._timeout = way.timeout
        self._headers = {"Authorization": f"Bearer {token}", "Accept": MEDIA_TYPE}
        self._base: str | None = None
        self._discovering = asyncio.Lock()
        self._reading = way.client(kept=MOST_CONNECTIONS)
        # A kept connection may just have been closed by the server; a write lost on it cannot be told from one received.
        self._writing = way.client(kept=0)

    async def aclose(self) -> None:
        await self._reading.aclose()
        await self._writing.aclose()

    async def get(self, path: str, params: Params | None, until: float, sink: Sink | None = None) -> Answer:
        """Ask once for a path below the base; one of LOST where no answer came by `until` (of the monotonic clock).

        The body of a success goes into the `sink` where there is one, and is not in the answer then.
        """
        request = self._reading.build_request("GET", await self.url(path, until), params=params, headers=self._headers)
        return await self._send(self._reading, request, until, sink)

    async def write(self, method: str, url: str, content: bytes, until: float) -> Answer:
        """Send once to a `url` of ours; one of NEVER_SENT, or another of LOST where it may have been received."""
        headers = {**self._headers, "Content-Type": MEDIA_TYPE}
        return await self._send(self._writing, self._writing.build_request(method, url, content=content, headers=headers), until)

    async def url(self, path: str, until: float) -> str:
        """The URL of a path below the base, which is discovered once; TerraformUnreachable where that takes longer than `until`."""
        return f"{self.origin}{await self.base(until)}{path}"

    async def base(self, until: float) -> str:
        if self._base is not None:
            return self._base
        try:
            async with asyncio.timeout(until - time.monotonic()), self._discovering:
                return await self._discovered()
        except TimeoutError:
            raise TerraformUnreachable(self.host) from None

    async def _discovered(self) -> str:
        """The base path; a server that fails at the question just now is taken for a usual one, and asked again next time."""
        if self._base is not None:  # found by another while this one waited
            return self._base
        answer = await self._discovery()
        found = base_path(answer.body if answer.status == HTTPStatus.OK else b"", self.origin)
        if answer.status < HTTPStatus.INTERNAL_SERVER_ERROR and not answer.is_throttled:
            self._base = found
        return found

    async def _discovery(self) -> Answer:
        """The discovery document is everybody's: the token does not go with the question."""
        request = self._reading.build_request("GET", f"{self.origin}{DISCOVERY_PATH}", headers={"Accept": "application/json"})
        try:
            return await self._send(self._reading, request, time.monotonic() + self._timeout / 2)
        except LOST:
            raise TerraformUnreachable(self.host) from None
        except UnexpectedAnswer:
            return Answer(HTTPStatus.NOT_FOUND, httpx.Headers(), b"")

    async def _send(self, client: httpx.AsyncClient, request: httpx.Request, until: float, sink: Sink | None = None) -> Answer:
        async with asyncio.timeout(until - time.monotonic()):
            response = await client.send(request, stream=True)
            try:
                self._note(response.headers)
                if sink is not None and response.status_code == HTTPStatus.OK:
                    await pour(response, sink)
                    return Answer(response.status_code, response.headers, b"")
                return Answer(response.status_code, response.headers, await body_of(response))
            finally:
                await response.aclose()

    def _note(self, headers: httpx.Headers) -> None:
        for header in ("tfp-appname", "tfp-api-version", "x-tfe-version"):
            if header in headers:
                self.seen[header] = headers[header]


async def body_of(response: httpx.Response) -> bytes:
    """The whole body, or of a refusal what can be had of it: some servers cut the connection right after one."""
    refuses = response.status_code >= HTTPStatus.BAD_REQUEST
    memory = Memory("The answer", LARGEST_REFUSAL if refuses else LARGEST_ANSWER, cuts=refuses)
    try:
        await pour(response, memory)
    except (httpx.TransportError, UnexpectedAnswer):
        if not refuses:
            raise
    except TooLarge:
        raise UnexpectedAnswer(f"over {LARGEST_ANSWER // 1024 // 1024} MB") from None
    return memory.content
