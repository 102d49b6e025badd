"""The state machine: people, loops and operators act on two replicas in any order, and stop or die between any two commits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy import select

from bot.core.commands.freezes import DeclareFreeze, LiftFreeze
from bot.core.decisions import IntentState
from bot.core.errors import RunbellError
from bot.core.people import Standing
from bot.core.policy import Policy
from bot.core.runs import CONFIRM, Action
from bot.services.approvals import Acted
from bot.services.freezing import Declared
from bot.services.ruling import RulesInForce
from bot.store.tables import decisions, gates, intents, votes
from bot.store.votes import OF_ROUND
from tests.approvals.model import HUMANS, Found, Model, Operation, Rule, Run, Violation, Vote, covers
from tests.approvals.replicas import CURRENT, Replica, Running, Server, World, start
from tests.approvals.sites import Site, actor_of, empty, group_id, policy_of, slack_id
from tests.approvals.steps import CREATORS, GROUPS, PEOPLE, RUNS_MOST, STEPS, Step
from tests.fakes.chat import FakeChat, FakePeople
from tests.services.house import DEPLOYS, TEAM, TestClock

Answer = TypeVar("Answer")
Work = Callable[[Replica], Coroutine[Any, Any, Any]]

FREEZE_SECONDS = 600
DONE = {IntentState.SETTLED, IntentState.SENT, IntentState.UNSURE, IntentState.PENDING}
SEND_WITHIN = timedelta(seconds=200)
"""A decision that is younger when everything rests has to be carried out. The product gives up after 300 seconds."""

OPEN_ROUND = gates.c.gate == CONFIRM
VOTES = select(votes).join(gates, OF_ROUND).where(OPEN_ROUND).order_by(votes.c.at, votes.c.person)
DECIDED = (
    select(decisions.c.run_id, intents.c.state)
    .join(gates, (gates.c.run_id == decisions.c.run_id) & (gates.c.gate == decisions.c.gate) & (gates.c.round == decisions.c.round))
    .join(intents, intents.c.id == decisions.c.intent_id)
    .where(OPEN_ROUND)
)


class Machine(RuleBasedStateMachine):
    """Everything but the rule that draws steps."""

    def __init__(self, site: Site, *, rests: bool = True) -> None:
        super().__init__()
        self.site, self.clock, self.rests = site, site.clock, rests
        self.steps: list[str] = []
        self.is_broken = False
        self.paused: list[Running] = []
        self.clock.time = self.began_at = TestClock().time
        self.server, self.people = Server(self.clock), FakePeople()
        self.people.home = TEAM
        self.world = World(self.clock, self.server, self.people, FakeChat(now=self.clock.now))
        self.server.received = self.received
        self.members, self.groups = frozenset(PEOPLE), dict(GROUPS)
        for person in PEOPLE:
            self.people.add(slack_id(person), person)
        for group in self.groups:
            self.show_group(group)
        self.model = Model([(0, self.members, dict(self.groups))], {}, "")
        self.policies: dict[str, Policy] = {}
        self.run(empty(site.databases[0]))
        self.put_in_force(())
        self.replicas = [self.started(0), self.started(1)]

    # What happens

    @initialize(kind=st.sampled_from(("prod", "Dev")), creator=st.sampled_from(tuple(CREATORS)))
    def begin(self, kind: str, creator: str) -> None:
        self.open_run(kind, creator)

    def perform(self, step: Step) -> None:
        name, about = step
        self.watch(lambda: getattr(self, name)(**about))

    def watch(self, work: Callable[[], None]) -> None:
        """Raise every violation at one line: Hypothesis takes other lines for other faults, and makes an example of each as short."""
        violation = ""
        try:
            work()
        except Violation as found:
            violation, self.is_broken = str(found), True
        if violation:
            raise Violation(violation)

    def open_run(self, kind: str, creator: str) -> None:
        """A run waits for a decision."""
        if len(self.model.runs) == RUNS_MOST:
            return
        self.log("open_run", kind, creator)
        number = len(self.model.runs) + 1
        workspace = self.server.add_workspace(f"Shop-{number}-{kind}")
        run = self.server.add_run(workspace, "planned", created_by=CREATORS[creator])
        plan = f"create-first-{number}"
        self.server.show_plan(run.id, plan)
        self.run(self.replicas[0].reader.read(run.id))
        self.model.runs[run.id] = Run(workspace.name, creator, [(self.model.events, plan)])

    def approve(self, replica: int, person: str, run: int, pause: int, *, saw_first: bool) -> None:
        """A person approves the plan that the run shows, or the one that it showed first."""
        run_id = self.run_id(run)
        self.log("approve", replica, person, run_id, "the first plan" if saw_first else "", pause)
        self.do(*self.approval(replica, person, run_id, saw_first=saw_first), pause)

    def approve_at_once(self, person: str, other: str, run: int) -> None:
        """Two people approve at the same moment, each on another replica, and nothing keeps their transactions in order."""
        run_id = self.run_id(run)
        self.log("approve_at_once", person, other, run_id)
        self.do_at_once(self.approval(0, person, run_id), self.approval(1, other, run_id))

    def take_back(self, replica: int, person: str, run: int, pause: int, *, discards: bool) -> None:
        """A person takes their vote back, or discards the run."""
        run_id, actor = self.run_id(run), actor_of(person)
        self.log("discard" if discards else "take_back", replica, person, run_id, pause)
        about = self.operation("discard" if discards else "withdraw", replica, run=run_id, person=person)
        self.do(about, replica, lambda one: one.discard(run_id, actor) if discards else one.take_back(run_id, actor), pause)

    def change_plan(self, run: int, effect: str) -> None:
        """The run shows another plan; rules about plans may apply to it that did not apply before."""
        run_id = self.run_id(run)
        self.log("change_plan", run_id, effect)
        self.happen()
        if self.model.runs[run_id].status == "waiting":
            plan = f"{effect}-{self.model.events}"
            self.server.show_plan(run_id, plan)
            self.model.runs[run_id].plans.append((self.model.events, plan))

    def activate(self, rules: tuple[Rule, ...], restarted: tuple[int, ...]) -> None:
        """An operator activates other rules, and restarts some of the replicas with them."""
        self.log("activate", *rules, restarted)
        self.put_in_force(rules)
        for number in restarted:
            self.restart(number)

    def freeze(self, replica: int, run: int, form: str, pause: int, *, ends: bool) -> None:
        glob = self.glob(self.run_id(run), form)
        self.log("freeze", replica, glob, "for a while" if ends else "", pause)
        wish = DeclareFreeze(glob, "the sale", f"{FREEZE_SECONDS}s" if ends else "")
        about = self.operation("freeze", replica, glob=glob.lower())
        self.do(about, replica, lambda one: one.freezing.declare(wish, actor_of("ana"), DEPLOYS), pause)

    def unfreeze(self, replica: int, run: int, form: str, pause: int) -> None:
        glob = self.glob(self.run_id(run), form)
        self.log("unfreeze", replica, glob, pause)
        self.end_freeze(replica, glob, pause)

    def change_person(self, person: str, standing: str) -> None:
        """Somebody leaves, or comes back."""
        self.log("change_person", person, standing)
        self.people.add(slack_id(person), person, Standing(standing))
        self.members = self.members | {person} if standing == "member" else self.members - {person}
        self.change_people()

    def change_group(self, group: str, person: str, *, joins: bool) -> None:
        """Somebody joins a group or leaves it, with all their accounts."""
        self.log("change_group", group, person, "joins" if joins else "leaves")
        accounts = {person, *(account for account, human in HUMANS.items() if human == person)}
        self.groups[group] = self.groups[group] | accounts if joins else self.groups[group] - accounts
        self.show_group(group)
        self.change_people()

    def tick(self, replica: int, seconds: int, pause: int) -> None:
        """After a while, a replica sends what was decided and not sent, and settles what has no answer."""
        self.log("tick", replica, seconds, pause)
        self.pass_time(seconds)
        self.do(self.operation("tick", replica), replica, lambda one: one.intents.tick(self.clock.now()), pause)

    def trouble_server(self, trouble: str) -> None:
        """The next request goes wrong in this way."""
        self.log("trouble_server", trouble)
        self.server.troubles.append(trouble)

    def resume(self, *, first: bool) -> None:
        """What was stopped first, or last, goes on to its end."""
        if self.paused:
            self.log("resume", "first" if first else "last")
            self.let_go_on(self.paused.pop(0 if first else -1))

    def kill(self, replica: int) -> None:
        """A process ends where it is, and another takes its place with the rules in force."""
        self.log("kill", replica)
        self.restart(replica)

    def teardown(self) -> None:
        try:
            if self.rests and not self.is_broken:
                self.watch(self.come_to_rest)
        finally:
            for running in self.paused:
                self.site.runner.run(running.kill())

    # How it rests

    def come_to_rest(self) -> None:
        """Nothing goes wrong any more: what is decided is carried out and shown, and what can be granted is granted."""
        self.server.troubles.clear()
        while self.paused:
            self.let_go_on(self.paused.pop(0))
        for number in (0, 1):
            self.restart(number)
        due = self.run(self.due())
        for number in (0, 1) * 6:
            self.pass_time(15)
            self.do(self.operation("tick", number), number, lambda one: one.intents.tick(self.clock.now()))
        self.check_rest(due)
        for glob in tuple(self.model.freezes):
            self.end_freeze(0, glob)
        for run_id, run in self.model.runs.items():
            for person in PEOPLE:
                if run.status == "waiting":
                    self.do(*self.approval(0, person, run_id))

    def check_rest(self, due: set[str]) -> None:
        for run_id, run in self.model.runs.items():
            if run.decided != ("" if run.status == "waiting" else "settled"):
                self.break_off(f"{run_id} is {run.status}, and its decision is {run.decided or 'none'}")
            if run_id in due and run.status != "apply":
                self.break_off(f"{run_id} was granted and is {run.status}")
            self.check_picture(run_id, run)

    async def due(self) -> set[str]:
        """The runs whose decision was not sent yet, while nothing speaks against it."""
        async with self.site.databases[0].read() as transaction:
            waiting = await transaction.intents.open()
        young = [one for one in waiting if self.clock.now() - one.created_at < SEND_WITHIN and one.state is IntentState.PENDING]
        model, people_now = self.model, self.model.people[-1]
        return {
            str(one.run_id)
            for one in young
            for run in [model.runs[str(one.run_id)]]
            if one.applies
            and model.judge(run, run.plans[-1][1], model.in_force, run.votes, people_now)[1]
            and not any(covers(glob, run) for glob in model.freezes)
        }

    def check_picture(self, run_id: str, run: Run) -> None:
        picture = self.run(self.replicas[1].picture(run_id))
        if run.status == "waiting" and Action.APPLY not in picture.buttons:
            self.break_off(f"{run_id} waits and can't be approved")
        asks = {Action.APPLY, Action.DISCARD} & {*picture.buttons}
        if run.status != "waiting" and (asks or picture.decision is None or not picture.decision_stands):
            self.break_off(f"{run_id} was decided and is not shown so")

    # How it is done

    def log(self, name: str, *about: object) -> None:
        self.steps.append(" ".join([name, *(str(one) for one in about if one not in {"", 0} or one is False)]))

    def run(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        return self.site.runner.run(work)

    def break_off(self, sentence: str) -> None:
        raise Violation(sentence)

    def pass_time(self, seconds: float) -> None:
        self.clock.move(seconds)
        self.model.move(seconds)

    def happen(self) -> None:
        """Something happens in the world, and operations that are under way may have seen it or not."""
        self.pass_time(1)
        self.model.events += 1

    def operation(self, kind: str, replica: int, **about: Any) -> Operation:
        return Operation(kind, rules=self.replicas[replica].policy.hash, **about)

    def approval(self, replica: int, person: str, run: str, *, saw_first: bool = False) -> tuple[Operation, int, Work]:
        plan = self.model.runs[run].plans[0 if saw_first else -1][1]
        about = self.operation("approve", replica, run=run, person=person, plan=plan)
        return about, replica, lambda one: one.approve(run, actor_of(person), self.server.digests[plan])

    def end_freeze(self, replica: int, glob: str, pause: int = 0) -> None:
        about = self.operation("unfreeze", replica, glob=glob.lower())
        self.do(about, replica, lambda one: one.freezing.lift(LiftFreeze(glob), actor_of("ana"), DEPLOYS), pause)

    def do(self, operation: Operation, replica: int, work: Work, pause: int = 0) -> None:
        """Begin an operation, and go on until it ends or stops."""
        self.pass_time(1)
        self.model.begin(operation)
        running = Running(operation, replica, pause)
        self.run(running.start(work(self.replicas[replica])))
        self.conclude(running)

    def do_at_once(self, *works: tuple[Operation, int, Work]) -> None:
        self.pass_time(1)
        for operation, _, _ in works:
            self.model.begin(operation)
        self.model.events += 1  # whichever comes first is what happened meanwhile to the other
        every = [(Running(operation, replica), work(self.replicas[replica])) for operation, replica, work in works]

        async def together() -> None:
            await asyncio.gather(*(running.start(work) for running, work in every))

        self.run(together())
        for running, _ in every:
            self.conclude(running)

    def let_go_on(self, running: Running) -> None:
        self.pass_time(1)
        self.run(running.go_on())
        self.conclude(running)

    def conclude(self, running: Running) -> None:
        """Compare what came of it with the model."""
        assert running.task is not None
        if running.task.done():
            self.model.end(running.operation, *outcome_of(running.task, self.run(self.found())))
        else:
            self.paused.append(running)
            self.model.adopt(self.run(self.found()))

    def restart(self, replica: int) -> None:
        for running in [one for one in self.paused if one.replica == replica]:
            self.paused.remove(running)
            self.run(running.kill())
            self.model.events += 1
            self.model.active.remove(running.operation)
            self.model.uncertain.append(running.operation)
        self.model.adopt(self.run(self.found()))
        self.replicas[replica] = self.started(replica)

    def started(self, replica: int) -> Replica:
        return start(self.site.databases[replica], self.world, self.policies[self.model.in_force], f"replica {replica}")

    def put_in_force(self, rules: tuple[Rule, ...]) -> None:
        self.happen()
        name = f"rules-{len(self.policies)}"
        self.policies[name] = policy_of(name, rules)
        done = self.run(RulesInForce(self.site.databases[0], self.clock, self.policies[name]).put_in_force("an operator"))
        self.model.activate(name, rules, {one.run_id for one in done.under_way})

    def run_id(self, number: int) -> str:
        """Return a run by its number; 0 is the newest."""
        run_ids = list(self.model.runs)
        return run_ids[-1 - number % len(run_ids)]

    def glob(self, run: str, form: str) -> str:
        name = self.model.runs[run].workspace
        return {"name": name, "NAME": name.upper(), "*-kind": f"*-{name.rpartition('-')[2].upper()}", "*": "*"}[form]

    def change_people(self) -> None:
        self.happen()
        self.model.people.append((self.model.events, self.members, dict(self.groups)))

    def show_group(self, group: str) -> None:
        self.people.groups[group_id(group)] = frozenset(map(slack_id, self.groups[group]))

    def received(self, action: str, run_id: str, answer: str) -> None:
        running = CURRENT.get()
        assert running is not None, "a request that nobody asked for"
        self.model.request(running.operation, run_id, action, answer)

    async def found(self) -> Found:
        """What the database says, in the words of the model."""
        names = {digest: plan for plan, digest in self.server.digests.items()}
        found: dict[str, list[Vote]] = {run_id: [] for run_id in self.model.runs}
        async with self.site.databases[0].read() as transaction:
            connection = transaction.gates.connection
            for vote in await connection.execute(VOTES):
                found[vote.run_id].append((vote.person[2:].lower(), names[vote.plan_digest], vote.rules_hash))
            decided = {row.run_id: str(row.state) for row in await connection.execute(DECIDED)}
            freezes = [one for one in await transaction.freezes.all() if not one.is_over(self.clock.now())]
            rules = await transaction.rules.hash_in_force()
        ends = {one.pattern.lower(): self.since_began(one.until) for one in freezes}
        return found, decided, ends, str(rules)

    def since_began(self, moment: datetime | None) -> float:
        return (moment - self.began_at).total_seconds() if moment is not None else 0


class ApprovalMachine(Machine):
    @rule(step=STEPS)
    def go_on(self, step: Step) -> None:
        """One rule for all steps: of several, Hypothesis leaves some out in each example, and the interesting stories need them all."""
        self.perform(step)


def outcome_of(task: asyncio.Task[Any], found: Found) -> tuple[str, Found, frozenset[str]]:
    error = task.exception()
    if isinstance(error, RunbellError):
        return "refused", found, frozenset()
    if error is not None:
        raise error
    result = task.result()
    named = frozenset(one.run_id for one in result.under_way) if isinstance(result, Declared) else frozenset()
    if isinstance(result, Acted) and result.outcome not in DONE:
        return "noted" if result.outcome is None else "refused", found, named
    return "done", found, named
