"""The use cases put together on fakes of the server and of Slack, a real SQLite store, and a clock that tests move."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bot.core.activations import Activation
from bot.core.archives import Bounds
from bot.core.commands.runs import RunReference, StartRun
from bot.core.contents import believed, plan_contents
from bot.core.decisions import Intent
from bot.core.links import message_link
from bot.core.pace import Pace
from bot.core.plans import weak_digest
from bot.core.policy import Actor, Grant, Place, Policy, Right, Standing
from bot.core.runs import CONFIRM, Action
from bot.core.votes import Vote
from bot.services.access import Access
from bot.services.alarms import Alarms
from bot.services.approvals import Acted, Approvals
from bot.services.arrivals import Arrivals
from bot.services.audits import Audits
from bot.services.autoapply import AutoApply
from bot.services.calls import Calls
from bot.services.clocks import Clocks
from bot.services.closures import Closures
from bot.services.comments import Comments
from bot.services.comparisons import Comparisons
from bot.services.confirmations import Confirmations
from bot.services.contents import Contents
from bot.services.evidence import Evidence
from bot.services.finding import Finder
from bot.services.freezing import Freezing
from bot.services.glass import Glass
from bot.services.handouts import Handouts
from bot.services.homes import Homes
from bot.services.hurdles import Hurdles
from bot.services.intents import Intents, Loops
from bot.services.kinship import Kinship
from bot.services.knowledge import Knowledge
from bot.services.launches import Launches, Started
from bot.services.listings import Listings
from bot.services.locks import Locking
from bot.services.lookups import Lookups
from bot.services.names import Names
from bot.services.notices import Notices
from bot.services.painting import Painter
from bot.services.pictures import Pictures
from bot.services.plan_files import PlanFiles
from bot.services.polling import Poller
from bot.services.ports import Store
from bot.services.previews import Previews
from bot.services.project_names import ProjectNames
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
from bot.services.sealing import Sealer
from bot.services.sending import InFlight, SendCheck
from bot.services.sharing import Sharing
from bot.services.suggestions import Suggestions
from bot.services.tallies import Tallies
from bot.services.unfurls import Unfurls
from bot.services.uploads import Sources, Uploads
from bot.services.versions import Versions
from bot.services.voting import Voting
from bot.services.waiting import Waiting
from bot.services.watching import Watching
from bot.terraform.plan_documents import read_review
from tests.fakes.attachments import FakeAttachments
from tests.fakes.chat import FakeChat, FakeMessage, FakePeople
from tests.fakes.commits import FakeRunsOfCommits
from tests.fakes.files import FakeFiles
from tests.fakes.memberships import FakeMemberships
from tests.fakes.stores import sqlite_store
from tests.fakes.terraform import FakeConfigurations, FakeHistories, FakeLocks, FakeLogs, FakePlanTexts, FakePolicies

TEAM = "T0ACME"
ANA = Actor(id="U0ANA", team_id=TEAM, name="ana")
KIM = Actor(id="U0KIM", team_id=TEAM, name="kim")
RAJ = Actor(id="U0RAJ", team_id=TEAM, name="raj")
GUS = Actor(id="U0GUS", team_id=TEAM, name="gus")
DEPLOYS = Place(channel="C0DEPLOYS", channel_name="deploys")
OPERATOR = "U0OPS"
AUDIT_KEY = "a-key-of-sixteen-letters-and-more"
OTHER = Place(channel="C0INFRA", channel_name="infra")

POLICY = Policy(
    (
        Grant(may=frozenset({Right.READ}), members=True),
        Grant(may=frozenset({Right.START, Right.DECIDE, Right.ADMIN}), people=frozenset({"U0ANA"})),
        Grant(may=frozenset({Right.START, Right.DECIDE}), workspaces=("*-dev",), groups=frozenset({"S0PLATFORM"})),
    ),
    source="runbell.toml",
)


QUICK = Pace(answers_within=0.03, answers_every=0.01)
"""How long a freeze waits for answers: on the loop's clock, which no test moves."""


