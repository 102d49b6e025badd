"""The composition root: `build` makes every part and knows how they fit; nothing else does. Start and stop are one exit stack."""

from __future__ import annotations

import asyncio
import gc
import random
import re
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from os import getpid

import aiohttp
import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.clients import release, spelled, terraform_client, trust
from bot.core.errors import RulesDiffer, RunbellError
from bot.core.metrics import Meter
from bot.core.pace import Pace
from bot.core.roles import Mode, looking, painting
from bot.jobs import Jobs
from bot.metrics import CONTENT_TYPE, PrometheusMeter
from bot.rules import Hearers, load_rules, read_watches
from bot.sealings import Sealing, sealing_of
from bot.services.access import Access
from bot.services.alarms import Alarms
from bot.services.approvals import Approvals
from bot.services.audits import Audits
from bot.services.autoapply import AutoApply
from bot.services.clocks import Clocks
from bot.services.closures import Closures
from bot.services.coded import CodedWatches
from bot.services.contents import Contents
from bot.services.evidence import Evidence
from bot.services.finding import Finder
from bot.services.freezing import Freezing
from bot.services.gauges import Gauges
from bot.services.glass import Glass
from bot.services.greetings import Greetings
from bot.services.intents import Intents, Loops
from bot.services.kinship import Kinship
from bot.services.knowledge import Knowledge
from bot.services.launches import Launches
from bot.services.lookups import Lookups
from bot.services.mirrors import Mirror
from bot.services.names import Names
from bot.services.painting import Painter
from bot.services.pictures import Pictures
from bot.services.polling import Poller
from bot.services.ports import Chat, Histories, Mandate, Memberships, PlanTexts, Policies, Runs, Wake
from bot.services.presence import Presence
from bot.services.projects import Projects
from bot.services.pruning import Pruner
from bot.services.reading import Reader
from bot.services.recipes import Recipes
from bot.services.recording import Recorder
from bot.services.reminding import Reminders
from bot.services.repeats import Repeats
from bot.services.roles import Roles
from bot.services.ruling import RulesInForce
from bot.services.sharing import Sharing
from bot.services.tallies import Tallies
from bot.services.voting import Voting
from bot.services.waking import Waking
from bot.services.watching import Watching
from bot.settings import Settings
from bot.slack.chat import SlackChat
from bot.slack.clients import Clients
from bot.slack.installations import Installation, read_installation
from bot.slack.people import SlackPeople
from bot.slack.privately import Privately
from bot.sockets import Socket
from bot.store.database import Database, open_database
from bot.terraform.limits import Limiter
from bot.web import Door, health_app, listening, notification_door, public_app
from handlers import Guard, Services, register

log = structlog.get_logger("runbell.app")

SECONDS = re.compile(r"[0-9]{1,12}")

STUCK_AFTER = 180.0
"""Seconds without the end of any tick of a loop after which we are not ready; a look at a slow server may take one minute."""


CLOCK_EVERY = 60.0
"""Seconds between two looks at how far the database's clock is from ours."""

FOR_WORK = 0.8
LEAVE_LEAST = 1.0
"""Of the time to stop in: the part that work may take, and the seconds that giving roles back has at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """The use cases, and what the loops run."""

    services: Services
    painter: Painter
    poller: Poller
    intents: Intents
    waking: Waking
    gauges: Gauges
    coded: CodedWatches
    closures: Closures
    alarms: Alarms
    autoapply: AutoApply
    reminders: Reminders


@dataclass(frozen=True, slots=True)
class Outside:
    """The two worlds that the use cases speak to."""

    runs: Runs
    policies: Policies
    plan_texts: PlanTexts
    memberships: Memberships
    organizations: tuple[str, ...]
    chat: Chat
    people: SlackPeople
    privately: Privately
    histories: Histories


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What this process is among the others that share its database."""

    presence: Presence
    roles: Roles
    pruner: Pruner

    async def leave(self) -> None:
        """Let the others have at once what was ours."""
        await self.roles.give_back()
        await self.presence.leave()


