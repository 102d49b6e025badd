"""What the use cases may rely on at the ports beside Runs: each test runs on the fakes, and on the client with the sandbox behind it."""

from __future__ import annotations

import io
import tarfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.core.configurations import NewConfiguration
from bot.core.errors import NotVisible, RequestRefused, StateMovedOn
from bot.core.locks import Lock
from bot.core.logs import Part
from bot.core.notifications import NewNotification, Scope
from bot.core.workspaces import Workspace
from bot.sandbox.clock import Clock
from bot.sandbox.faults import Faults
from bot.sandbox.terraform.records import Script
from bot.sandbox.terraform.samples import Sample
from bot.sandbox.terraform.server import open_runs_api
from bot.services.ports import Configurations, Histories, Locks, Logs, Memberships, PlanTexts, Policies, Webhooks
from bot.terraform.client import TerraformClient
from tests.contracts.benches import ORGANIZATION, SHOP, SPEED
from tests.contracts.test_families import hearing
from tests.fakes.terraform import (
    FakeConfigurations,
    FakeHistories,
    FakeLocks,
    FakeLogs,
    FakeMemberships,
    FakePlanTexts,
    FakePolicies,
    FakeWebhooks,
)

DEAD = "http://127.0.0.1:9/hook"


@dataclass(frozen=True, slots=True)
class Ports:
    """All of one world, in which there is the workspace shop; `spoil` has the next upload be one that the server cannot read."""

    workspace_id: str
    configurations: Configurations
    histories: Histories
    locks: Locks
    logs: Logs
    memberships: Memberships
    plan_texts: PlanTexts
    policies: Policies
    webhooks: Webhooks
    spoil: Callable[[Path], object]


@pytest.fixture(params=["fake", "sandbox"])
async def ports(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Ports]:
    if request.param == "fake":
        yield faked()
        return
    samples = (Sample(SHOP, "dns", "", Script(additions=1)),)
    async with (
        open_runs_api(Clock(SPEED), Faults(), "secret", tmp_path / "world", engine="scripted", samples=samples) as server,
        TerraformClient(server.address, server.user_token.secret) as client,
    ):
        yield Ports(
            workspace_id=(await client.read_workspace(ORGANIZATION, SHOP)).id,
            configurations=client.configurations,
            histories=client.histories,
            locks=client.locks,
            logs=client.logs,
            memberships=client.organizations,
            plan_texts=client.plan_texts,
            policies=client.policies,
            webhooks=client.webhooks,
            spoil=lambda path: path.write_bytes(b"no archive"),
        )


def faked() -> Ports:
    shop = Workspace(id="ws-Fake", name=SHOP, organization=ORGANIZATION)
    webhooks, configurations = FakeWebhooks(), FakeConfigurations()
    webhooks.dead.add(DEAD)

    def spoil(path: Path) -> None:
        path.write_bytes(b"no archive")
        configurations.refusal = "the archive cannot be read"

    return Ports(
        workspace_id=shop.id,
        configurations=configurations,
        histories=FakeHistories(),
        locks=FakeLocks(shop),
        logs=FakeLogs(),
        memberships=FakeMemberships(),
        plan_texts=FakePlanTexts(),
        policies=FakePolicies(),
        webhooks=webhooks,
        spoil=spoil,
    )


def archive(path: Path) -> Path:
    content = b'resource "terraform_data" "x" {}\n'
    with tarfile.open(path, "w:gz") as packed:
        entry = tarfile.TarInfo("./main.tf")
        entry.size = len(content)
        packed.addfile(entry, io.BytesIO(content))
    return path


async def test_a_configuration_is_made_uploaded_and_read(ports: Ports, tmp_path: Path) -> None:
    made = await ports.configurations.create(NewConfiguration(workspace_id=ports.workspace_id, speculative=True))
    assert (made.status_word, made.speculative, bool(made.upload_url)) == ("pending", True, True)
    taken = await ports.configurations.upload(made, archive(tmp_path / "shop.tar.gz"))
    assert taken.is_usable
    assert await ports.configurations.read(made.id) == taken
    assert not taken.upload_url
    newest, *older = await ports.configurations.newest(ports.workspace_id)
    assert (newest, made.id in {one.id for one in older}) == (taken, False)