class TestClock:
    """A clock that stands still until a test moves it."""

    __test__ = False

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def move(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@dataclass
class House:
    runs: FakeRunsOfCommits
    chat: FakeChat
    people: FakePeople
    store: Store
    clock: TestClock
    pace: Pace
    wakes: list[str]
    finder: Finder
    reader: Reader
    recorder: Recorder
    launches: Launches
    locks: FakeLocks
    configurations: FakeConfigurations
    versions: Versions
    promotions: Promotions
    retries: Retries
    suggestions: Suggestions
    uploads: Uploads
    arrivals: Arrivals
    files: FakeFiles
    approvals: Approvals
    previews: Previews
    confirmations: Confirmations
    lookups: Lookups
    listings: Listings
    waiting: Waiting
    watching: Watching
    intents: Intents
    painter: Painter
    poller: Poller
    closures: Closures
    projects: Projects
    alarms: Alarms
    texts: FakePlanTexts
    policies: FakePolicies
    histories: FakeHistories
    evidence: Evidence
    ruling: RulesInForce
    voting: Voting
    tallies: Tallies
    autoapply: AutoApply
    memberships: FakeMemberships
    audits: Audits
    sealer: Sealer
    freezing: Freezing
    reminders: Reminders
    locking: Locking
    comments: Comments
    logs: FakeLogs
    attachments: FakeAttachments
    reviews: Reviews
    handouts: Handouts
    notices: Notices
    homes: Homes
    unfurls: Unfurls

    async def start(self, workspace: str, message: str = "", *, actor: Actor = ANA, place: Place = DEPLOYS, **options: Any) -> Started:
        return await self.launches.start(StartRun(workspace, message, **options), actor, place)

    async def act(
        self, action: Action, run_id: str, *, actor: Actor = ANA, place: Place = DEPLOYS, comment: str = "", **options: Any
    ) -> Acted:
        """Decide as somebody does who sees the plan as it is now, and was told what canceling an apply may leave behind."""
        known: dict[str, Any] = {"shown": self.shown(run_id), "interrupts": True} | options
        return await self.approvals.act(action, RunReference(run_id=run_id), actor, place, comment, **known)

    def shown(self, run_id: str) -> str:
        """The digest of a run's plan as it is now; "" where there is none yet, or no such run."""
        run, facts = self.runs.plan_of(run_id)
        text = self.texts.texts.get(facts.plan_id) if facts is not None else None
        contents = believed(plan_contents(json.loads(text)), facts) if text else None
        if contents is not None:
            return contents.digest
        return weak_digest(run_id, facts) if run is not None and facts is not None and facts.is_finished else ""

    async def vote(self, run_id: str, actor: Actor = ANA, reason: str = "", typed_name: str = "") -> Acted:
        return await self.act(Action.APPLY, run_id, actor=actor, comment=reason, typed_name=typed_name)

    async def votes(self, run_id: str) -> tuple[Vote, ...]:
        async with self.store.read() as transaction:
            number, _, _ = await transaction.gates.look(run_id, CONFIRM)
            return await transaction.votes.at(run_id, CONFIRM, number)

    async def paint(self) -> None:
        self.clock.move(2)
        await self.painter.tick(self.clock.now())

    async def poll(self, seconds: float = 20) -> None:
        self.clock.move(seconds)
        await self.poller.tick(self.clock.now())

    async def turn(self, seconds: float = 20) -> None:
        """One round of every loop, a while later."""
        await self.poll(seconds)
        await self.intents.tick(self.clock.now())
        await self.paint()

    async def open_intents(self) -> tuple[Intent, ...]:
        async with self.store.read() as transaction:
            return await transaction.intents.open()

    async def intent_of(self, run_id: str) -> Intent:
        async with self.store.read() as transaction:
            decision = await transaction.gates.latest(run_id)
            assert decision is not None
            intent = await transaction.intents.get(decision.intent_id)
        assert intent is not None
        return intent

    def in_channel(self, place: Place = DEPLOYS) -> list[FakeMessage]:
        return self.chat.in_channel(place.channel)


@asynccontextmanager
async def open_house(
    folder: Path, *, organizations: tuple[str, ...] = ("acme",), policy: Policy = POLICY, fallback: str = ""
) -> AsyncIterator[House]:
    clock = TestClock()
    async with sqlite_store(folder, clock=clock) as database:
        house = build(database, clock, organizations, policy, fallback)
        async with database.write() as transaction:
            await transaction.rules.activate(
                Activation(hash=policy.hash, source=policy.source, text="", by="a test", activated_at=clock.now())
            )
        yield house


def build(store: Store, clock: TestClock, organizations: tuple[str, ...], policy: Policy, fallback: str = "") -> House:
    pace, wakes = Pace(), list[str]()
    runs = FakeRunsOfCommits(*organizations, clock=clock.now)
    chat, people = FakeChat(now=clock.now), FakePeople(groups={"S0PLATFORM": ["U0ANA", "U0KIM"]})
    people.home = TEAM
    for actor in (ANA, KIM, RAJ):
        people.add(actor.id, actor.name)
    people.add(GUS.id, GUS.name, Standing.GUEST)
    access = Access(people, policy, TEAM)
    recorder = Recorder(store, access, clock, lambda: wakes.append("paint"), fallback=fallback)
    recorder.notices = Notices(store, access, policy.people, clock, recorder.reconsider)
    closures = Closures(store, recorder, chat, clock, lambda: wakes.append("paint"), OPERATOR)
    memberships = FakeMemberships({"prj-web": "web", "prj-data": "data platform"})
    projects = Projects(memberships, organizations)
    texts, policies = FakePlanTexts(), FakePolicies(runs)
    hurdles = Hurdles(policies)
    reader = Reader(runs, store, recorder, clock, organizations, hurdles)
    finder = Finder(runs, store, reader, access, organizations)
    pictures = Pictures("https://terraform.test", policy.chains, policy)
    loops = Loops(painter=lambda: wakes.append("paint"), intents=lambda: wakes.append("intents"))
    histories = FakeHistories(runs)
    intents = Intents(Calls(runs, policies, histories), store, reader, clock, pace, loops, "test", SendCheck(policy, clock))
    recipes = Recipes(runs, store, recorder, reader, clock, hurdles, ProjectNames(projects, store, policy))
    knowledge = Knowledge(store, recipes, organizations, clock.now())
    contents = Contents(texts)
    evidence = Evidence(runs, policies, contents, store, access, policy, clock)
    comparisons = Comparisons(store, reader, contents, pace)
    ruling, sharing = RulesInForce(store, clock, policy), Sharing(chat, clock, policy.shared_channels)
    freezing = Freezing(store, knowledge, finder, access, sharing, ruling, clock, loops.painter, InFlight(store, QUICK))
    kinship = Kinship(memberships, people, clock)
    voting = Voting(store, evidence, kinship, ruling, Names(people, clock, TEAM), clock, hurdles, freezing.in_force)
    locks, configurations = FakeLocks(runs=runs), FakeConfigurations()
    versions = Versions(runs, configurations, store, reader, access)
    launches = Launches(store, finder, access, intents, chat, sharing, clock, locks, versions, ruling)
    approvals = Approvals(store, finder, reader, access, intents, voting, ruling, sharing, Glass(access, policy), clock, loops.painter)
    clocks = Clocks(policy, freezing.in_force)
    tallies = Tallies(store, reader, voting, clock, pace)
    logs, attachments = FakeLogs(), FakeAttachments()
    reviews = Reviews(PlanFiles(texts), read_review, store, finder, access)
    waiting = Waiting(store, knowledge, access, pictures, partial(message_link, "https://acme.slack.com"))
    listings = Listings(store, knowledge, finder, reader, access, projects, locks, pictures, policy, clock)
    files, arrivals = FakeFiles(), Arrivals(store, configurations, clock, pace, loops.painter)
    sources = Sources(shared=files, files=files, configurations=configurations, locks=locks)
    uploads = Uploads(finder, access, sharing, chat, sources, launches, arrivals, clock, pace, Bounds(), ruling)
    glass = Glass(access, policy)
    return House(
        runs=runs,
        chat=chat,
        people=people,
        store=store,
        clock=clock,
        pace=pace,
        wakes=wakes,
        finder=finder,
        reader=reader,
        recorder=recorder,
        launches=launches,
        locks=locks,
        configurations=configurations,
        versions=versions,
        promotions=Promotions(runs, store, finder, reader, access, versions, launches, locks, policy.chains),
        retries=Retries(store, finder, access, versions, launches),
        suggestions=Suggestions(store, access),
        uploads=uploads,
        arrivals=arrivals,
        files=files,
        approvals=approvals,
        previews=Previews(store, finder, access, voting, sharing, glass),
        confirmations=Confirmations(store, clock),
        lookups=Lookups(store, finder, access, pictures, voting),
        listings=listings,
        waiting=waiting,
        homes=Homes(store, access, waiting, listings, clock),
        unfurls=Unfurls(store, recorder, reader, pictures, Repeats(store, clock), "https://terraform.test"),
        watching=Watching(store, knowledge, finder, access, recorder, closures, projects, chat, clock, loops.painter),
        intents=intents,
        painter=Painter(*(chat, store, pictures, reader, closures, clock, pace), tallies=tallies, sharing=sharing, comparisons=comparisons),
        poller=Poller(recipes, store, recorder, clock, pace, organizations, lambda: 0.5),
        closures=closures,
        projects=projects,
        alarms=Alarms(store, pace, OPERATOR),
        texts=texts,
        policies=policies,
        histories=histories,
        evidence=evidence,
        ruling=ruling,
        voting=voting,
        tallies=tallies,
        autoapply=AutoApply(store, approvals, pace, TEAM),
        memberships=memberships,
        logs=logs,
        attachments=attachments,
        reviews=reviews,
        handouts=Handouts(store, finder, access, sharing, reviews, logs, attachments, clock, "https://terraform.test"),
        audits=Audits(store, finder, access, clock, organizations, policy.hash),
        sealer=Sealer(store, clock, pace, AUDIT_KEY, "C0AUDIT", partial(message_link, "https://acme.slack.com"), loops.painter),
        freezing=freezing,
        notices=recorder.notices,
        locking=Locking(locks, runs, store, finder, reader, access, sharing, clock, ruling),
        comments=Comments(store, finder, access, intents, sharing, clock),
        reminders=Reminders(store, clocks, reader, finder, access, sharing, voting, approvals, clock, pace, loops.painter),
    )
