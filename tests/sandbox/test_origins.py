"""The guard of every listener, on an application of its own with each kind of place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web

from bot.sandbox.listeners import bind_loopback, serving, url_of
from bot.sandbox.origins import SECRET_HEADER, guard_listener

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SECRET = "only-for-friends"


async def open_place(request: web.Request) -> web.StreamResponse:
    if request.headers.get("Upgrade", "").lower() == "websocket":
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.close()
        return socket
    return web.Response(text="in")


@pytest.fixture
async def address() -> AsyncIterator[str]:
    app = web.Application()
    guard_listener(app, SECRET, navigable=lambda path: path == "/", without_origin=("/_socket/",))
    app.router.add_route("*", "/{path:.*}", open_place)
    listener = bind_loopback(0, "the test")
    async with serving(app, listener):
        yield url_of(listener)


async def status(address: str, path: str, headers: dict[str, str] | None = None, method: str = "GET") -> int:
    async with aiohttp.ClientSession() as session, session.request(method, address + path, headers=headers) as response:
        return response.status


async def linked(address: str, path: str, headers: dict[str, str]) -> int:
    """The status of a websocket's handshake."""
    async with aiohttp.ClientSession() as session:
        try:
            async with session.ws_connect(address + path, headers=headers):
                return 101
        except aiohttp.WSServerHandshakeError as error:
            return error.status


async def test_the_page_itself_may_call(address: str) -> None:
    assert await status(address, "/app.js", {"Origin": address, "Sec-Fetch-Site": "same-origin"}, "POST") == 200
    assert await status(address, "/app.js", {"Sec-Fetch-Site": "none"}) == 200


async def test_the_secret_is_needed_whatever_the_origin(address: str) -> None:
    own = {"Origin": address, "Sec-Fetch-Site": "same-origin"}
    for path in ("/_person/world", "/_control/faults"):
        assert await status(address, path, own) == 401
        assert await status(address, path, {**own, SECRET_HEADER: "wrong"}) == 401
        assert await status(address, path, {**own, SECRET_HEADER: SECRET}) == 200
        assert await status(address, path, {SECRET_HEADER: SECRET, "Origin": "null"}) == 403


async def test_websockets_from_elsewhere_are_refused(address: str) -> None:
    assert await linked(address, "/stream", {}) == 101
    assert await linked(address, "/stream", {"Origin": address}) == 101
    assert await linked(address, "/stream", {"Origin": "https://evil.example"}) == 403
    assert await linked(address, "/stream", {"Host": "evil.example"}) == 403
    assert await linked(address, "/stream", {"Sec-Fetch-Site": "cross-site"}) == 403


async def test_a_place_without_origin_refuses_even_its_own(address: str) -> None:
    assert await linked(address, "/_socket/link", {}) == 101
    assert await linked(address, "/_socket/link", {"Origin": address}) == 403


async def test_a_link_opens_the_page_and_nothing_else(address: str) -> None:
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert [await status(address, path, link) for path in ("/", "/other")] == [200, 403]
    assert await status(address, "/", link, "POST") == 403
    assert await status(address, "/", {**link, "Sec-Fetch-Dest": "iframe"}) == 403


async def test_answers_are_hardened_refusals_too(address: str) -> None:
    for headers in ({}, {"Origin": "null"}):
        async with aiohttp.ClientSession() as session, session.get(address, headers=headers) as response:
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
            assert "Access-Control-Allow-Origin" not in response.headers
