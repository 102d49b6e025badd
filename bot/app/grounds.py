"""What every use case stands on: what was given to the process, what it speaks to, and how it reads runs and tells of them."""

from __future__ import annotations

import random
import socket
from dataclasses import dataclass
from datetime import timedelta
from os import getpid

from bot.core.metrics import Meter
from bot.core.pace import Pace
from bot.jobs import Jobs
from bot.rules import Hearers
from bot.services.access import Access
from bot.services.calls import Calls
from bot.services.closures import Closures
from bot.services.contents import Contents
from bot.services.finding import Finder
from bot.services.hurdles import Hurdles
from bot.services.intents import Intents, Loops
from bot.services.knowledge import Knowledge
from bot.services.mirrors import Mirror
from bot.services.notices import Notices
from bot.services.pictures import Pictures
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
from bot.services.project_names import ProjectNames
from bot.services.projects import Projects
from bot.services.reading import Reader
from bot.services.recipes import Recipes
from bot.services.recording import Recorder
from bot.services.repeats import Repeats
from bot.services.requests import Requests
from bot.services.ruling import RulesInForce
from bot.services.sending import SendCheck
from bot.services.sharing import Sharing
from bot.settings import Settings
from bot.slack.installations import Installation
from bot.slack.people import SlackPeople
from bot.slack.privately import Privately
from bot.slack.surfaces import Surfaces
from bot.store.database import Database
from bot.terraform.plan_contents import read_contents


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


@dataclass(frozen=True, slots=True)
class Given:
    settings: Settings
    pace: Pace
    ruling: RulesInForce
    hearers: Hearers
    database: Database
    outside: Outside
    jobs: Jobs
    installation: Installation
    meter: Meter
    mandate: Mandate


class Ground:
    """`paint` has Slack brought into line, `moved` besides has the runs judged that apply by themselves."""

    def __init__(self, given: Given) -> None:
        outside, database, pace = given.outside, given.database, given.pace
        runs, organizations, clock, policy = outside.runs, outside.organizations, database.clock, given.ruling.policy
        burst = timedelta(seconds=pace.burst_within)
        self.paint = given.jobs.waker("paint")
        self.moved = both(self.paint, given.jobs.waker("autoapply"))
        self.access = Access(outside.people, policy, given.installation.team_id)
        self.recorder = Recorder(database, self.access, clock, self.moved, fallback=given.hearers.fallback, burst_within=burst)
        self.notices = Notices(database, self.access, policy.people, clock, self.recorder.reconsider)
        self.recorder.notices = self.notices
        self.closures = Closures(database, self.recorder, outside.chat, clock, self.paint, given.settings.operator)
        self.projects = Projects(outside.memberships, organizations)
        self.hurdles = Hurdles(outside.policies)
        self.reader = Reader(runs, database, self.recorder, clock, organizations, self.hurdles)
        self.finder = Finder(runs, database, self.reader, self.access, organizations)
        self.pictures = Pictures(given.settings.web_address, policy.chains, policy)
        calls, loops = Calls(runs, outside.policies, outside.histories), Loops(self.paint, given.jobs.waker("intents"))
        check = SendCheck(policy, clock)
        self.intents = Intents(calls, database, self.reader, clock, pace, loops, owner(), check)
        self.intents.mirror = Mirror(runs, outside.histories)
        names = ProjectNames(self.projects, database, policy)
        self.recipes = Recipes(runs, database, self.recorder, self.reader, clock, self.hurdles, names, burst)
        self.knowledge = Knowledge(database, self.recipes, organizations, database.clock.now())
        self.contents = Contents(outside.plan_texts, read_contents)
        self.sharing = Sharing(outside.chat, clock, policy.shared_channels)
        self.repeats = Repeats(database, clock)
        self.requests = Requests(database, clock, pace, owner())


def both(one: Wake, other: Wake) -> Wake:
    def wake() -> None:
        one()
        other()

    return wake


def owner() -> str:
    """Who carries an intent out: this process and no other."""
    return f"{socket.gethostname()}:{getpid()}:{random.randrange(1 << 32):08x}"  # noqa: S311 - it only tells processes apart
