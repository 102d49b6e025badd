"""The client's further families with the sandbox behind them: uploads, logs, plans, policies, locks, webhooks, members."""

from __future__ import annotations

import asyncio
import io
import json
import tarfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from bot.core.configurations import NewConfiguration
from bot.core.errors import StateMovedOn
from bot.core.logs import Part
from bot.core.readings import NewRun, RunReading
from bot.core.runs import Action
from bot.sandbox.clock import Clock
from bot.sandbox.faults import Faults
from bot.sandbox.terraform.records import Script
from bot.sandbox.terraform.samples import Sample
from bot.sandbox.terraform.server import open_runs_api
from bot.sandbox.terraform.stages import Stages
from bot.terraform.client import TerraformClient
from tests.contracts.benches import LOOKS, ORGANIZATION, SPEED
from tests.servers import served

CHECKED = Stages(cost_estimate="finished", policy_check="soft_failed")
EVALUATED = Stages(post_plan="passed", policy_evaluation="failed")


@pytest.fixture
async def admin(tmp_path: Path) -> AsyncIterator[TerraformClient]:
    samples = (
        Sample("shop", "dns", "", Script(additions=2)),
        Sample("checked", "dns", "", Script(additions=1), stages=CHECKED),
        Sample("evaluated", "dns", "", Script(additions=1), stages=EVALUATED),
    )
    async with (
        open_runs_api(Clock(SPEED), Faults(), "secret", tmp_path, engine="scripted", samples=samples) as server,
        TerraformClient(server.address, server.user_token.secret) as client,
    ):
        yield client


async def started(client: TerraformClient, name: str, **wish: str) -> str:
    workspace = await client.read_workspace(ORGANIZATION, name)
    return (await client.create_run(NewRun(workspace_id=workspace.id, message="m", **wish))).id  # type: ignore[arg-type]


async def reached(client: TerraformClient, run_id: str, *statuses: str) -> RunReading:
    for _ in range(LOOKS):
        reading = await client.read_run(run_id)
        if reading.run.status_word in statuses:
            return reading
        await asyncio.sleep(0.01)
    raise AssertionError(f"{run_id} never was {statuses}")


@asynccontextmanager
async def hearing() -> AsyncIterator[tuple[str, list[bytes]]]:
    """A place that takes whatever word is sent, and what it was."""
    heard: list[bytes] = []

    async def hear(request: web.Request) -> web.Response:
        heard.append(await request.read())
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", hear)
    async with served(app, shutdown_timeout=0.1) as port:
        yield f"http://127.0.0.1:{port}/hook", heard


def archive(path: Path) -> Path:
    content = b'resource "terraform_data" "x" {}\n'
    with tarfile.open(path, "w:gz") as packed:
        entry = tarfile.TarInfo("./main.tf")
        entry.size = len(content)
        packed.addfile(entry, io.BytesIO(content))
    return path


async def test_a_configuration_is_uploaded_and_run(admin: TerraformClient, tmp_path: Path) -> None:
    workspace = await admin.read_workspace(ORGANIZATION, "shop")
    made = await admin.configurations.create(NewConfiguration(workspace_id=workspace.id))
    taken = await admin.configurations.upload(made, archive(tmp_path / "shop.tar.gz"))
    assert taken.is_usable
    run_id = await started(admin, "shop", configuration_version_id=made.id)
    reading = await reached(admin, run_id, "planned")
    assert reading.run.configuration_version_id == made.id
    assert [run.id for run in (await admin.list_workspace_runs(workspace.id)).runs] == [run_id]


async def test_a_provisional_configuration_is_archived_unless_a_run_uses_it(admin: TerraformClient, tmp_path: Path) -> None:
    workspace = await admin.read_workspace(ORGANIZATION, "shop")
    packed = archive(tmp_path / "shop.tar.gz")
    unused, used, empty = [
        await admin.configurations.create(NewConfiguration(workspace_id=workspace.id, provisional=True)) for _ in range(3)
    ]
    for made in (unused, used):
        await admin.configurations.upload(made, packed)
    await started(admin, "shop", configuration_version_id=used.id)
    await admin.configurations.archive(unused.id)
    assert (await admin.configurations.read(unused.id)).status_word == "archived"
    for made in (used, empty, unused):
        with pytest.raises(StateMovedOn):
            await admin.configurations.archive(made.id)


