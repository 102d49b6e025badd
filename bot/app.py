"""The composition root: `build` makes every part and knows how they fit; nothing else does. Start and stop are one exit stack."""

from __future__ import annotations

import asyncio
import gc
import json
import random
import signal
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from os import getpid

import aiohttp
import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.clients import spelled, terraform_client, trust
from bot.core.errors import RunbellError
from bot.core.metrics import Meter
from bot.core.pace import Pace
from bot.core.policy import Policy
from bot.jobs import Jobs
from bot.metrics import CONTENT_TYPE, PrometheusMeter
from bot.rules import read_rules
from bot.services.access import Access
from bot.services.approvals import Approvals
from bot.services.finding import Finder
from bot.services.gauges import Gauges
from bot.services.greetings import Greetings
from bot.services.intents import Intents, Loops
from bot.services.knowledge import Knowledge
from bot.services.launches import Launches
from bot.services.lookups import Lookups
from bot.services.painting import Painter
from bot.services.pictures import Pictures
from bot.services.polling import Poller
from bot.services.ports import Chat, People, Runs
from bot.services.reading import Reader
from bot.services.recipes import Recipes
from bot.services.recording import Recorder
from bot.services.waking import Waking
from bot.services.watching import Watching
from bot.settings import Settings
from bot.slack.chat import SlackChat
from bot.slack.clients import Clients
from bot.slack.installations import Installation, read_installation
from bot.slack.people import SlackPeople
from bot.store.database import Database, open_database
from bot.terraform.limits import Limiter
from bot.web import Door, health_app, listening, notification_door, public_app
from handlers import Guard, Services, register

log = structlog.get_logger("runbell.app")

STUCK_AFTER = 180.0
"""Seconds without the end of any tick of a loop after which we are not ready; a look at a slow server may take one minute."""


