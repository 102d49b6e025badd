"""Two processes that share a database and a Terraform server, and that can be stopped before each commit and each request."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any

from bot.core.commands.runs import RunReference
from bot.core.contents import plan_contents
from bot.core.errors import StateMovedOn, TerraformAnswerLost, TerraformRateLimited, TerraformTrouble, TerraformUnreachable
from bot.core.messages import Kind
from bot.core.pace import Pace
from bot.core.pictures import RunPicture
from bot.core.plans import PlanFacts, weak_digest
from bot.core.policy import Actor, Policy
from bot.core.runs import Action
from bot.services.access import Access
from bot.services.approvals import Acted, Approvals, Asked
from bot.services.calls import Calls
from bot.services.contents import Contents
from bot.services.evidence import Evidence
from bot.services.finding import Finder
from bot.services.freezing import Freezing
from bot.services.glass import Glass
from bot.services.hurdles import Hurdles
from bot.services.intents import Intents, Loops
from bot.services.kinship import Kinship
from bot.services.knowledge import Knowledge
from bot.services.names import Names
from bot.services.pictures import Pictures
from bot.services.ports import Transaction
from bot.services.project_names import ProjectNames
from bot.services.projects import Projects
from bot.services.reading import Reader
from bot.services.recipes import Recipes
from bot.services.recording import Recorder
from bot.services.ruling import RulesInForce
from bot.services.sending import InFlight, SendCheck
from bot.services.sharing import Sharing
from bot.services.voting import Voting
from bot.store.database import Database
from tests.approvals.model import Operation
from tests.fakes.chat import FakeChat, FakePeople
from tests.fakes.runs import FakeRuns
from tests.fakes.terraform import FakeHistories, FakeMemberships, FakePlanTexts, FakePolicies
from tests.services.house import DEPLOYS, TEAM, TestClock

HOST, URL = "terraform.test", "https://terraform.test"
ORGANIZATIONS = ("acme",)
PACE = replace(Pace(), answers_within=0)
"""A freeze names what has no answer at once: nobody would answer while it waits, since one operation runs at a time."""
EFFECTS = {"create": ["create"], "destroy": ["delete"]}
TROUBLES = ("unreachable", "busy", "conflict", "lost before", "lost after")
ANSWERS = {"": "done", "lost after": "done", "lost before": "lost"}
"""What the model calls what the server did. With all other troubles it refused."""


def trouble_of(name: str) -> TerraformTrouble:
    match name:
        case "unreachable":
            return TerraformUnreachable(HOST)
        case "busy":
            return TerraformRateLimited(HOST, 20)
        case "conflict":
            return StateMovedOn("The run")
        case _:
            return TerraformAnswerLost(HOST)


@dataclass(eq=False)
class Running:
    """An operation and its task. It stops at the crossing (a commit or a request) with the number `pause`, if there are as many."""

    operation: Operation
    replica: int
    pause: int = 0
    crossings: int = 0
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    goes_on: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[Any] | None = None

    async def start(self, work: Coroutine[Any, Any, Any]) -> None:
        async def alone() -> Any:
            CURRENT.set(self)
            return await work

        self.task = asyncio.create_task(alone())
        await self.until_still()

    async def until_still(self) -> None:
        """Return when it has stopped or ended."""
        assert self.task is not None
        stopped = asyncio.create_task(self.stopped.wait())
        await asyncio.wait({self.task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()

    async def go_on(self) -> None:
        assert self.task is not None
        self.goes_on.set()
        await asyncio.wait({self.task})

    async def kill(self) -> None:
        assert self.task is not None
        self.task.cancel()
        await asyncio.wait({self.task})


CURRENT: ContextVar[Running | None] = ContextVar("running", default=None)


async def crossing() -> None:
    """Stop here if the current operation is to stop at this crossing."""
    running = CURRENT.get()
    if running is None:
        return
    running.crossings += 1
    if running.crossings == running.pause:
        running.stopped.set()
        await running.goes_on.wait()


class StoppingStore:
    """The real database; operations can be stopped before each transaction that writes, so after the commit before it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.read = database.read

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        await crossing()
        async with self._database.write() as transaction:
            yield transaction