async def test_logs_and_the_plan_are_read_where_they_are_kept(admin: TerraformClient, tmp_path: Path) -> None:
    reading = await reached(admin, await started(admin, "shop"), "planned")
    plan_id = str(reading.run.plan_id)
    saved = await admin.logs.save(Part.PLAN, plan_id, tmp_path / "log", 1_000_000)
    log = (tmp_path / "log").read_text()
    assert saved.size == len(log.encode()) > 0
    assert not {"\x02", "\x03"} & set(log)
    assert await admin.plan_texts.save(plan_id, tmp_path / "plan", 1_000_000) is not None
    assert json.loads((tmp_path / "plan").read_text())["resource_changes"]
    assert (await admin.logs.read(Part.APPLY, str(reading.apply_id))).data == b""


async def test_a_log_is_followed_while_it_grows(admin: TerraformClient) -> None:
    run_id = await started(admin, "shop")
    plan_id = str((await admin.read_run(run_id)).run.plan_id)
    until = asyncio.get_running_loop().time() + 5
    pieces = [piece async for piece in admin.logs.follow(Part.PLAN, plan_id, until)]
    assert pieces[-1].is_over
    assert b"".join(piece.data for piece in pieces)


async def test_a_plan_that_is_not_finished_has_no_json(admin: TerraformClient, tmp_path: Path) -> None:
    await reached(admin, await started(admin, "shop"), "planned")
    waiting = await admin.read_run(await started(admin, "shop"))
    assert await admin.plan_texts.save(str(waiting.run.plan_id), tmp_path / "plan", 1000) is None


async def test_a_policy_check_is_overridden_and_the_run_then_waits_to_be_confirmed(admin: TerraformClient) -> None:
    run_id = await started(admin, "checked")
    reading = await reached(admin, run_id, "policy_override")
    assert reading.run.gate is None
    assert reading.cost is not None
    assert await admin.policies.cost(reading.cost.id) == reading.cost
    (check,) = await admin.policies.checks(run_id)
    assert check.waits_for_override
    assert await admin.policies.output(check.id)
    assert (await admin.policies.override_check(check.id, "agreed with ana")).status_word == "overridden"
    assert (await reached(admin, run_id, "policy_checked")).run.gate == "confirm"
    with pytest.raises(StateMovedOn):
        await admin.policies.override_check(check.id, "again")


async def test_a_task_stage_is_read_with_its_policies_and_overridden(admin: TerraformClient) -> None:
    run_id = await started(admin, "evaluated")
    for _ in range(LOOKS):
        stages = await admin.policies.stages(run_id)
        if any(stage.waits_for_override for stage in stages):
            break
        await asyncio.sleep(0.01)
    (stage,) = [await admin.policies.stage(found.id) for found in stages if found.waits_for_override]
    assert stage.is_overridable
    assert stage.results
    assert stage.evaluations[0].mandatory_failed
    assert "failed" in {outcome.status_word for outcome in await admin.policies.outcomes(stage.evaluation_ids[0])}
    await admin.policies.override_stage(stage.id, "agreed")
    assert (await reached(admin, run_id, "post_plan_completed", "planned")).run.gate == "confirm"


async def test_a_workspace_is_locked_and_unlocked(admin: TerraformClient) -> None:
    workspace = await admin.read_workspace(ORGANIZATION, "shop")
    assert (await admin.locks.lock(workspace.id, "maintenance")).is_locked
    detail = await admin.locks.detail(workspace.id)
    assert detail == await admin.locks.detail_by_name(ORGANIZATION, "shop")
    assert (detail.lock.reason, detail.lock.holder_kind, detail.lock.holder_name) == ("maintenance", "users", "ana")
    with pytest.raises(StateMovedOn):
        await admin.locks.lock(workspace.id, "again")
    assert not (await admin.locks.unlock(workspace.id)).is_locked
    with pytest.raises(StateMovedOn):
        await admin.locks.force_unlock(workspace.id)


async def test_comments_events_members_and_projects_are_read(admin: TerraformClient) -> None:
    run_id = await started(admin, "shop")
    await reached(admin, run_id, "planned")
    await admin.histories.comment(run_id, "looks fine")
    await admin.act(Action.APPLY, run_id, "go")
    await reached(admin, run_id, "applied")
    assert [comment.body for comment in await admin.histories.comments(run_id)] == ["looks fine", "go"]
    assert "ana" in {event.actor for event in await admin.histories.events(run_id)}
    members = (await admin.organizations.members(ORGANIZATION)).members
    assert any("@" in member.email for member in members)
    (project, *_) = (await admin.organizations.projects(ORGANIZATION)).projects
    assert await admin.organizations.project(project.id) == project
    assert "operations" in await admin.organizations.entitlements(ORGANIZATION)
    assert (await admin.organizations.server()).api_version
