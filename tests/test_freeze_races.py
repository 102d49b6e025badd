"""Applies against freezes and activations, on two replicas and one PostgreSQL: nothing is sent after a confirmation that did not name it.

FREEZE_RACES is how often; `make bench-faults` asks for more. Every fourth race is against an activation.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest

from bot.app import App, build
from bot.core.commands.freezes import DeclareFreeze
from bot.core.commands.runs import RunReference
from bot.core.decisions import IntentState
from bot.core.errors import RunbellError
from bot.core.pace import Pace
from bot.core.policy import Actor, Place
from bot.core.runs import Action
from bot.policies import activate
from bot.sandbox.world import World
from bot.services.approvals import Acted
from bot.services.ruling import RulesInForce
from bot.services.sending import InFlight
from bot.store.schemas import migrate
from tests.postgres import bare_postgres_url, postgres_cluster
from tests.worlds import scripted_world, settings_of

__all__ = ["bare_postgres_url", "postgres_cluster"]

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(int(os.environ.get("FAULTS_TIMEOUT", "300")))]
RACES = int(os.environ["FREEZE_RACES"])
AT_ONCE = 2
WARM_UP = 4
SLOW = 0.05
"""Seconds that a request to apply needs to the server, and its answer back, at most."""
IMPATIENT = Pace(answers_within=0.02, answers_every=0.005)
ANA = Actor(id="U0ANA", team_id="T0ACME", name="ana")
DEPLOYS = Place(channel="C0DEPLOYS", channel_name="deploys")


class Wire:
    """The way to the server, which is slow for applies: which have left, and which were answered, by run."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, chance: random.Random) -> None:
        self.left: dict[str, float] = {}
        self.answered: set[str] = set()
        send: Callable[..., Awaitable[httpx.Response]] = httpx.AsyncHTTPTransport.handle_async_request

        async def slowly(transport: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
            if not request.url.path.endswith("/actions/apply"):
                return await send(transport, request)
            run_id = request.url.path.split("/")[-3]
            assert run_id not in self.left, "sent twice"
            await asyncio.sleep(chance.uniform(0, SLOW))
            self.left[run_id] = asyncio.get_running_loop().time()
            answer = await send(transport, request)
            await asyncio.sleep(chance.uniform(0, SLOW))
            self.answered.add(run_id)
            return answer

        monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", slowly)


@dataclass
class Races:
    """`violations` are runs that were sent, or not answered, after a confirmation that did not name them.

    `took` is how long a click takes until the server hears of it, `confirming` how long a confirmation takes, by which they are timed.
    """

    world: World
    replicas: tuple[App, App]
    wire: Wire
    chance: random.Random
    monkeypatch: pytest.MonkeyPatch
    violations: list[str] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)
    took: float = 0.1
    confirming: float = 0.1

    def __post_init__(self) -> None:
        """One replica waits for answers as it would, the other so shortly that it has to name some."""
        self.waits = dict(zip(map(id, self.replicas), (IMPATIENT, self.replicas[1].pace), strict=True))
        for replica in self.replicas:
            self.monkeypatch.setattr(replica.work.services.freezing, "_in_flight", self.in_flight(replica))

    def in_flight(self, replica: App) -> InFlight:
        return InFlight(replica.database, self.waits[id(replica)])

    def planned(self) -> list[str]:
        return [run.id for run in self.world.runs_api.context.store.runs.values() if run.status == "planned"]

    def workspace(self, run_id: str) -> str:
        store = self.world.runs_api.context.store
        return store.workspace_of(store.run(run_id)).name

    async def shown(self, replica: App, run_id: str) -> str:
        """The digest of the plan, as the person was shown it before: by the other replica, so that the click has everything to read."""
        preview = await replica.work.services.previews.about(Action.APPLY, RunReference(run_id=run_id), ANA, DEPLOYS)
        return preview.digest

    async def applied(self, replica: App, run_id: str, shown: str) -> Acted | RunbellError:
        try:
            return await replica.work.services.approvals.act(Action.APPLY, RunReference(run_id=run_id), ANA, DEPLOYS, shown=shown)
        except RunbellError as error:
            return error

    async def warm_up(self, run_ids: list[str]) -> None:
        now, took, confirming = asyncio.get_running_loop().time, [], []
        for number, run_id in enumerate(run_ids):
            replica, other = self.replicas[number % 2], self.replicas[1 - number % 2]
            shown = await self.shown(other, run_id)
            began = now()
            acted = await self.applied(replica, run_id, shown)
            assert isinstance(acted, Acted), acted
            assert acted.outcome is IntentState.SETTLED
            took.append(self.wire.left[run_id] - began)
            began = now()
            await self.freeze(other, run_id)
            confirming.append(now() - began)
            await self.thaw(other)
        self.took, self.confirming = min(took), min(confirming)

    async def race(self, number: int, part: float, run_id: str, confirm: Callable[[App, str], Awaitable[frozenset[str]]]) -> None:
        """`confirm` returns the ids of the runs that it names.

        `part` spreads the races: at 0 the confirmation is about over when the click comes, at 1 the run is applied when it begins.
        """
        one, two = self.replicas if number % 2 else reversed(self.replicas)
        shown = await self.shown(two, run_id)
        delay = part * (self.confirming + 1.2 * self.took) - self.confirming
        acted, (named, settled) = await asyncio.gather(
            self.clicked(one, run_id, shown, max(0.0, -delay)), self.confirmed(two, run_id, confirm, max(0.0, delay))
        )
        if run_id in self.wire.left and not settled and not named:
            self.violations.append(run_id)
        self.ends[end_of(acted, named=named, settled=settled)] += 1

    async def clicked(self, replica: App, run_id: str, shown: str, delay: float) -> Acted | RunbellError:
        now = asyncio.get_running_loop().time
        await asyncio.sleep(delay)
        began = now()
        acted = await self.applied(replica, run_id, shown)
        if run_id in self.wire.left:
            self.took += (self.wire.left[run_id] - began - self.took) / 5  # the machine is not always as quick
        return acted

    async def confirmed(
        self, replica: App, run_id: str, confirm: Callable[[App, str], Awaitable[frozenset[str]]], delay: float
    ) -> tuple[bool, bool]:
        """Whether the confirmation named the run, and whether that was answered when it came."""
        now = asyncio.get_running_loop().time
        await asyncio.sleep(delay)
        began = now()
        named = run_id in await confirm(replica, run_id)
        settled = run_id in self.wire.answered
        self.confirming += (now() - began - self.confirming) / 5  # as above
        return named, settled

    async def freeze(self, replica: App, run_id: str) -> frozenset[str]:
        wish = DeclareFreeze(self.workspace(run_id), "a race")
        done = await replica.work.services.freezing.declare(wish, ANA, DEPLOYS)
        return frozenset(one.run_id for one in done.under_way)

    async def thaw(self, replica: App) -> None:
        async with replica.database.write() as transaction:
            await transaction.freezes.remove(await transaction.freezes.all())

    async def activate_others(self, replica: App, _run_id: str) -> frozenset[str]:
        """As `runbell policy activate` does it."""
        other = RulesInForce(replica.database, replica.database.clock, replace(replica.ruling.policy, hash="others"))
        done = await other.put_in_force("an operator")
        under_way = await self.in_flight(replica).unanswered(done.under_way)
        return frozenset(one.run_id for one in under_way)


