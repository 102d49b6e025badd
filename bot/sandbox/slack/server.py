"""The Slack server: `open_slack` puts its parts together, gives them routes, and serves them on a loopback port."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bot.sandbox.clock import Clock
from bot.sandbox.faults import Faults
from bot.sandbox.listeners import bind_loopback, serving, url_of
from bot.sandbox.origins import guard_listener
from bot.sandbox.slack import person
from bot.sandbox.slack.answers import take_response
from bot.sandbox.slack.apps import App, installed_app
from bot.sandbox.slack.channels import Channel
from bot.sandbox.slack.deliveries import Deliveries
from bot.sandbox.slack.errors import Document, SlackError
from bot.sandbox.slack.events import is_for_app
from bot.sandbox.slack.files import is_page_file, page_file
from bot.sandbox.slack.http_delivery import SignedHttp
from bot.sandbox.slack.limits import Limits
from bot.sandbox.slack.messages import MessageLog
from bot.sandbox.slack.payloads import event_envelope
from bot.sandbox.slack.response_urls import ResponseUrls
from bot.sandbox.slack.rooms import Rooms
from bot.sandbox.slack.samples import sample_team
from bot.sandbox.slack.socket import Links
from bot.sandbox.slack.state import State
from bot.sandbox.slack.stream import Streams
from bot.sandbox.slack.tokens import Tokens
from bot.sandbox.slack.traffic import Traffic
from bot.sandbox.slack.triggers import Triggers
from bot.sandbox.slack.views import Views
from bot.sandbox.slack.web_api.dispatch import answer, hang_up, read_arguments

MOST_BYTES = 20 * 1024 * 1024
PAGE = Path(__file__).parent.parent / "page"
FOR_APPS = ("/api/", "/_socket/", "/_hooks/")


class SlackServer:
    """A running Slack server. `url` has no slash at its end, `api` is the base URL for slack_sdk."""

    def __init__(self, state: State, session: aiohttp.ClientSession, secret: str) -> None:
        self.state = state
        self.url = state.url
        self.api = f"{state.url}/api/"
        self.page = f"{state.url}/#secret={secret}"
        self.secret = secret
        self._session = session

    def card(self) -> Document:
        """What an app and a test need to know: addresses, tokens, people and channels."""
        team, tokens = self.state.team, self.state.tokens
        return {
            "api": self.api,
            "bot_token": tokens.bot,
            "app_token": tokens.app,
            "signing_secret": tokens.signing_secret,
            "people": [{"id": each.id, "name": each.name, "role": each.role} for each in team.humans()],
            "channels": [{"id": each.id, "name": each.name} for each in team.channels.values() if each.kind != "im"],
        }

    def deliver_to(self, request_url: str | None) -> None:
        """Send payloads to this URL, signed; None sends them over Socket Mode again."""
        signed = SignedHttp(self._session, request_url, self.state.tokens.signing_secret) if request_url else None
        self.state.deliveries.transport = signed or self.state.links

    def know_terraform(self, terraform: Mapping[str, Any], engine: str) -> None:
        """What the page is told of the Runs API server: address, organization and page; and the engine's name."""
        self.state.terraform = dict(terraform)
        self.state.engine = engine


@asynccontextmanager
async def open_slack(
    *,
    clock: Clock | None = None,
    faults: Faults | None = None,
    secret: str | None = None,
    port: int = 0,
    page_dir: Path = PAGE,
    terraform: Mapping[str, Any] | None = None,
    engine: str = "",
    manifest: Mapping[str, Any] | None = None,
    scopes: Collection[str] | None = None,
    request_url: str | None = None,
    limits: bool = False,
) -> AsyncIterator[SlackServer]:
    """Serve a new sample workspace until the block ends.

    `manifest` is the app's parsed manifest (its commands, scopes and events); without it the sandbox's own stands in. `scopes` are
    those the bot token was granted, if they differ. `request_url` chooses signed HTTP over Socket Mode. `limits` turns rate limits on.
    """
    listener = bind_loopback(port, "Slack")
    secret = secret or secrets.token_urlsafe(24)
    state = _new_state(url_of(listener), clock or Clock(), faults or Faults(), installed_app(manifest, scopes), are_limited=limits)
    # A pooled connection that the app has closed meanwhile would fail a delivery that Slack would have made.
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as session:
        server = SlackServer(state, session, secret)
        server.deliver_to(request_url)
        server.know_terraform(terraform or {}, engine)
        async with serving(_application(state, secret, page_dir), listener):
            try:
                yield server
            finally:
                await _close(state)


