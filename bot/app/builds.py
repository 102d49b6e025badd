"""`build` makes every part and knows how they fit; nothing else does."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from datetime import timedelta
from hashlib import sha256

import structlog
from slack_bolt.async_app import AsyncApp

from bot.app.bolts import bolt_app, slack_session
from bot.app.grounds import Given, Outside, owner
from bot.app.parts import CLOCK_EVERY, App, Standing
from bot.app.works import use_cases
from bot.clients import release, slack_files, spelled, terraform_client
from bot.core.pace import Pace
from bot.core.roles import Mode, looking, painting
from bot.jobs import Jobs
from bot.metrics import PrometheusMeter
from bot.rules import load_rules, read_watches
from bot.sealings import sealing_of
from bot.services.presence import Presence
from bot.services.pruning import Pruner
from bot.services.roles import Roles
from bot.services.ruling import RulesInForce
from bot.settings import Settings
from bot.slack.attachments import SlackAttachments
from bot.slack.chat import SlackChat
from bot.slack.clients import Clients
from bot.slack.installations import read_installation
from bot.slack.people import SlackPeople
from bot.slack.privately import Privately
from bot.slack.shared_files import SlackSharedFiles
from bot.slack.surfaces import Surfaces
from bot.sockets import Socket
from bot.store.database import Database, open_database
from handlers import register
from handlers.homes import follow
from handlers.resuming import resume

log = structlog.get_logger("runbell.app")


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
        files = await stack.enter_async_context(aclosing(slack_files(settings, pace)))
        outside = Outside(
            *(runs, runs.policies, runs.plan_texts, runs.organizations, organizations, chat, people, privately, runs.histories),
            configurations=runs.configurations,
            logs=runs.logs,
            locks=runs.locks,
            shared_files=SlackSharedFiles(clients, pace),
            files=files,
            attachments=SlackAttachments(clients, pace),
            surfaces=Surfaces(clients, pace),
        )
        work = use_cases(Given(settings, pace, ruling, hearers, database, outside, jobs, installation, meter, paint))
        sealing = sealing_of(settings, pace, database, jobs, standing.roles, installation, paint.during(work.painter.tick))
        bolt = bolt_app(settings, session, installation)
        guard = register(bolt, work.services, meter)
        link = link_of(settings, bolt, pace, standing.presence)
        for name, tick, every in (
            ("presence", standing.presence.tick, pace.beat_every),
            ("roles", standing.roles.tick, pace.roles_every),
            ("poll", look.during(work.poller.tick), pace.poll_every),
            ("paint", paint.during(work.painter.tick), pace.paint_every),
            ("intents", work.intents.tick, pace.intents_every),
            ("autoapply", look.during(work.autoapply.tick), pace.autoapply_every),
            ("judge", paint.during(work.tallies.tick), pace.judge_every),
            ("reminders", paint.during(work.reminders.tick), pace.remind_every),
            ("uploads", work.arrivals.tick, pace.uploads_every),
            ("requests", lambda _: resume(guard, work.services), pace.requests_every),
            ("homes", lambda _: follow(work.services), pace.homes_every),
            ("coded", work.coded.tick, pace.coded_every),
            ("closures", paint.during(work.closures.tick), pace.closures_every),
            ("alarms", paint.during(work.alarms.tick), pace.alarms_every),
            ("fold", work.services.audits.fold, pace.fold_every),
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
            guard=guard,
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
