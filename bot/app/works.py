"""Layer 2 put together: mypy proves here that the adapters fit the ports."""

from __future__ import annotations

import random
import socket
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from os import getpid

import structlog

from bot.core.archives import UNPACKED_TIMES, Bounds
from bot.core.links import message_link
from bot.core.metrics import Meter
from bot.core.pace import Pace
from bot.jobs import Jobs
from bot.rules import Hearers
from bot.services.access import Access
from bot.services.alarms import Alarms
from bot.services.approvals import Approvals
from bot.services.arrivals import Arrivals
from bot.services.audits import Audits
from bot.services.autoapply import AutoApply
from bot.services.calls import Calls
from bot.services.clocks import Clocks
from bot.services.closures import Closures
from bot.services.coded import CodedWatches
from bot.services.comments import Comments
from bot.services.comparisons import Comparisons
from bot.services.contents import Contents
from bot.services.details import Detailing
from bot.services.evidence import Evidence
from bot.services.finding import Finder
from bot.services.freezing import Freezing
from bot.services.gauges import Gauges
from bot.services.glass import Glass
from bot.services.greetings import Greetings
from bot.services.handouts import Handouts
from bot.services.homes import Homes
from bot.services.hurdles import Hurdles
from bot.services.intents import Intents, Loops
from bot.services.kinship import Kinship
from bot.services.knowledge import Knowledge
from bot.services.launches import Launches
from bot.services.listings import Listings
from bot.services.locks import Locking
from bot.services.lookups import Lookups
from bot.services.mirrors import Mirror
from bot.services.names import Names
from bot.services.notices import Notices
from bot.services.painting import Painter
from bot.services.pictures import Pictures
from bot.services.plan_files import PlanFiles
from bot.services.polling import Poller
from bot.services.ports import (
    Attachments,
    Chat,
    Configurations,
    Files,
    Histories,
    Locks,
    Logs,
    Mandate,
    Memberships,
    PlanTexts,
    Policies,
    Runs,
    SharedFiles,
    Wake,
)
from bot.services.projects import Projects
from bot.services.promotions import Promotions
from bot.services.reading import Reader
from bot.services.recipes import Recipes
from bot.services.recording import Recorder
from bot.services.reminding import Reminders
from bot.services.repeats import Repeats
from bot.services.retries import Retries
from bot.services.reviews import Reviews
from bot.services.ruling import RulesInForce
from bot.services.sharing import Sharing
from bot.services.suggestions import Suggestions
from bot.services.tallies import Tallies
from bot.services.unfurls import Unfurls
from bot.services.uploads import Sources, Uploads
from bot.services.versions import Versions
from bot.services.voting import Voting
from bot.services.waiting import Waiting
from bot.services.waking import Waking
from bot.services.watching import Watching
from bot.settings import Settings
from bot.slack.installations import Installation
from bot.slack.people import SlackPeople
from bot.slack.privately import Privately
from bot.slack.surfaces import Surfaces
from bot.store.database import Database
from bot.terraform.plan_contents import read_contents
from bot.terraform.plan_documents import read_review
from handlers import Services