class Server(FakeRuns):
    """A Terraform server. `received` hears of each request to apply or discard; `troubles` are what comes of the next ones."""

    def __init__(self, clock: TestClock) -> None:
        super().__init__(*ORGANIZATIONS, clock=clock.now)
        self.time = clock
        self.texts = FakePlanTexts()
        self.troubles: deque[str] = deque()
        self.received: Callable[[str, str, str], None] = lambda *_: None
        self.digests: dict[str, str] = {}
        """By the name of a plan, which is also its id."""

    def show_plan(self, run_id: str, name: str) -> None:
        """From now on the run shows a finished plan. Its effect is the first word of its name; the JSON of "unread" can't be read."""
        effect = name.partition("-")[0]
        counts = {"additions": int(effect == "create"), "changes": 0, "destructions": int(effect == "destroy"), "imports": 0}
        facts = PlanFacts(plan_id=name, status_word="finished", has_changes=True, finished_at=self.clock(), **counts)
        self.set_plan(facts)
        self.put(replace(self.run(run_id), plan_id=name, has_changes=True))
        self.digests[name] = weak_digest(run_id, facts)
        if effect in EFFECTS:
            change = {"address": f"aws_vm.{name}", "type": "aws_vm", "change": {"actions": EFFECTS[effect]}}
            document = {"format_version": "1.2", "resource_changes": [change]}
            contents = plan_contents(document)
            assert contents is not None
            self.texts.texts[name], self.digests[name] = json.dumps(document).encode(), contents.digest

    async def act(self, action: Action, run_id: str, comment: str) -> None:
        sent_at = self.clock()
        await crossing()
        self.demand_in_time(sent_at)
        trouble = self.troubles.popleft() if self.troubles else ""
        running = CURRENT.get()
        if trouble == "unreachable" and running is not None:
            running.operation.troubled = True
        else:
            self.received(action.value, run_id, ANSWERS.get(trouble, "refused"))
        if trouble not in {"", "lost after"}:
            raise trouble_of(trouble)
        await super().act(action, run_id, comment)
        await crossing()
        self.demand_in_time(sent_at)
        if trouble:
            raise trouble_of(trouble)

    def demand_in_time(self, sent_at: Any) -> None:
        """The client gives up on a request after a while; one that was stopped for longer never gets its answer."""
        if (self.clock() - sent_at).total_seconds() >= PACE.request_timeout:
            running = CURRENT.get()
            if running is not None:
                running.operation.troubled = True
            raise TerraformAnswerLost(HOST)


@dataclass(frozen=True)
class World:
    """What replicas share besides the database."""

    clock: TestClock
    server: Server
    people: FakePeople
    chat: FakeChat


@dataclass(frozen=True)
class Replica:
    """The use cases of one process, which has read these rules when it started."""

    policy: Policy
    approvals: Approvals
    freezing: Freezing
    intents: Intents
    reader: Reader
    pictures: Pictures
    store: StoppingStore

    async def picture(self, run_id: str) -> RunPicture:
        async with self.store.read() as transaction:
            picture = await self.pictures.of(transaction, run_id, "", Kind.CARD)
        assert picture is not None
        return picture

    async def approve(self, run_id: str, actor: Actor, digest: str) -> Acted:
        return await self.approvals.act(Action.APPLY, RunReference(run_id=run_id), actor, DEPLOYS, shown=digest)

    async def discard(self, run_id: str, actor: Actor) -> Acted:
        return await self.approvals.act(Action.DISCARD, RunReference(run_id=run_id), actor, DEPLOYS)

    async def take_back(self, run_id: str, actor: Actor) -> Asked:
        return await self.approvals.take_back(RunReference(run_id=run_id), actor, DEPLOYS)


def start(database: Database, world: World, policy: Policy, name: str) -> Replica:
    """A process with these rules, whether or not they are in force."""
    store, clock, runs, people = StoppingStore(database), world.clock, world.server, world.people
    access = Access(people, policy, TEAM)
    recorder = Recorder(store, access, clock, wake)
    policies = FakePolicies(runs)
    hurdles = Hurdles(policies)
    reader = Reader(runs, store, recorder, clock, ORGANIZATIONS, hurdles)
    finder = Finder(runs, store, reader, access, ORGANIZATIONS)
    memberships = FakeMemberships()
    projects = ProjectNames(Projects(memberships, ORGANIZATIONS), store, policy)
    knowledge = Knowledge(store, Recipes(runs, store, recorder, reader, clock, hurdles, projects), ORGANIZATIONS, clock.now())
    ruling, sharing = RulesInForce(store, clock, policy), Sharing(world.chat, clock)
    freezing = Freezing(store, knowledge, finder, access, sharing, ruling, clock, wake, InFlight(store, PACE))
    evidence = Evidence(runs, policies, Contents(runs.texts), store, access, policy, clock)
    kinship, names = Kinship(memberships, people, clock), Names(people, clock, TEAM)
    voting = Voting(store, evidence, kinship, ruling, names, clock, hurdles, freezing.in_force)
    calls = Calls(runs, policies, FakeHistories(runs))
    intents = Intents(calls, store, reader, clock, PACE, Loops(painter=wake, intents=wake), name, SendCheck(policy, clock))
    glass = Glass(access, policy)
    return Replica(
        policy=policy,
        approvals=Approvals(store, finder, reader, access, intents, voting, ruling, sharing, glass, clock, wake),
        freezing=freezing,
        intents=intents,
        reader=reader,
        pictures=Pictures(URL),
        store=store,
    )


def wake() -> None:
    """Loops run only when the machine says so."""
