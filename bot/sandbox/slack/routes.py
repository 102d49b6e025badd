"""The routes of the Slack server: Web API, response URLs, sockets, files, `/_person/` and the page, behind the guard."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from bot.sandbox.faults import Fault, Kind
from bot.sandbox.origins import guard_listener
from bot.sandbox.slack import file_routes, person_routes, person_sees
from bot.sandbox.slack.answers import take_response
from bot.sandbox.slack.errors import RateLimitedError, SlackError
from bot.sandbox.slack.page_files import is_page_file, page_file
from bot.sandbox.slack.state import State
from bot.sandbox.slack.web_api.dispatch import answer, hang_up, read_arguments

MOST_BYTES = 64 * 1024 * 1024
FOR_APPS = ("/api/", "/_socket/", "/_hooks/", "/_upload/", "/_files/")
DOWN: tuple[Kind, ...] = ("down",)
NO_STORE = {"Cache-Control": "no-store"}
Route = Callable[[State, web.Request], Awaitable[web.StreamResponse]]


def application(state: State, secret: str, page_dir: Path) -> web.Application:
    """Everything that is served; the page from `page_dir`."""
    app = web.Application(client_max_size=MOST_BYTES)
    guard_listener(app, secret, navigable=is_page_file, without_origin=FOR_APPS)

    async def page(request: web.Request) -> web.StreamResponse:
        return page_file(page_dir, request.path)

    for verb, path, route in ROUTES:
        app.router.add_route(verb, path, _bound(state, route))
    for verb, path, deed in person_routes.ROUTES:
        app.router.add_route(verb, path, _person_route(state, deed))
    app.router.add_get("/_files/login", file_routes.login)
    app.router.add_get("/{path:.*}", page)
    return app


async def _api(state: State, request: web.Request) -> web.StreamResponse:
    return await answer(request, state)


async def _link(state: State, request: web.Request) -> web.StreamResponse:
    if state.faults.take("slack", "_socket/link", DOWN) is not None:
        return hang_up(request)
    return await state.links.link(request)


async def _stream(state: State, request: web.Request) -> web.StreamResponse:
    try:
        return await person_sees.stream(state, request)
    except SlackError as refusal:
        return web.json_response(refusal.document(), status=404)


async def _hook(state: State, request: web.Request) -> web.StreamResponse:
    """A post to a response URL, spoiled by the fault that strikes `response_url`."""
    fault = state.faults.take("slack", "response_url")
    if fault is not None and fault.kind == "down":
        return hang_up(request)
    if fault is not None and fault.kind in ("refused", "status"):
        return web.Response(status=fault.status, text=fault.error or "internal_error", headers=_retry_after(fault))
    response = await _take_hook(state, request)
    if fault is not None and fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
    return hang_up(request) if fault is not None and fault.kind in ("lost", "cut") else response


async def _take_hook(state: State, request: web.Request) -> web.StreamResponse:
    """Plain `ok`, or Slack's word for what is wrong with status 404."""
    try:
        document = await read_arguments(request)
        state.limits.count_message(request.path)
        take_response(state.rooms, state.response_urls.use(request.path), document)
    except RateLimitedError as refusal:
        state.traffic.note("from_app", "response_url", 429, refusal.error)
        return web.Response(status=429, text=refusal.error, headers={"Retry-After": str(refusal.retry_after)})
    except SlackError as refusal:
        state.traffic.note("from_app", "response_url", 404, refusal.error)
        return web.Response(status=404, text=refusal.error)
    state.traffic.note("from_app", "response_url", 200)
    return web.Response(text="ok")


async def _file(state: State, request: web.Request) -> web.StreamResponse:
    """The bytes of a file, spoiled by the fault that strikes `_files/<name>`: what is refused is the page to sign in, as with Slack."""
    fault = state.faults.take("slack", f"_files/{request.match_info['name']}")
    if fault is not None and fault.kind == "down":
        return hang_up(request)
    if fault is not None and fault.kind == "status":
        return web.Response(status=fault.status, headers=_retry_after(fault))
    if fault is not None and fault.kind == "refused":
        return await file_routes.login(request)
    if fault is not None and fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
    response = await file_routes.download(state, request)
    return hang_up(request) if fault is not None and fault.kind in ("lost", "cut") else response


def _retry_after(fault: Fault) -> dict[str, str]:
    return {"Retry-After": str(max(1, round(fault.seconds)))} if fault.status == web.HTTPTooManyRequests.status_code else {}


def _bound(state: State, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def bound(request: web.Request) -> web.StreamResponse:
        return await route(state, request)

    return bound


def _person_route(state: State, deed: person_routes.Answer) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def route(request: web.Request) -> web.StreamResponse:
        try:
            return web.json_response({"ok": True, **await deed(state, request)}, headers=NO_STORE)
        except SlackError as refusal:
            return web.json_response(refusal.document(), headers=NO_STORE)

    return route


ROUTES: tuple[tuple[str, str, Route], ...] = (
    ("GET", "/api/{method}", _api),
    ("POST", "/api/{method}", _api),
    ("POST", "/_hooks/{rest:.+}", _hook),
    ("GET", "/_socket/link", _link),
    ("POST", "/_upload/v1/{ticket}", file_routes.upload),
    ("GET", "/_files/{file}/{name}", _file),
    ("GET", "/_files/{file}/download/{name}", _file),
    ("GET", "/_person/stream", _stream),
)
