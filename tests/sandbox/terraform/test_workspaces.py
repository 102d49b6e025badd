"""Workspaces: lists with filters and sorts, reads, locks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from bot.sandbox.terraform.server import RunsApi
    from tests.sandbox.terraform.calling import Answer, Caller

WORKSPACES = "/api/v2/organizations/acme/workspaces"


def names(answer: Answer) -> list[str]:
    return [each["attributes"]["name"] for each in answer.data]


@pytest.mark.parametrize(
    "query,found",
    [
        ("search%5Bname%5D=PROD", ["app-prod"]),
        ("search%5Bwildcard-name%5D=*-prod", ["app-prod"]),
        ("search%5Bwildcard-name%5D=app-*", ["app-dev", "app-prod"]),
        ("search%5Bwildcard-name%5D=*fail*", ["apply-fails", "plan-fails"]),
        ("search%5Bwildcard-name%5D=%5Ba%5D*", []),
        ("search%5Btags%5D=app,prod", ["app-prod"]),
        ("search%5Btags%5D=app&search%5Bexclude-tags%5D=prod", ["app-dev"]),
        ("filter%5Bproject%5D%5Bid%5D=prj-none", []),
        ("filter%5Bcurrent-run%5D%5Bstatus%5D=planned,planning", ["app-dev", "slow"]),
        ("page%5Bsize%5D=2&page%5Bnumber%5D=2", ["apply-fails", "auto"]),
        ("sort=-name&page%5Bsize%5D=2", ["slow", "plan-fails"]),
        ("sort=-current-run.created-at&page%5Bsize%5D=3", ["app-dev", "slow", "app-prod"]),
        ("sort=current-run.created-at&page%5Bsize%5D=2", ["slow", "app-dev"]),
    ],
)
async def test_workspaces_are_filtered_and_sorted(caller: Caller, query: str, found: list[str]) -> None:
    await caller.until(await caller.start("slow"), "planning")
    await caller.planned("app-dev")
    assert names(await caller.get(f"{WORKSPACES}?{query}")) == found


async def test_the_latest_change_comes_first(caller: Caller) -> None:
    await caller.planned("app-prod")
    run = await caller.planned("app-dev")
    await caller.planned("auto", auto_apply=False)
    await caller.act(run, "discard")
    assert names(await caller.get(f"{WORKSPACES}?sort=-latest-change-at"))[:3] == ["app-dev", "auto", "app-prod"]


async def test_a_list_brings_the_current_runs_along(caller: Caller) -> None:
    run = await caller.planned("app-dev")
    answer = await caller.get(f"{WORKSPACES}?include=current_run,current_run.plan,organization,project")
    found: dict[str, Any] = {each["type"]: each for each in answer.document["included"]}
    assert found["runs"]["id"] == run
    assert found["runs"]["attributes"]["actions"]["is-confirmable"] is True
    assert found["plans"]["attributes"]["resource-additions"] == 3
    assert (found["organizations"]["id"], found["projects"]["attributes"]["name"]) == ("acme", "Default Project")
    assert answer.document["meta"]["pagination"]["total-count"] == 7


async def test_a_workspace_is_the_same_by_name_and_by_id(caller: Caller) -> None:
    by_name = await caller.get(f"{WORKSPACES}/app-dev?include=current_configuration_version")
    by_id = await caller.get(f"/api/v2/workspaces/{by_name.data['id']}?include=current_configuration_version")
    assert by_name.document == by_id.document
    assert by_name.data["links"]["self-html"] == "/app/acme/workspaces/app-dev"
    assert by_name.document["included"][0]["type"] == "configuration-versions"


async def test_times_of_runs_are_averaged_for_a_workspace(caller: Caller) -> None:
    run = await caller.planned("app-dev")
    await caller.act(run, "apply")
    await caller.until(run, "applied")
    attributes = (await caller.workspace("app-dev"))["attributes"]
    assert attributes["plan-duration-average"] >= 200
    assert (attributes["workspace-kpis-runs-count"], attributes["run-failures"], attributes["resource-count"]) == (1, 0, 2)


@pytest.mark.parametrize("path", [f"{WORKSPACES}/none", "/api/v2/workspaces/ws-none", "/api/v2/organizations/other/workspaces"])
async def test_what_is_not_there_is_not_found(caller: Caller, path: str) -> None:
    answer = await caller.get(path)
    assert (answer.status, answer.title) == (404, "not found")


async def test_an_unknown_sort_or_include_is_a_bad_request(caller: Caller) -> None:
    assert (await caller.get(f"{WORKSPACES}?sort=color")).status == 400
    assert (await caller.get(f"{WORKSPACES}?include=colour")).status == 400


async def test_a_locked_workspace_keeps_runs_waiting_until_it_is_unlocked(caller: Caller) -> None:
    path = f"/api/v2/workspaces/{(await caller.workspace('app-dev'))['id']}/actions"
    locked = await caller.post(f"{path}/lock", {"reason": "moving house"})
    assert (locked.status, locked.data["attributes"]["locked-reason"]) == (200, "moving house")
    assert (await caller.post(f"{path}/lock")).status == 409
    run = await caller.start("app-dev")
    assert (await caller.run(run))["attributes"]["status"] == "pending"
    assert (await caller.post(f"{path}/unlock")).status == 200
    await caller.until(run, "planned")
    refused = await caller.post(f"{path}/unlock")
    assert (refused.status, f"is locked by Run {run}" in refused.detail) == (409, True)


async def test_the_lock_of_another_is_opened_by_force_only(caller: Caller, api: RunsApi) -> None:
    path = f"/api/v2/workspaces/{(await caller.workspace('app-dev'))['id']}/actions"
    admin = caller.holding(api.user_token.secret)
    assert (await caller.post(f"{path}/unlock")).status == 409
    await admin.post(f"{path}/lock")
    refused = await caller.post(f"{path}/unlock")
    assert (refused.status, "is locked by User ana" in refused.detail) == (409, True)
    assert (await caller.post(f"{path}/force-unlock")).status == 404
    assert (await admin.post(f"{path}/force-unlock")).data["attributes"]["locked"] is False