CLOCK_EVERY = 60.0
"""Seconds between two looks at how far the database's clock is from ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """The use cases, and what the loops run."""

    services: Services
    painter: Painter
    poller: Poller
    intents: Intents
    waking: Waking
    gauges: Gauges


@dataclass(slots=True, kw_only=True)
class App:
    """Everything, made and not yet started."""

    settings: Settings
    pace: Pace
    database: Database
    work: Work
    jobs: Jobs
    bolt: AsyncApp
    guard: Guard
    meter: PrometheusMeter
    limiter: Limiter
    link: AsyncSocketModeHandler | None = None
    hears_http: bool = False

    async def troubles(self) -> Mapping[str, str]:
        """What keeps us from being ready."""
        found: dict[str, str] = {}
        if self.link is not None and not await self.link.client.is_connected():
            found["socket"] = "The socket to Slack is not connected."
        if self.link is None and not self.hears_http:
            found["http"] = "Nothing listens for Slack's requests."
        if self.work.painter.is_dead:
            found["slack"] = "Slack does not take the bot's token any more."
        if stuck := self.jobs.stuck(STUCK_AFTER / self.settings.test_speed):
            found["loops"] = f"No tick has ended lately: {', '.join(stuck)}."
        try:
            async with self.database.read() as transaction:
                await transaction.looks.all()
        except RunbellError as error:
            found["database"] = error.sentence
        return found

    async def exposition(self) -> bytes:
        """What was measured, with how things stand in the database where it says so."""
        self.limiter.measure()
        try:
            await self.work.gauges.read()
        except RunbellError as error:
            log.warning("gauges unread", error=error.sentence)
        return self.meter.text()


@asynccontextmanager
async def build(settings: Settings) -> AsyncIterator[App]:
    """Every part of one process, for as long as the block lasts; nothing runs yet. RunbellError or RulesWrong where that cannot be."""
    pace = Pace().divided_by(settings.test_speed)
    policy, meter = read_rules(settings.rules_file), PrometheusMeter()
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(settings.database_url.get_secret_value()))
        runs = await stack.enter_async_context(terraform_client(settings, pace, meter))
        organizations = await spelled(runs, settings.organizations, pace.request_timeout / 4)
        session = await stack.enter_async_context(slack_session(settings))
        clients = Clients.of(settings.slack_bot_token.get_secret_value(), session, settings.slack_api_url)
        installation = await read_installation(clients.reading, pace.request_timeout)
        chat = SlackChat(clients, pace, installation.bot_id)
        people = SlackPeople(clients, pace, installation.team_id)
        jobs = Jobs(database.clock.now, meter)
        work = use_cases(settings, pace, policy, database, runs, organizations, chat, people, jobs, installation, meter)
        for name, tick, every in (
            ("poll", work.poller.tick, pace.poll_every),
            ("paint", work.painter.tick, pace.paint_every),
            ("intents", work.intents.tick, pace.intents_every),
            ("clock", lambda _: database.measure_clock(), CLOCK_EVERY / settings.test_speed),
        ):
            jobs.add(name, tick, every)
        bolt = bolt_app(settings, session, installation)
        guard = register(bolt, work.services, meter)
        app = App(
            settings=settings,
            pace=pace,
            database=database,
            work=work,
            jobs=jobs,
            bolt=bolt,
            guard=guard,
            meter=meter,
            limiter=runs.limiter,
        )
        yield freeze(app)


def freeze(app: App) -> App:
    """A full collection of everything that was imported stops the loop for 60 ms, so it is done here and never again."""
    gc.collect()
    gc.freeze()
    return app


@asynccontextmanager
async def slack_session(settings: Settings) -> AsyncIterator[aiohttp.ClientSession]:
    """Without a session slack_sdk opens one, and a connection, for each call."""
    connector = aiohttp.TCPConnector(limit=50, ssl=trust(settings) or True)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session


def use_cases(
    settings: Settings,
    pace: Pace,
    policy: Policy,
    database: Database,
    runs: Runs,
    organizations: tuple[str, ...],
    chat: Chat,
    people: People,
    jobs: Jobs,
    installation: Installation,
    meter: Meter,
) -> Work:
    """Layer 2: mypy proves here that the adapters fit the ports."""
    clock, paint = database.clock, jobs.waker("paint")
    access = Access(people, policy, installation.team_id)
    recorder = Recorder(database, access, clock, paint)
    reader = Reader(runs, database, recorder, clock, organizations)
    finder = Finder(runs, database, reader, access, organizations)
    pictures = Pictures(settings.terraform_address)
    intents = Intents(runs, database, reader, clock, pace, Loops(paint, jobs.waker("intents")), owner())
    recipes = Recipes(runs, database, recorder, reader, clock)
    knowledge = Knowledge(database, recipes, organizations)
    services = Services(
        command=settings.command,
        app_user=installation.app_user,
        address=settings.terraform_address,
        launches=Launches(database, finder, access, intents, chat, clock),
        approvals=Approvals(database, finder, reader, access, intents, clock, paint),
        lookups=Lookups(runs, database, knowledge, finder, access, pictures, clock),
        watching=Watching(database, knowledge, finder, access, recorder, chat, clock, paint),
        greetings=Greetings(database, clock, paint, settings.command),
    )
    return Work(
        services=services,
        painter=Painter(chat, database, pictures, reader, clock, pace, meter),
        poller=Poller(recipes, database, recorder, clock, pace, organizations, random.random, meter),
        intents=intents,
        waking=Waking(reader, pace, organizations, meter),
        gauges=Gauges(database, clock, meter),
    )


def owner() -> str:
    """Who carries an intent out: this process and no other."""
    return f"{socket.gethostname()}:{getpid()}:{random.randrange(1 << 32):08x}"  # noqa: S311 - it only tells processes apart


def bolt_app(settings: Settings, session: aiohttp.ClientSession, installation: Installation) -> AsyncApp:
    """Bolt with everything said: who we are is known already, so that no request waits for auth.test."""
    token = settings.slack_bot_token.get_secret_value()
    secret = settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else ""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None,
            team_id=installation.team_id,
            bot_token=token,
            bot_id=installation.bot_id,
            bot_user_id=installation.app_user,
        )

    return AsyncApp(
        name="bolt",  # it names loggers after it, and gives them levels; ours stand below "runbell"
        signing_secret=secret,
        client=AsyncWebClient(base_url=settings.slack_api_url, session=session, ssl=trust(settings)),
        authorize=authorize,
        request_verification_enabled=not settings.uses_socket,
        attaching_conversation_kwargs_enabled=False,
    )


async def serve(settings: Settings) -> None:
    """Run until SIGINT or SIGTERM; whatever was begun is finished first, unless a second signal comes."""
    started, stopping = asyncio.Event(), asyncio.Event()
    life = asyncio.get_running_loop().create_task(live(settings, started, stopping))

    def stop() -> None:
        if stopping.is_set() or not started.is_set():
            life.cancel()
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    with suppress(asyncio.CancelledError):
        await life


async def live(settings: Settings, started: asyncio.Event, stopping: asyncio.Event) -> None:
    """One life of the process, from the first connection to the last."""
    async with build(settings) as app, running(app):
        log.info("serving", mode="socket" if app.link else "http", organizations=settings.organizations, server=settings.terraform_address)
        started.set()
        await stopping.wait()
        log.info("stopping")


@asynccontextmanager
async def running(app: App) -> AsyncIterator[None]:
    """Health first, then the loops, then Slack; and the other way round at the end."""
    settings = app.settings
    async with AsyncExitStack() as stack:
        healthy = health_app(app.troubles, app.exposition, CONTENT_TYPE)
        health = listening(healthy, settings.health_host, settings.health_port, "RUNBELL_HEALTH_PORT")
        log.info("healthy", host=settings.health_host, port=await stack.enter_async_context(health))
        app.jobs.start()
        stack.push_async_callback(app.jobs.stop, app.pace.stop_within)
        stack.push_async_callback(app.guard.finish, app.pace.stop_within)
        if settings.uses_socket:
            await stack.enter_async_context(connected(app))
        if not settings.uses_socket or settings.notification_token is not None:
            await stack.enter_async_context(open_to_the_public(app))
        yield


@asynccontextmanager
async def connected(app: App) -> AsyncIterator[None]:
    """The socket to Slack. slack_sdk tries until it succeeds, also the first time, so that is left to a task of its own."""
    token = app.settings.slack_app_token
    every = max(app.pace.socket_ping, 1.0)
    app.link = AsyncSocketModeHandler(app.bolt, token.get_secret_value() if token else None, ping_interval=every)
    app.link.client.on_message_listeners.append(greeted)
    connecting = asyncio.get_running_loop().create_task(app.link.connect_async())  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        connecting.cancel()
        await asyncio.gather(connecting, return_exceptions=True)
        await app.link.close_async()  # type: ignore[no-untyped-call]


async def greeted(message: aiohttp.WSMessage) -> None:
    """Slack's hello says how many connections the app has; each payload goes to one of them only (Slack, Socket Mode)."""
    if not isinstance(message.data, str) or '"hello"' not in message.data:
        return
    number = json.loads(message.data).get("num_connections", 1)
    if number > 1:
        log.warning("another process answers for this Slack app too, and gets a share of what people type and click", connections=number)


@asynccontextmanager
async def open_to_the_public(app: App) -> AsyncIterator[None]:
    """Signed requests over HTTP: Slack's where there is no socket, and the server's word of runs where there is a token for it."""

    async def slack(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.bolt.async_dispatch(await to_bolt_request(request)))

    settings = app.settings
    doors = public_app(None if settings.uses_socket else slack, notifications(app))
    async with listening(doors, settings.http_host, settings.http_port, "RUNBELL_HTTP_PORT") as port:
        log.info("listening", host=settings.http_host, port=port)
        app.hears_http = not settings.uses_socket
        try:
            yield
        finally:
            app.hears_http = False
            await app.work.waking.finish()


def notifications(app: App) -> Door | None:
    token = app.settings.notification_token
    return None if token is None else notification_door(token.get_secret_value(), app.work.waking.hear, app.meter)
