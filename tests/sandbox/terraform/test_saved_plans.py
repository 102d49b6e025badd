"""Runs that save their plan: they wait for nobody, rest aside, and become stale when the state changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.sandbox.terraform.calling import Caller

if TYPE_CHECKING:
    from bot.sandbox.terraform.server import RunsApi


async def saved(caller: Caller, name: str = "app-dev", **attributes: Any) -> str:
    run = await caller.start(name, save_plan=True, **attributes)
    await caller.until(run, "planned_and_saved")
    return run


async def test_a_saved_plan_is_made_behind_another_run_and_is_not_the_current_one(caller: Caller) -> None:
    holder = await caller.planned("app-dev")
    run = await saved(caller)
    workspace = await caller.workspace("app-dev")
    assert workspace["relationships"]["current-run"]["data"]["id"] == holder
    assert (await caller.run(run))["attributes"]["actions"]["is-confirmable"] is True
    refused = await caller.act(run, "apply")
    assert (refused.status, holder in refused.detail) == (409, True)


async def test_a_saved_plan_is_applied_even_of_an_auto_applying_workspace_only_when_confirmed(caller: Caller) -> None:
    run = await saved(caller, "auto")
    assert (await caller.act(run, "apply", "now")).status == 202
    await caller.until(run, "applied")
    assert (await caller.workspace("auto"))["relationships"]["current-run"]["data"]["id"] == run


async def test_a_saved_plan_waits_while_the_workspace_is_locked(caller: Caller) -> None:
    run = await saved(caller)
    workspace = (await caller.workspace("app-dev"))["id"]
    await caller.post(f"/api/v2/workspaces/{workspace}/actions/lock", {"reason": "audit"})
    assert (await caller.act(run, "apply")).status == 409
    await caller.post(f"/api/v2/workspaces/{workspace}/actions/unlock")
    assert (await caller.act(run, "apply")).status == 202


async def test_an_apply_makes_saved_plans_stale(caller: Caller) -> None:
    stale = await saved(caller)
    run = await caller.planned("app-dev")
    await caller.act(run, "apply")
    await caller.until(stale, "discarded")


async def test_a_state_changed_from_elsewhere_makes_saved_plans_stale(caller: Caller) -> None:
    run = await saved(caller)
    assert (await caller.control("POST", "states/app-dev")).document == {"serial": 1}
    await caller.until(run, "discarded")


async def test_a_saved_plan_is_found_by_its_operation_and_can_be_discarded(caller: Caller, api: RunsApi) -> None:
    run = await saved(caller)
    found = (await caller.get("/api/v2/organizations/acme/runs?filter[operation]=save_plan")).data
    assert [each["id"] for each in found] == [run]
    assert (await caller.act(run, "discard")).status == 202
    assert api.context.store.run(run).status == "discarded"


async def test_a_saved_plan_without_changes_is_finished(caller: Caller) -> None:
    run = await caller.start("idle", save_plan=True)
    await caller.until(run, "planned_and_finished")