@dataclass(slots=True, kw_only=True)
class App:
    """Everything, made and not yet started."""

    settings: Settings
    pace: Pace
    database: Database
    work: Work
    standing: Standing
    ruling: RulesInForce
    jobs: Jobs
    bolt: AsyncApp
    guard: Guard
    meter: PrometheusMeter
    limiter: Limiter
    socket: Socket | None
    sealing: Sealing | None
    hears_http: bool = False
    is_stopping: bool = False

    async def troubles(self) -> Mapping[str, str]:
        """What keeps us from being ready."""
        found: dict[str, str] = {}
        if self.is_stopping:
            found["process"] = "It is about to end."
        if self.socket is not None and (trouble := await self.socket.trouble()) is not None:
            found["socket"] = trouble
        if self.socket is None and not self.hears_http:
            found["http"] = "Nothing listens for Slack's requests."
        if self.work.painter.is_dead:
            found["slack"] = "Slack does not take the bot's token any more."
        if stuck := self.jobs.stuck(STUCK_AFTER / self.settings.test_speed):
            found["loops"] = f"No tick has ended lately: {', '.join(stuck)}."
        try:
            async with self.database.read() as transaction:
                await transaction.looks.all()
                await self.ruling.demand_current(transaction)
        except RulesDiffer as error:
            found["rules"] = error.sentence
        except RunbellError as error:
            found["database"] = error.sentence
        return found

    async def last_words(self) -> None:
        """Seal the audit up to now, and say what its head is, where that is ours to do."""
        if self.sealing is not None:
            await self.sealing.finish(self.database.clock.now())

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
    (policy, text), meter = load_rules(settings.rules_file), PrometheusMeter()
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(settings.database_url.get_secret_value()))
        ruling = RulesInForce(database, database.clock, policy, text)
        if database.address.path is not None:
            await ruling.activate("the start of the only process")
        runs = await stack.enter_async_context(terraform_client(settings, pace, meter))
        organizations = await spelled(runs, settings.organizations, pace.request_timeout / 4)
        session = await stack.enter_async_context(slack_session(settings))
        clients = Clients.of(settings.slack_bot_token.get_secret_value(), session, settings.slack_api_url)
        installation = await read_installation(clients.reading, pace.request_timeout)
        chat = SlackChat(clients, pace, installation.bot_id)
        people = SlackPeople(clients, pace, installation.team_id)
        jobs = Jobs(database.clock.now, meter)
        standing = standing_of(settings, pace, database, runs.limiter.share)
        look = standing.roles.add(looking(account_of(settings)), jobs.waker("poll"))
        paint = standing.roles.add(painting(installation.team_id), jobs.waker("paint"))
        hearers = read_watches(settings.rules_file)
        privately = Privately(clients, pace)
        outside = Outside(runs, runs.policies, runs.plan_texts, runs.organizations, organizations, chat, people, privately, runs.histories)
        work = use_cases(settings, pace, ruling, hearers, database, outside, jobs, installation, meter, paint)
        sealing = sealing_of(settings, pace, database, jobs, standing.roles, installation, paint.during(work.painter.tick))
        bolt = bolt_app(settings, session, installation)
        link = link_of(settings, bolt, pace, standing.presence)
        for name, tick, every in (
            ("presence", standing.presence.tick, pace.beat_every),
            ("roles", standing.roles.tick, pace.roles_every),
            ("poll", look.during(work.poller.tick), pace.poll_every),
            ("paint", paint.during(work.painter.tick), pace.paint_every),
            ("intents", work.intents.tick, pace.intents_every),
            ("autoapply", look.during(work.autoapply.tick), pace.autoapply_every),
            ("reminders", paint.during(work.reminders.tick), pace.remind_every),
            ("coded", work.coded.tick, pace.coded_every),
            ("closures", paint.during(work.closures.tick), pace.closures_every),
            ("alarms", paint.during(work.alarms.tick), pace.alarms_every),
            ("clock", lambda _: database.measure_clock(), CLOCK_EVERY / settings.test_speed),
            ("prune", standing.pruner.tick, pace.prune_every),
            *((("seal", sealing.tick, pace.seal_every),) if sealing else ()),
            *((("socket", link.tick, pace.socket_every),) if link else ()),
        ):
            jobs.add(name, tick, every)
        app = App(
            settings=settings,
            pace=pace,
            database=database,
            work=work,
            standing=standing,
            ruling=ruling,
            jobs=jobs,
            bolt=bolt,
            guard=register(bolt, work.services, meter),
            meter=meter,
            limiter=runs.limiter,
            socket=link,
            sealing=sealing,
        )
        yield freeze(app)