log = structlog.get_logger("runbell.app")


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
    arrivals: Arrivals


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
    configurations: Configurations
    logs: Logs
    attachments: Attachments
    locks: Locks
    shared_files: SharedFiles
    files: Files
    surfaces: Surfaces


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
    recorder.notices = Notices(database, access, ruling.policy.people, clock, recorder.reconsider)
    closures = Closures(database, recorder, chat, clock, paint, settings.operator)
    projects = Projects(outside.memberships, organizations)
    hurdles = Hurdles(outside.policies)
    reader = Reader(runs, database, recorder, clock, organizations, hurdles)
    finder = Finder(runs, database, reader, access, organizations)
    pictures = Pictures(settings.web_address, ruling.policy.chains)
    calls = Calls(runs, outside.policies, outside.histories)
    intents = Intents(calls, database, reader, clock, pace, Loops(paint, jobs.waker("intents")), owner())
    intents.mirror = Mirror(runs, outside.histories)
    recipes = Recipes(runs, database, recorder, reader, clock, hurdles, burst)
    knowledge = Knowledge(database, recipes, organizations)
    contents = Contents(outside.plan_texts, read_contents)
    evidence = Evidence(runs, outside.policies, contents, database, access, ruling.policy, clock)
    sharing = Sharing(chat, clock, ruling.policy.shared_channels)
    kinship, names = Kinship(outside.memberships, outside.people, clock), Names(outside.people, clock, installation.team_id)
    freezing = Freezing(database, knowledge, finder, access, sharing, ruling.policy, clock, paint)
    voting = Voting(database, evidence, kinship, ruling, names, clock, hurdles, freezing.in_force)
    tallies = Tallies(database, reader, voting, clock, pace)
    detailing = Detailing(database, reader, outside.policies, outside.logs, pace)
    painter = Painter(
        *(chat, database, pictures, reader, closures, clock, pace, meter, mandate),
        tallies=tallies,
        sharing=sharing,
        detailing=detailing,
        comparisons=Comparisons(database, reader, contents, pace),
    )
    approvals = Approvals(database, finder, reader, access, intents, voting, ruling, sharing, Glass(access, ruling.policy), clock, moved)
    clocks = Clocks(ruling.policy, freezing.in_force)
    reminders = Reminders(database, clocks, reader, finder, access, sharing, voting, approvals, clock, pace, paint)
    versions = Versions(runs, outside.configurations, database, reader, access)
    waiting = Waiting(database, knowledge, access, pictures, partial(message_link, installation.url))
    repeats = Repeats(database, clock)
    listings = Listings(database, knowledge, finder, reader, access, projects, outside.locks, pictures, ruling.policy, clock)
    reviews = Reviews(PlanFiles(outside.plan_texts), read_review, database, finder, access)
    launches = Launches(database, finder, access, intents, chat, sharing, clock, outside.locks, versions)
    arrivals = Arrivals(database, outside.configurations, clock, pace, paint)
    sources = Sources(shared=outside.shared_files, files=outside.files, configurations=outside.configurations, locks=outside.locks)
    bounds = Bounds(packed=settings.upload_bytes, unpacked=UNPACKED_TIMES * settings.upload_bytes)
    uploads = Uploads(finder, access, sharing, chat, sources, launches, arrivals, clock, pace, bounds)
    services = Services(
        command=settings.command,
        app_user=installation.app_user,
        address=settings.web_address,
        launches=launches,
        promotions=Promotions(runs, database, finder, reader, access, versions, launches, outside.locks, ruling.policy.chains),
        retries=Retries(database, finder, access, versions, launches),
        uploads=uploads,
        approvals=approvals,
        lookups=Lookups(database, finder, access, pictures, voting),
        listings=listings,
        waiting=waiting,
        watching=Watching(database, knowledge, finder, access, recorder, closures, projects, chat, clock, paint),
        freezing=freezing,
        reminders=reminders,
        locking=Locking(outside.locks, runs, database, finder, reader, access, sharing, clock),
        comments=Comments(database, finder, access, intents, sharing, clock),
        greetings=Greetings(database, clock, paint, settings.command),
        closures=closures,
        privately=outside.privately,
        known=outside.people,
        audits=Audits(database, finder, access, clock, organizations),
        repeats=repeats,
        reviews=reviews,
        handouts=Handouts(database, finder, access, sharing, reviews, outside.logs, outside.attachments, clock, settings.terraform_address),
        suggestions=Suggestions(database, access),
        declare_dead=painter.declare_dead,
        slack_address=installation.url,
        notices=recorder.notices,
        homes=Homes(database, access, waiting, listings, clock),
        unfurls=Unfurls(database, recorder, reader, pictures, repeats, settings.web_address),
        surfaces=outside.surfaces,
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
        arrivals=arrivals,
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
