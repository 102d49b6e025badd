"""The Slack server: `open_slack` puts its parts together, gives them routes, and serves them on a loopback port."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from bot.sandbox.clock import Clock
from bot.sandbox.faults import Faults
from bot.sandbox.listeners import bind_loopback, serving, url_of
from bot.sandbox.slack.apps import App, installed_app
from bot.sandbox.slack.channels import Channel
from bot.sandbox.slack.deliveries import Deliveries
from bot.sandbox.slack.errors import Document
from bot.sandbox.slack.events import is_for_app
from bot.sandbox.slack.files import Files
from bot.sandbox.slack.limits import Limits
from bot.sandbox.slack.messages import MessageLog
from bot.sandbox.slack.payloads import event_envelope
from bot.sandbox.slack.person_terraform import Desk, Restart
from bot.sandbox.slack.response_urls import ResponseUrls
from bot.sandbox.slack.rooms import Rooms
from bot.sandbox.slack.routes import application
from bot.sandbox.slack.samples import sample_team
from bot.sandbox.slack.socket import Links
from bot.sandbox.slack.state import State
from bot.sandbox.slack.stream import Streams
from bot.sandbox.slack.tokens import Tokens
from bot.sandbox.slack.traffic import Traffic
from bot.sandbox.slack.triggers import Triggers
from bot.sandbox.slack.views import Views

PAGE = Path(__file__).parent.parent / "page"


class SlackServer:
    """A running Slack server. `url` has no slash at its end, `api` is the base URL for slack_sdk."""

    def __init__(self, state: State, secret: str) -> None:
        self.state = state
        self.url = state.url
        self.api = f"{state.url}/api/"
        self.page = f"{state.url}/#secret={secret}"
        self.secret = secret

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
        if request_url:
            self.state.deliver_to(request_url)
        else:
            self.state.deliver_over_sockets()

    def offer_restart(self, restart: Restart) -> None:
        """Let the page kill the app and start it anew."""
        self.state.restart = restart

    def know_terraform(self, terraform: Mapping[str, Any], engine: str, desk: Desk | None = None) -> None:
        """What the page is told of the Runs API server: address, organization and page; the engine's name; and whom it asks for more."""
        self.state.terraform = dict(terraform)
        self.state.desk = desk
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
    desk: Desk | None = None,
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
    url, app = url_of(listener), installed_app(manifest, scopes)
    # A pooled connection that the app has closed meanwhile would fail a delivery that Slack would have made.
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as session:
        state = _new_state(url, clock or Clock(), faults or Faults(), app, session, are_limited=limits)
        server = SlackServer(state, secret)
        server.deliver_to(request_url)
        server.know_terraform(terraform or {}, engine, desk)
        async with serving(application(state, secret, page_dir), listener):
            try:
                yield server
            finally:
                await _close(state)


async def _close(state: State) -> None:
    state.streams.close()
    await state.drop_tasks()
    await state.deliveries.close()
    await state.links.close()


def _new_state(url: str, clock: Clock, faults: Faults, app: App, session: aiohttp.ClientSession, *, are_limited: bool) -> State:
    team, log, streams, traffic = sample_team(app), MessageLog(), Streams(), Traffic()
    files = Files(url, team)
    links = Links(app.id, lambda count: streams.tell(lambda _person: {"type": "connected", "connected": count}))
    deliveries = Deliveries(links, clock, traffic, faults)

    def tell_app(event: Document, channel: Channel | None) -> None:
        if is_for_app(app, event, channel):
            deliveries.tell(event_envelope(team, event, channel))

    def show_screen(user: str) -> None:
        screen = views.screen(user).document()
        streams.tell(lambda person_id: {"type": "view", **screen} if person_id == user else None)

    views = Views(team, show_screen)
    return State(
        url=url,
        clock=clock,
        faults=faults,
        team=team,
        tokens=Tokens(app.id),
        log=log,
        rooms=Rooms(team, log, streams, files, tell_app),
        streams=streams,
        traffic=traffic,
        triggers=Triggers(),
        response_urls=ResponseUrls(clock, team.id),
        links=links,
        deliveries=deliveries,
        session=session,
        limits=Limits(clock, are_on=are_limited),
        views=views,
        files=files,
    )