def standing_of(settings: Settings, pace: Pace, database: Database, share: Callable[[int], None]) -> Standing:
    us, mode = owner(), Mode.SOCKET if settings.uses_socket else Mode.HTTP
    return Standing(
        presence=Presence(database, pace, us, release(), mode, share),
        roles=Roles(database, pace, us),
        pruner=Pruner(database, database.clock, pace, us, timedelta(days=settings.keep_days)),
    )


def account_of(settings: Settings) -> str:
    """The server's limits go by token; a short digest names it without giving it away."""
    return sha256(f"{settings.terraform_address} {settings.terraform_token.get_secret_value()}".encode()).hexdigest()[:12]


def link_of(settings: Settings, bolt: AsyncApp, pace: Pace, presence: Presence) -> Socket | None:
    token = settings.slack_app_token
    return Socket(bolt, token.get_secret_value(), pace, presence) if token else None


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
    ruling: RulesInForce,
    hearers: Hearers,
    database: Database,
    outside: Outside,
    jobs: Jobs,
    installation: Installation,
    meter: Meter,
    mandate: Mandate,
) -> Work:
    """Layer 2: mypy proves here that the adapters fit the ports."""
    runs, organizations, chat = outside.runs, outside.organizations, outside.chat
    clock, paint = database.clock, jobs.waker("paint")
    access = Access(outside.people, ruling.policy, installation.team_id)
    burst = timedelta(seconds=pace.burst_within)
    moved = both(paint, jobs.waker("autoapply"))
    recorder = Recorder(database, access, clock, moved, fallback=hearers.fallback, burst_within=burst)
    closures = Closures(database, recorder, chat, clock, paint, settings.operator)
    projects = Projects(outside.memberships, organizations)
    reader = Reader(runs, database, recorder, clock, organizations)
    finder = Finder(runs, database, reader, access, organizations)
    pictures = Pictures(settings.terraform_address)
    intents = Intents(runs, database, reader, clock, pace, Loops(paint, jobs.waker("intents")), owner())
    intents.mirror = Mirror(runs, outside.histories)
    recipes = Recipes(runs, database, recorder, reader, clock, burst)
    knowledge = Knowledge(database, recipes, organizations)
    evidence = Evidence(runs, outside.policies, Contents(outside.plan_texts), database, access, ruling.policy, clock)
    sharing = Sharing(chat, clock, ruling.policy.shared_channels)
    kinship, names = Kinship(outside.memberships, outside.people, clock), Names(outside.people, clock, installation.team_id)
    freezing = Freezing(database, knowledge, finder, access, sharing, ruling.policy, clock, paint)
    voting = Voting(database, evidence, kinship, ruling, names, clock, freezing.in_force)
    tallies = Tallies(database, reader, voting, clock, pace)
    painter = Painter(chat, database, pictures, reader, closures, clock, pace, meter, mandate, tallies=tallies, sharing=sharing)
    approvals = Approvals(database, finder, reader, access, intents, voting, ruling, sharing, Glass(access, ruling.policy), clock, moved)
    clocks = Clocks(ruling.policy, freezing.in_force)
    reminders = Reminders(database, clocks, reader, finder, access, sharing, voting, approvals, clock, pace, paint)
    services = Services(
        command=settings.command,
        app_user=installation.app_user,
        address=settings.terraform_address,
        launches=Launches(database, finder, access, intents, chat, sharing, clock),
        approvals=approvals,
        lookups=Lookups(runs, database, knowledge, finder, access, pictures, clock, voting),
        watching=Watching(database, knowledge, finder, access, recorder, closures, projects, chat, clock, paint),
        freezing=freezing,
        reminders=reminders,
        greetings=Greetings(database, clock, paint, settings.command),
        closures=closures,
        privately=outside.privately,
        known=outside.people,
        audits=Audits(database, finder, access, clock, organizations),
        repeats=Repeats(database, clock),
        declare_dead=painter.declare_dead,
    )
    return Work(
        services=services,
        painter=painter,
        poller=Poller(recipes, database, recorder, clock, pace, organizations, random.random, meter),
        intents=intents,
        waking=Waking(reader, pace, organizations, meter),
        gauges=Gauges(database, clock, meter),
        coded=CodedWatches(hearers.watches, database, projects, recorder, clock),
        closures=closures,
        alarms=Alarms(database, pace, settings.operator),
        reminders=reminders,
        autoapply=AutoApply(database, approvals, pace, installation.team_id),
    )


