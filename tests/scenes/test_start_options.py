"""Each option of a run, typed in Slack and seen in what terraform itself then does."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.scenes.forms import approves_in_a_form, effects_of, log_of, plan_of, run_with, upload, version_of
from tests.scenes.stage import Message, Stage, has, run_of, whole_text

pytestmark = pytest.mark.terraform
VARIABLES = b"""
variable "words" { type = string }
variable "release" { type = string }
variable "empty" { type = string }
variable "replicas" { type = number }
variable "zones" { type = list(string) }
variable "tags" { type = map(string) }
variable "size" {
  type     = string
  default  = "large"
  nullable = false
}
"""
SEEN = b"""
resource "terraform_data" "seen" {
  input = [var.words, var.release, var.empty, var.replicas, var.zones, var.tags, var.size]
}
"""
VALUES = b'words = "from the file"\nrelease = "1"\nempty = "full"\nreplicas = 1\nzones = []\ntags = {}\n'
TYPED = (
    '--var "words=say \\"hi\\", ${path.root} it’s %{ if } C:\\\\new" --var release=1.10 --var "empty=\\"\\"" --var replicas=3 '
    '--var "zones=[\\"a b\\", \\"c\\"]" --var “tags={team = \\"web, ops\\", \\"a-b\\" = \\"]\\"}” --var size=null'
)
MEANT = ['say "hi", ${path.root} it\'s %{ if } C:\\new', "1.10", "", 3, ["a b", "c"], {"team": "web, ops", "a-b": "]"}, "large"]


@pytest.fixture(scope="module")
async def swift(shared: Stage) -> Stage:
    """A channel takes a message a second, by a clock that runs ahead."""
    await shared.person("POST", "clock", json_body={"speed": 20})
    return shared


async def call_for(stage: Stage, run: dict[str, Any]) -> Message:
    return await stage.until(lambda one: run_of(one) == run["id"] and has(one, "run.approve"))


async def types_and_applies(stage: Stage, workspace: str, message: str, options: str = "", status: str = "planned") -> Message:
    """The call that was clicked on."""
    await stage.types("U0ANA", f"/tf run {workspace} {message} {options}")
    call = await call_for(stage, await run_with(stage, message, status))
    await (approves_in_a_form(stage, "U0ANA", call) if "--destroy" in options else stage.clicks("U0ANA", call, "run.approve"))
    await run_with(stage, message, "applied")
    return call


async def is_replaced_with_a_trace(stage: Stage, workspace: str) -> None:
    await stage.types("U0ANA", f"/tf run {workspace} cache anew --plan-only --replace terraform_data.cache --debug")
    run = await run_with(stage, "cache anew", "planned_and_finished")
    assert (await effects_of(stage, run))["terraform_data.cache"] in (["delete", "create"], ["create", "delete"])
    assert run["attributes"]["debugging-mode"] is True
    assert "[TRACE]" in await log_of(stage, run)
    await stage.until(lambda one: run_of(one) == run["id"] and "Makes anew `terraform_data.cache`" in whole_text(one))


async def is_saved_passed_by_and_confirmed(stage: Stage, workspace: str) -> None:
    """A saved plan lets a run pass that takes the workspace for itself, and is applied from Slack."""
    await stage.types("U0ANA", f"/tf run {workspace} for tonight --save-plan")
    saved = await run_with(stage, "for tonight", "planned_and_saved")
    call = await call_for(stage, saved)
    assert "Saved plan: it can be applied as long as the state does not change" in whole_text(call)
    await stage.types("U0ANA", f"/tf run {workspace} look anew --refresh-only")
    refreshed = await run_with(stage, "look anew", "planned_and_finished")
    assert refreshed["attributes"]["refresh-only"] is True
    assert await effects_of(stage, refreshed) == {}, "a usual run would make everything"
    await stage.clicks("U0ANA", call, "run.approve")
    applied = await run_with(stage, "for tonight", "applied")
    assert (applied["id"], applied["attributes"]["save-plan"]) == (saved["id"], True)
    assert (await stage.workspace(workspace))["attributes"]["resource-count"] > 0


async def is_applied_replaced_and_destroyed(stage: Stage, workspace: str) -> None:
    await types_and_applies(stage, workspace, "the first")
    there = (await stage.workspace(workspace))["attributes"]["resource-count"]
    looking = asyncio.create_task(is_replaced_with_a_trace(stage, workspace))
    await stage.expects("cache anew", with_key="/card/")
    call = await types_and_applies(stage, workspace, "tear it down", "--destroy")
    await looking
    assert f"{there} to destroy" in whole_text(call)
    assert (there > 0, (await stage.workspace(workspace))["attributes"]["resource-count"]) == (True, 0)


async def test_replacing_debugging_refreshing_saving_and_destroying_are_done_by_terraform(swift: Stage) -> None:
    await asyncio.gather(
        is_applied_replaced_and_destroyed(swift, "storefront-dev"), is_saved_passed_by_and_confirmed(swift, "storefront-staging")
    )


async def test_variables_of_every_kind_arrive_as_they_were_meant_and_versions_are_found_by_id_run_and_commit(swift: Stage) -> None:
    outside = asyncio.create_task(swift.start_outside("docs-site"))
    await upload(swift, "dns", {"variables.tf": VARIABLES, "main.tf": SEEN, "all.auto.tfvars": VALUES}, message="by hand")
    uploaded = await run_with(swift, "by hand", "planned")
    version = version_of(uploaded)

    await swift.types("U0ANA", f"/tf run dns typed --plan-only --version {version} {TYPED}")
    typed = await run_with(swift, "typed", "planned_and_finished")
    [change] = (await plan_of(swift, typed))["resource_changes"]
    assert change["change"]["after"]["input"] == MEANT
    assert version_of(typed) == version

    pushed = (await swift.terraform("GET", f"runs/{await outside}")).json()["data"]
    commit = (await swift.terraform("GET", f"configuration-versions/{version_of(pushed)}/ingress-attributes")).json()["data"]["attributes"]
    await swift.types("U0ANA", f"/tf run storefront-prod by run --plan-only --version {typed['id']} {TYPED}")
    await swift.types("U0ANA", f"/tf run docs-site by commit --plan-only --version {commit['commit-sha'][:8].upper()}")
    assert version_of(await run_with(swift, "by run", "planned_and_finished")) == version
    found = await run_with(swift, "by commit", "planned_and_finished")
    assert version_of(found) == version_of(pushed)
    card = await swift.until(lambda one: run_of(one) == found["id"] and "Configuration: " in whole_text(one))
    assert "“Correct the opening hours” by `kim`, from `docs-site`" in whole_text(card)
    await swift.types("U0ANA", f"/tf discard {uploaded['id']}")
