"""The two worlds on which the contract of the Runs port is checked: the fake, and the client with the sandbox behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.core.errors import StateMovedOn
from bot.core.runs import Action, Run
from bot.sandbox.clock import Clock
from bot.sandbox.faults import Faults
from bot.sandbox.terraform.flavours import FlavourName
from bot.sandbox.terraform.records import Script
from bot.sandbox.terraform.samples import Sample
from bot.sandbox.terraform.server import open_runs_api
from bot.services.ports import Runs
from bot.terraform.client import TerraformClient
from tests.fakes.runs import FakeRuns

ORGANIZATION = "acme"
SHOP, DNS, DOCS, SLOW, STUBBORN = "shop", "dns", "docs", "slow", "stubborn"
NAMES = (SHOP, DNS, DOCS, SLOW, STUBBORN)
SPEED = 200.0
LOOKS = 400


class Bench(Protocol):
    """A world with the workspaces shop (one addition), dns (nothing to change), docs (auto-apply), slow (plans for ever) and stubborn
    (plans for ever, and is not ended by a cancel).

    `flavour` is the dialect that is spoken: what lesser ones lack the tests forgive them, and nothing else.
    """

    @property
    def runs(self) -> Runs: ...

    @property
    def admin(self) -> Runs:
        """With the token of somebody who may do everything."""

    @property
    def flavour(self) -> FlavourName: ...

    async def rest(self, run_id: str) -> Run:
        """The run once it waits for a person or has ended."""

    async def killed(self, run_id: str, comment: str) -> str:
        """Kill a canceled run as soon as the server lets that happen; the status that it ends with."""

    def lose_answer(self, method: str) -> None:
        """The next `act` or `create_run` is done, and its answer never comes."""


@dataclass(slots=True)
class FakeBench:
    fake: FakeRuns
    flavour: FlavourName = "hcp"

    @property
    def runs(self) -> Runs:
        return self.fake

    @property
    def admin(self) -> Runs:
        return self.fake

    async def rest(self, run_id: str) -> Run:
        run = self.fake.run(run_id)
        if run.status_word == "planning":
            is_dns = self.fake.workspace(run.workspace_id).name == DNS
            run = self.fake.finish_plan(run_id, additions=0 if is_dns else 1)
        if run.status_word == "confirmed":
            run = self.fake.move(run_id, "applied")
        return run

    async def killed(self, run_id: str, comment: str) -> str:
        await self.fake.force_cancel(run_id, comment)
        return self.fake.run(run_id).status_word

    def lose_answer(self, method: str) -> None:
        self.fake.lose_answer(method)


@dataclass(slots=True)
class SandboxBench:
    client: TerraformClient
    admin: TerraformClient
    faults: Faults
    flavour: FlavourName

    @property
    def runs(self) -> Runs:
        return self.client

    async def rest(self, run_id: str) -> Run:
        for _ in range(LOOKS):
            run = (await self.client.read_run(run_id)).run
            if run.is_final or (Action.APPLY in run.allowed and run.has_changes):
                return run
            await asyncio.sleep(0.01)
        raise AssertionError(f"{run_id} never came to rest")

    async def killed(self, run_id: str, comment: str) -> str:
        for _ in range(LOOKS):
            reading = await self.client.read_run(run_id)
            try:
                await self.admin.force_cancel(run_id, comment)
            except StateMovedOn:
                assert not reading.is_force_cancelable
                await asyncio.sleep(0.01)
            else:
                return (await self.rest(run_id)).status_word
        raise AssertionError(f"{run_id} could never be killed")

    def lose_answer(self, method: str) -> None:
        match = {"act": "POST /api/v2/runs/*/actions/*", "create_run": "POST /api/v2/runs"}[method]
        self.faults.add({"match": match, "kind": "lost", "times": 1}, side="terraform")


def open_fake_bench(flavour: FlavourName) -> FakeBench:
    fake = FakeRuns(ORGANIZATION)
    for name in NAMES:
        fake.add_workspace(name, auto_apply=name == DOCS)
    fake.stubborn.add(STUBBORN)
    fake.has_organization_runs = fake.heeds_filters = flavour == "hcp"
    fake.keeps_comments = fake.kills = fake.sends_along = flavour != "compatible"
    return FakeBench(fake, flavour)


@asynccontextmanager
async def open_sandbox_bench(folder: Path, flavour: FlavourName) -> AsyncIterator[SandboxBench]:
    samples = (
        Sample(SHOP, "dns", "", Script(additions=1)),
        Sample(DNS, "dns", "", Script(additions=0)),
        Sample(DOCS, "dns", "", Script(additions=1), auto_apply=True),
        Sample(SLOW, "dns", "", Script(additions=1, plan_seconds=1e6)),
        Sample(STUBBORN, "dns", "", Script(additions=1, plan_seconds=1e6, stubborn=True)),
    )
    faults = Faults()
    async with (
        open_runs_api(Clock(SPEED), faults, "secret", folder, engine="scripted", samples=samples, flavour=flavour) as server,
        TerraformClient(server.address, server.team_token.secret) as client,
        TerraformClient(server.address, server.user_token.secret) as admin,
    ):
        yield SandboxBench(client, admin, faults, flavour)