def both(one: Wake, other: Wake) -> Wake:
    def wake() -> None:
        one()
        other()

    return wake


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
        log.info(
            "serving", mode="socket" if app.socket else "http", organizations=settings.organizations, server=settings.terraform_address
        )
        started.set()
        await stopping.wait()
        log.info("stopping")


@asynccontextmanager
async def running(app: App) -> AsyncIterator[None]:
    """Health first, then the loops, then Slack; and the other way round at the end, all of which takes `stop_within` at most."""
    settings, limit = app.settings, Limit(app.pace.stop_within)
    async with AsyncExitStack() as stack:
        healthy = health_app(app.troubles, app.exposition, CONTENT_TYPE)
        health = listening(healthy, settings.health_host, settings.health_port, "RUNBELL_HEALTH_PORT")
        log.info("healthy", host=settings.health_host, port=await stack.enter_async_context(health))
        await app.standing.presence.tick(app.database.clock.now())
        stack.push_async_callback(leave, app, limit)
        app.jobs.start()
        stack.push_async_callback(finish, app, limit)
        await stack.enter_async_context(hearing_the_database(app))
        if not settings.uses_socket or settings.notification_token is not None:
            await stack.enter_async_context(open_to_the_public(app))
        if app.socket is not None:
            await app.socket.open()
            stack.push_async_callback(app.socket.drain, app.pace.stop_within / 5)
        stack.callback(begin_to_stop, app, limit)
        yield


class Limit:
    """Until when a stop has to be over; it counts from `begin` on."""

    def __init__(self, within: float) -> None:
        self.within = within
        self.until = 0.0

    def begin(self) -> None:
        self.until = time.monotonic() + self.within

    def left(self, least: float = 0.0) -> float:
        return max(self.until - time.monotonic(), least)


def begin_to_stop(app: App, limit: Limit) -> None:
    """No further tick begins, and whoever asks is told that we are about to end."""
    limit.begin()
    app.is_stopping = True
    app.jobs.pause()


async def finish(app: App, limit: Limit) -> None:
    """Ticks and listeners at work come to their end; a little is left of the time to give roles back in."""
    within = limit.left() * FOR_WORK
    await asyncio.gather(app.jobs.stop(within), app.guard.finish(within))


async def leave(app: App, limit: Limit) -> None:
    """What there is to say at the end, then the roles are given back."""
    for last, within, lost in (
        (app.last_words, limit.left() / 2, "audit not sealed"),
        (app.standing.leave, limit.left(least=LEAVE_LEAST), "roles not given back"),
    ):
        try:
            async with asyncio.timeout(within):
                await last()
        except (RunbellError, TimeoutError) as error:
            log.warning(lost, error=str(error) or "it took too long")


@asynccontextmanager
async def hearing_the_database(app: App) -> AsyncIterator[None]:
    """What other processes want painted wakes our painter, if it is ours to paint."""
    listening_in = asyncio.get_running_loop().create_task(app.database.listen(app.jobs.waker("paint"), app.pace.listen_again))
    try:
        yield
    finally:
        listening_in.cancel()
        await asyncio.gather(listening_in, return_exceptions=True)


@asynccontextmanager
async def open_to_the_public(app: App) -> AsyncIterator[None]:
    """Signed requests over HTTP: Slack's where there is no socket, and the server's word of runs where there is a token for it."""
    settings = app.settings
    doors = public_app(None if settings.uses_socket else slack_door(app.bolt), notifications(app))
    async with listening(doors, settings.http_host, settings.http_port, "RUNBELL_HTTP_PORT") as port:
        log.info("listening", host=settings.http_host, port=port)
        app.hears_http = not settings.uses_socket
        try:
            yield
        finally:
            app.hears_http = False
            await app.work.waking.finish()


def slack_door(bolt: AsyncApp) -> Door:
    """Bolt checks the signature; a time that is no number it stumbles over, so that is refused before."""

    async def slack(request: web.Request) -> web.Response:
        if not SECONDS.fullmatch(request.headers.get("X-Slack-Request-Timestamp", "")):
            return web.Response(status=401)
        return await to_aiohttp_response(await bolt.async_dispatch(await to_bolt_request(request)))

    return slack


def notifications(app: App) -> Door | None:
    token = app.settings.notification_token
    return None if token is None else notification_door(token.get_secret_value(), app.work.waking.hear, app.meter)
