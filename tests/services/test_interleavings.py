"""Looks, webhooks, commands and late answers in any order: nothing goes back, nothing is missed, nothing is told twice."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from datetime import datetime
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.commands.watches import AddWatch
from bot.core.messages import Kind
from bot.core.runs import Run
from bot.core.workspaces import Workspace
from bot.services.memory import Memory
from bot.services.recipes import sightings
from bot.services.recording import Sighting
from tests.services.house import ANA, DEPLOYS, House, open_house

ORGANIZATIONS = ("acme", "globex")
ON_THE_SERVER = ("run begins", "plan-only run begins", "workspace begins", "plan is there", "plan is empty", "run errs", "run is decided")
OF_OURS = ("look", "look later", "word comes", "read is held", "page is held", "held answer comes", "paint", "process begins anew")
STEPS = st.lists(st.tuples(st.sampled_from(ON_THE_SERVER * 2 + OF_OURS), st.integers(0, 40)), max_size=40)


class Life:
    """A world that moves, and the answers that it has given and that have not arrived yet."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.workspaces: list[Workspace] = []
        self.runs: list[str] = []
        self.held: list[tuple[list[Sighting], datetime]] = []
        self.reached: dict[str, int] = {}

    async def begin(self) -> None:
        self.workspaces = [self.house.runs.add_workspace("first", organization) for organization in ORGANIZATIONS]
        await self.house.poll()
        await self.house.watching.add(AddWatch("*/*"), ANA, DEPLOYS)

    async def step(self, name: str, choice: int) -> None:
        self.house.clock.move(0.5)
        if name in ON_THE_SERVER:
            self.move_the_world(name, choice)
        else:
            await self.do(name, choice)
        await self.expect_nothing_went_back()

    def move_the_world(self, name: str, choice: int) -> None:
        workspace = self.workspaces[choice % len(self.workspaces)]
        match name:
            case "run begins" | "plan-only run begins":
                self.runs.append(self.house.runs.add_run(workspace, plan_only=name.startswith("plan-only")).id)
            case "workspace begins":
                self.workspaces.append(self.house.runs.add_workspace(f"later-{len(self.workspaces)}", ORGANIZATIONS[choice % 2]))
            case "plan is there" | "plan is empty":
                if run_id := self.one_that_is({"planning", "pending"} if self.is_plan_only(choice) else {"planning"}, choice):
                    self.house.runs.finish_plan(run_id, additions=int(name == "plan is there"))
            case "run errs":
                if run_id := self.one_that_is({"planning"}, choice):
                    self.house.runs.move(run_id, "errored")
            case _:
                if run_id := self.one_that_is({"planned"}, choice):
                    self.house.runs.move(run_id, ("applied", "discarded", "errored")[choice % 3])

    def is_plan_only(self, choice: int) -> bool:
        return bool(self.runs) and self.now(self.runs[choice % len(self.runs)]).plan_only

    def one_that_is(self, statuses: set[str], choice: int) -> str | None:
        able = [one for one in self.runs if self.now(one).status_word in statuses]
        return able[choice % len(able)] if able else None

    def now(self, run_id: str) -> Run:
        return self.house.runs.run(run_id)

    async def do(self, name: str, choice: int) -> None:
        match name:
            case "look" | "look later":
                await self.house.poll(1 if name == "look" else 20)
            case "word comes" if self.runs:
                await self.house.reader.read(self.runs[choice % len(self.runs)], hurry=bool(choice % 2))
            case "read is held" if self.runs:
                reading = self.house.runs._reading(self.runs[choice % len(self.runs)])
                assert reading.workspace is not None
                self.held.append(([Sighting(reading.run, reading.workspace, reading.plan)], self.house.clock.now()))
            case "page is held":
                page = self.house.runs._workspace_page(ORGANIZATIONS[choice % 2], 1, live_only=bool(choice % 4), newest_first=False)
                self.held.append((sightings(page), self.house.clock.now()))
            case "held answer comes" if self.held:
                await self.house.poller._recipes._note(*self.held.pop(choice % len(self.held)))
            case "process begins anew":
                self.house.recorder._memory = Memory()
            case _:
                await self.house.paint()

    async def expect_nothing_went_back(self) -> None:
        """A run only ever reaches more statuses, so what is stored may not show fewer than it did."""
        async with self.house.store.read() as transaction:
            stored = await transaction.runs.many(self.runs)
        for run_id, one in stored.items():
            reached = len(one.run.timestamps)
            assert reached >= self.reached.get(run_id, 0), f"{run_id} went back to {one.run.status_word}"
            self.reached[run_id] = reached

    async def settle(self) -> None:
        """Whatever was held arrives at last, and everybody has had their turns."""
        while self.held:
            await self.do("held answer comes", 0)
            await self.expect_nothing_went_back()
        for _ in range(5):
            await self.house.turn(20)

    async def expect_everything_is_told_once(self) -> None:
        messages = self.house.in_channel()
        told = Counter((message.run_picture.run.id, message.run_picture.kind) for message in messages)
        assert set(told.values()) <= {1}
        async with self.house.store.read() as transaction:
            stored = await transaction.runs.many(self.runs)
        for run_id in self.runs:
            run = self.now(run_id)
            assert run_id in stored, "missed"
            assert stored[run_id].run.status_word == run.status_word
            if run.gate is not None or run.has_failed:
                assert told[run_id, Kind.CARD] == 1
        for message in messages:
            picture = message.run_picture
            assert picture.run.status_word == self.now(picture.run.id).status_word, "the card is not up to date"
            assert bool(picture.buttons) == (self.now(picture.run.id).gate is not None)


async def lived(steps: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        async with open_house(Path(name), organizations=ORGANIZATIONS) as house:
            life = Life(house)
            await life.begin()
            for step in steps:
                await life.step(*step)
            await life.settle()
            await life.expect_everything_is_told_once()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_in_whichever_order_things_happen_every_run_that_waits_or_fails_is_told_once_and_nothing_goes_back(
    steps: list[tuple[str, int]],
) -> None:
    asyncio.run(lived(steps))


async def test_an_answer_that_comes_late_does_not_undo_a_newer_one() -> None:
    steps = ["run begins", "read is held", "page is held", "plan is there", "word comes", "paint", "held answer comes", "held answer comes"]
    await lived([(step, 0) for step in steps])


async def test_two_runs_of_one_workspace_that_came_and_went_while_nobody_looked_are_both_told() -> None:
    steps = ["run begins", "run errs", "run begins", "run errs", "run begins", "plan is there", "run is decided"]
    await lived([(step, 0) for step in steps])


async def test_runs_in_several_organizations_and_new_workspaces_are_told_without_a_restart() -> None:
    steps = [("workspace begins", 0), ("workspace begins", 1), *(("run begins", place) for place in range(4))]
    await lived([*steps, *(("plan is there", place) for place in range(4)), ("look", 0), ("paint", 0)])