async def test_a_configuration_that_cannot_be_read_is_refused(ports: Ports, tmp_path: Path) -> None:
    made = await ports.configurations.create(NewConfiguration(workspace_id=ports.workspace_id))
    ports.spoil(tmp_path / "junk")
    with pytest.raises(RequestRefused):
        await ports.configurations.upload(made, tmp_path / "junk")
    assert (await ports.configurations.read(made.id)).status_word == "errored"


async def test_a_workspace_is_locked_once_and_unlocked_once(ports: Ports) -> None:
    assert not (await ports.locks.detail(ports.workspace_id)).lock.is_locked
    lock = await ports.locks.lock(ports.workspace_id, "maintenance")
    assert (lock.is_locked, lock.reason, lock.workspace_id) == (True, "maintenance", ports.workspace_id)
    with pytest.raises(StateMovedOn):
        await ports.locks.lock(ports.workspace_id, "again")
    held = (await ports.locks.detail(ports.workspace_id)).lock
    assert (held.is_locked, held.holder_kind, bool(held.holder_name)) == (True, "users", True)
    assert await ports.locks.unlock(ports.workspace_id) == Lock(workspace_id=ports.workspace_id, is_locked=False)
    for again in (ports.locks.unlock, ports.locks.force_unlock):
        with pytest.raises(StateMovedOn):
            await again(ports.workspace_id)


async def test_a_lock_is_taken_away_by_force(ports: Ports) -> None:
    await ports.locks.lock(ports.workspace_id, "")
    assert not (await ports.locks.force_unlock(ports.workspace_id)).is_locked


async def test_a_webhook_is_kept_only_where_its_address_answers(ports: Ports) -> None:
    async with hearing() as (url, _):
        made = await ports.webhooks.create(wish(ports, url))
        assert (made.url, made.enabled, "run:needs_attention" in made.triggers) == (url, True, True)
        assert [each.id for each in await ports.webhooks.all(Scope.WORKSPACE, ports.workspace_id)] == [made.id]
        assert (await ports.webhooks.verify(made.id)).id == made.id
        assert not (await ports.webhooks.enable(made.id, enabled=False)).enabled
        for _ in range(2):
            await ports.webhooks.remove(made.id)
    with pytest.raises(RequestRefused):
        await ports.webhooks.create(wish(ports, DEAD))
    assert await ports.webhooks.all(Scope.WORKSPACE, ports.workspace_id) == ()


async def test_what_is_not_there_is_not_visible(ports: Ports, tmp_path: Path) -> None:
    for question in (
        ports.configurations.read("cv-none"),
        ports.histories.events("run-none"),
        ports.locks.detail("ws-none"),
        ports.locks.lock("ws-none", ""),
        ports.logs.read(Part.PLAN, "plan-none"),
        ports.logs.save(Part.APPLY, "apply-none", tmp_path / "log", 10),
        ports.plan_texts.save("plan-none", tmp_path / "plan", 10),
        ports.policies.checks("run-none"),
        ports.policies.output("polchk-none"),
        ports.policies.stages("run-none"),
        ports.policies.stage("ts-none"),
        ports.policies.outcomes("poleval-none"),
        ports.policies.override_check("polchk-none", ""),
        ports.policies.override_stage("ts-none", ""),
        ports.policies.cost("ce-none"),
        ports.webhooks.verify("nc-none"),
    ):
        with pytest.raises(NotVisible):
            await question


async def test_nobody_is_a_member_whose_name_is_not(ports: Ports) -> None:
    assert (await ports.memberships.members(ORGANIZATION, query="nobody-of-this-name")).members == ()
    assert (await ports.memberships.projects(ORGANIZATION, names=("no-such-project",))).projects == ()


def wish(ports: Ports, url: str) -> NewNotification:
    return NewNotification(scope=Scope.WORKSPACE, owner_id=ports.workspace_id, name="runbell", url=url, secret="s3cret")