def end_of(acted: Acted | RunbellError, *, named: bool, settled: bool) -> str:
    if isinstance(acted, RunbellError):
        return type(acted).__name__
    if acted.outcome is None:
        return "held by the vote"
    return "named" if named else "answered before" if settled else f"{acted.outcome} without a word"


def spread(chance: random.Random, many: int) -> list[float]:
    """From 0 to 1, one by chance in each of so many equal parts, in any order."""
    parts = [(number + chance.random()) / many for number in range(many)]
    chance.shuffle(parts)
    return parts


@pytest.fixture
async def races(tmp_path: Path, bare_postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Races]:
    many = 2 * (RACES + WARM_UP)
    async with scripted_world(workspaces=many, live=many) as world, AsyncExitStack() as stack:
        world.runs_api.context.limits.per_second = None
        settings = settings_of(world, tmp_path, DATABASE_URL=bare_postgres_url, RUNBELL_TEST_SERVER_SPEED="100")
        await migrate(bare_postgres_url)
        assert await activate(bare_postgres_url, tmp_path / "runbell.toml", without_file=False)
        one, two = [await stack.enter_async_context(build(settings)) for _ in range(2)]
        chance = random.Random(0)  # noqa: S311 - it only spreads the races
        yield Races(world, (one, two), Wire(monkeypatch, chance), chance, monkeypatch)


async def test_nothing_is_sent_after_a_confirmation_that_did_not_name_it(races: Races) -> None:
    run_ids = races.planned()[: RACES + WARM_UP]
    assert len(run_ids) == RACES + WARM_UP
    await races.warm_up(run_ids[:WARM_UP])
    against_rules, against_freezes = run_ids[WARM_UP::4], [one for n, one in enumerate(run_ids[WARM_UP:]) if n % 4]
    parts = iter(spread(races.chance, len(against_freezes)))
    for begin in range(0, len(against_freezes), AT_ONCE):
        some = against_freezes[begin : begin + AT_ONCE]
        await asyncio.gather(*(races.race(begin + n, next(parts), run_id, races.freeze) for n, run_id in enumerate(some)))
        await races.thaw(races.replicas[0])
    for number, (part, run_id) in enumerate(zip(spread(races.chance, len(against_rules)), against_rules, strict=True)):
        await races.race(number, part, run_id, races.activate_others)
        await races.replicas[0].ruling.activate("an operator")
    print(f"{RACES} races: {dict(races.ends)}")  # noqa: T201 - shown by `make bench-faults`
    assert races.violations == []
    assert sum(races.ends.values()) == RACES
    assert WARM_UP < len(races.wire.left) < RACES + WARM_UP, "some are sent and some are not, or nothing has raced"
