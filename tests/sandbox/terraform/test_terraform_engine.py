"""Real terraform: counts and logs are its own, state stays with the workspace, an interrupt ends it, nothing is inherited."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.clock import Clock
from bot.sandbox.faults import Faults
from bot.sandbox.terraform.engines import Counts
from bot.sandbox.terraform.samples import SAMPLES
from bot.sandbox.terraform.server import NoTerraform, RunsApi, open_runs_api
from bot.sandbox.terraform.terraform_engine import TerraformEngine, UnknownTerraform, read_counts, read_plan
from tests.sandbox.terraform.calling import SECRET, Caller, calling, eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ECHO_ENVIRONMENT = """
resource "terraform_data" "spy" {
  provisioner "local-exec" {
    command = "env"
  }
}
"""
STUBBORN = """
resource "terraform_data" "stubborn" {
  provisioner "local-exec" {
    command = "trap '' INT TERM; echo holding on; sleep 60 & wait; sleep 60"
  }
}
"""
OUTPUT_ONLY = 'output "only" {\n  value = "this"\n}\n'


@pytest.fixture
async def real(terraform_program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[RunsApi]:
    assert terraform_program
    monkeypatch.setenv("CANARY_SECRET", "tweet-tweet")
    monkeypatch.setenv("TF_VAR_environment", "canary")
    async with open_runs_api(Clock(), Faults(), SECRET, tmp_path, engine="terraform", grace_seconds=0.5) as api:
        api.context.limits.per_second = None
        yield api


@pytest.fixture
async def caller(real: RunsApi) -> AsyncIterator[Caller]:
    async with calling(real) as caller:
        yield caller


async def counts(caller: Caller, run: str) -> tuple[int, int, int]:
    plan = (await caller.get(f"/api/v2/runs/{run}/plan")).data["attributes"]
    return plan["resource-additions"], plan["resource-changes"], plan["resource-destructions"]


async def apply(caller: Caller, run: str, status: str = "applied") -> None:
    await caller.until(run, "planned")
    assert (await caller.act(run, "apply")).status == 202
    await caller.until(run, status)


@pytest.mark.terraform
async def test_one_configuration_is_planned_and_applied_in_two_environments(caller: Caller, real: RunsApi) -> None:
    assert real.engine.startswith(("terraform ", "tofu "))
    dev, prod = await caller.planned("storefront-dev"), await caller.planned("storefront-prod")
    runs = [await caller.run(dev), await caller.run(prod)]
    assert len({each["relationships"]["configuration-version"]["data"]["id"] for each in runs}) == 1
    assert [await counts(caller, dev), await counts(caller, prod)] == [(6, 0, 0), (8, 0, 0)]
    await apply(caller, prod)
    assert 'url = "https://shop.example.com"' in await caller.log(f"/api/v2/runs/{prod}/apply")
    done = (await caller.get(f"/api/v2/runs/{prod}/apply")).data["attributes"]
    assert (done["resource-additions"], done["resource-changes"], done["resource-destructions"]) == (8, 0, 0)
    assert (await caller.workspace("storefront-prod"))["attributes"]["resource-count"] == 8


@pytest.mark.terraform
async def test_state_stays_with_the_workspace_until_it_is_destroyed(caller: Caller) -> None:
    await apply(caller, await caller.start("storefront-dev"))
    again = await caller.planned("storefront-dev")
    assert await counts(caller, again) == (0, 1, 0)
    await caller.act(again, "discard")
    destroy = await caller.planned("storefront-dev", is_destroy=True)
    assert await counts(caller, destroy) == (0, 0, 6)
    await apply(caller, destroy)
    done = (await caller.get(f"/api/v2/runs/{destroy}/apply")).data["attributes"]
    assert done["resource-destructions"] == 6
    assert (await caller.workspace("storefront-dev"))["attributes"]["resource-count"] == 0


@pytest.mark.terraform
async def test_the_samples_fail_rest_and_pass_as_they_are_meant_to(caller: Caller) -> None:
    ends = {"billing": "errored", "dns": "planned_and_finished", "docs-site": "applied", "search-index": "planned"}
    runs = {name: await caller.start(name) for name in ends}
    for name, status in ends.items():
        await caller.until(runs[name], status)
    assert "The rate table is empty" in await caller.log(f"/api/v2/runs/{runs['billing']}/plan")
    assert "No changes." in await caller.log(f"/api/v2/runs/{runs['dns']}/plan")
    await apply(caller, runs["search-index"], "errored")
    failed = (await caller.get(f"/api/v2/runs/{runs['search-index']}/apply")).data["attributes"]
    assert (failed["status"], failed["resource-additions"]) == ("errored", 1)
    assert "mapping products-v2 conflicts" in await caller.log(f"/api/v2/runs/{runs['search-index']}/apply")


@pytest.mark.terraform
async def test_changed_outputs_alone_are_changes(caller: Caller) -> None:
    run = await caller.planned("dns", configuration=await caller.upload("dns", {"main.tf": OUTPUT_ONLY}, auto_queue_runs=False))
    assert (await caller.run(run))["attributes"]["has-changes"] is True
    assert await counts(caller, run) == (0, 0, 0)
    await apply(caller, run)


@pytest.mark.terraform
async def test_terraform_inherits_nothing_from_the_sandbox(caller: Caller) -> None:
    configuration = await caller.upload("dns", {"main.tf": ECHO_ENVIRONMENT}, auto_queue_runs=False)
    run = await caller.start("dns", configuration=configuration)
    await apply(caller, run)
    log = await caller.log(f"/api/v2/runs/{run}/apply")
    assert "TF_IN_AUTOMATION=1" in log
    assert "CHECKPOINT_DISABLE=" in log
    assert "tweet-tweet" not in log
    assert "canary" not in log
    names = {line.split("(local-exec): ")[1].split("=")[0] for line in log.splitlines() if "(local-exec): " in line and "=" in line}
    assert names.isdisjoint(os.environ.keys() - {"PATH", "HOME", "TMPDIR", "PWD", "OLDPWD", "SHLVL", "_"} | {"CANARY_SECRET"})


@pytest.mark.terraform
async def test_the_runs_variables_win_over_the_workspaces(caller: Caller) -> None:
    run = await caller.planned("storefront-dev", variables=[{"key": "replicas", "value": "4"}, {"key": "cidr", "value": '"10.9.0.0/16"'}])
    assert await counts(caller, run) == (9, 0, 0)
    assert "10.9.0.0/16" in await caller.log(f"/api/v2/runs/{run}/plan")
    await caller.act(run, "discard")
    targeted = await caller.planned("storefront-dev", target_addrs=["terraform_data.network"])
    assert await counts(caller, targeted) == (1, 0, 0)


@pytest.mark.terraform
async def test_a_slow_plan_is_interrupted(caller: Caller) -> None:
    run = await caller.start("catalog-import")
    await caller.until(run, "planning")
    assert (await caller.act(run, "cancel", "wrong day")).status == 202
    began = time.monotonic()
    canceled = await caller.until(run, "canceled")
    assert time.monotonic() - began < 5
    assert canceled["relationships"]["canceled-by"]["data"] is not None
    assert (await caller.get(f"/api/v2/runs/{run}/plan")).data["attributes"]["status"] == "canceled"
    assert (await caller.workspace("catalog-import"))["attributes"]["locked"] is False


@pytest.mark.terraform
async def test_an_apply_that_ignores_the_interrupt_is_killed_with_all_it_started(caller: Caller) -> None:
    configuration = await caller.upload("dns", {"main.tf": STUBBORN}, auto_queue_runs=False)
    run = await caller.start("dns", configuration=configuration)
    await apply(caller, run, "applying")

    async def is_stubborn() -> bool:
        return "holding on" in await caller.log(f"/api/v2/runs/{run}/apply")

    await eventually(is_stubborn)
    await caller.act(run, "cancel")
    await caller.until(run, "canceled")
    assert not working_in(run)


@pytest.mark.terraform
async def test_a_configuration_cannot_choose_where_its_state_is_kept(caller: Caller, tmp_path: Path) -> None:
    cloud = 'terraform {\n  cloud {\n    organization = "other"\n    workspaces {\n      name = "other"\n    }\n  }\n}\n' + OUTPUT_ONLY
    run = await caller.start("dns", configuration=await caller.upload("dns", {"main.tf": cloud}, auto_queue_runs=False))
    await apply(caller, run)
    assert len(listed(tmp_path / "engine/states")) == 1

    async def is_swept() -> bool:
        return not listed(tmp_path / "engine/runs")

    await eventually(is_swept)


async def test_the_terraform_engine_is_not_opened_without_terraform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoTerraform):
        async with open_runs_api(Clock(), Faults(), SECRET, tmp_path / "one", engine="terraform"):
            pass
    async with open_runs_api(Clock(), Faults(), SECRET, tmp_path / "two", samples=SAMPLES[:1]) as api:
        assert api.engine == "scripted"


def test_a_program_that_tells_no_version_is_refused(tmp_path: Path) -> None:
    program = tmp_path / "terraform"
    program.write_text("#!/bin/sh\necho hello\n")
    program.chmod(0o755)
    with pytest.raises(UnknownTerraform):
        TerraformEngine(str(program), tmp_path / "engine")


def test_replacements_imports_and_outputs_are_counted_from_a_plan() -> None:
    shown = b"""{"resource_changes": [
        {"change": {"actions": ["delete", "create"]}}, {"change": {"actions": ["update"]}},
        {"change": {"actions": ["no-op"], "importing": {"id": "x"}}}, {"change": {"actions": ["read"]}}]}"""
    outcome = read_plan(shown)
    assert (outcome.counts, outcome.has_changes) == (Counts(1, 1, 1, 1), True)
    assert read_plan(b'{"output_changes": {"a": {"actions": ["create"]}}}').has_changes is True
    assert read_plan(b'{"resource_changes": [{"change": {"actions": ["no-op"]}}]}').has_changes is False


def test_counts_of_an_apply_come_from_its_end_or_from_its_steps() -> None:
    assert read_counts("Apply complete! Resources: 1 imported, 2 added, 3 changed, 4 destroyed.") == Counts(2, 3, 4, 1)
    steps = "a: Creation complete after 0s\nb: Creation complete after 1s\nc: Destruction complete after 0s\nError: no"
    assert read_counts(steps) == Counts(2, 0, 1)


def listed(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def working_in(name: str) -> list[Path]:
    """Processes whose folder has this name in its path."""
    return [each for each in Path("/proc").glob("[0-9]*/cwd") if name in target(each)]


def target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""