async def _close(state: State) -> None:
    state.streams.close()
    await state.deliveries.close()
    await state.links.close()


def _new_state(url: str, clock: Clock, faults: Faults, app: App, *, are_limited: bool) -> State:
    team, log, streams, traffic = sample_team(app), MessageLog(), Streams(), Traffic()
    links = Links(app.id, lambda count: streams.tell(lambda _person: {"type": "connected", "connected": count}))
    deliveries = Deliveries(links, clock, traffic)

    def tell_app(event: Document, channel: Channel) -> None:
        if is_for_app(app, event, channel):
            deliveries.tell(event_envelope(team, event))

    return State(
        url=url,
        clock=clock,
        faults=faults,
        team=team,
        tokens=Tokens(app.id),
        log=log,
        rooms=Rooms(team, log, streams, tell_app),
        streams=streams,
        traffic=traffic,
        triggers=Triggers(),
        response_urls=ResponseUrls(clock, team.id),
        links=links,
        deliveries=deliveries,
        limits=Limits(clock, are_on=are_limited),
        views=Views(team),
    )


def _application(state: State, secret: str, page_dir: Path) -> web.Application:
    app = web.Application(client_max_size=MOST_BYTES)
    guard_listener(app, secret, navigable=is_page_file, without_origin=FOR_APPS)

    async def api(request: web.Request) -> web.StreamResponse:
        return await answer(request, state)

    async def hook(request: web.Request) -> web.StreamResponse:
        return await _take_hook(request, state)

    async def stream(request: web.Request) -> web.StreamResponse:
        try:
            return await person.stream(state, request)
        except SlackError as refusal:
            return web.json_response(refusal.document(), status=404)

    async def page(request: web.Request) -> web.StreamResponse:
        return page_file(page_dir, request.path)

    app.router.add_route("GET", "/api/{method}", api)
    app.router.add_route("POST", "/api/{method}", api)
    app.router.add_post("/_hooks/{rest:.+}", hook)
    app.router.add_get("/_socket/link", state.links.link)
    app.router.add_get("/_person/stream", stream)
    for verb, path, deed in person.ROUTES:
        app.router.add_route(verb, path, _person_route(state, deed))
    app.router.add_get("/{path:.*}", page)
    return app


def _person_route(state: State, deed: person.Answer) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def route(request: web.Request) -> web.StreamResponse:
        try:
            return web.json_response({"ok": True, **await deed(state, request)}, headers={"Cache-Control": "no-store"})
        except SlackError as refusal:
            return web.json_response(refusal.document(), headers={"Cache-Control": "no-store"})

    return route


async def _take_hook(request: web.Request, state: State) -> web.StreamResponse:
    """A post to a response URL: plain `ok`, or Slack's word for what is wrong with status 404."""
    fault = state.faults.take("slack", "response_url")
    if fault is not None and fault.kind == "down":
        return hang_up(request)
    try:
        document = await read_arguments(request)
        take_response(state.rooms, state.response_urls.use(request.path), document)
    except SlackError as refusal:
        state.traffic.note("from_app", "response_url", 404, refusal.error)
        return web.Response(status=404, text=refusal.error)
    state.traffic.note("from_app", "response_url", 200)
    return hang_up(request) if fault is not None and fault.kind == "lost" else web.Response(text="ok")
