"""Creating, reading and listing runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from bot.sandbox.terraform.server import RunsApi
    from tests.sandbox.terraform.calling import Caller

ORGANIZATION_RUNS = "/api/v2/organizations/acme/runs"


async def test_a_new_run_has_the_defaults_of_the_api(caller: Caller) -> None:
    answer = await caller.create_run("app-dev")
    attributes = answer.data["attributes"]
    assert answer.status == 201
    assert re.fullmatch(r"run-[A-Za-z0-9]{16}", answer.data["id"])
    assert attributes["message"] == "Queued manually via the Terraform Enterprise API"
    assert attributes["source"] == "tfe-api"
    assert (attributes["auto-apply"], attributes["is-destroy"], attributes["plan-only"], attributes["refresh"]) == (
        False,
        False,
        False,
        True,
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", attributes["created-at"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", attributes["status-timestamps"]["plan-queueable-at"])
    assert "pending-at" not in attributes["status-timestamps"]


async def test_a_planned_run_waits_with_counts_and_may_be_confirmed(caller: Caller) -> None:
    run = await caller.planned("app-dev")
    answer = await caller.get(f"/api/v2/runs/{run}?include=plan,workspace,created_by,configuration_version,apply")
    included = {each["type"]: each["attributes"] for each in answer.document["included"]}
    plan, attributes = included["plans"], answer.data["attributes"]
    assert (plan["resource-additions"], plan["resource-changes"], plan["resource-destructions"]) == (3, 2, 1)
    assert plan["status"] == "finished"
    assert attributes["actions"] == {
        "is-cancelable": False,
        "is-confirmable": True,
        "is-discardable": True,
        "is-force-cancelable": False,
    }
    assert set(attributes["status-timestamps"]) == {"plan-queueable-at", "queuing-at", "plan-queued-at", "planning-at", "planned-at"}
    assert included["workspaces"]["name"] == "app-dev"
    assert included["users"] == {"username": "api-team_deployers", "is-service-account": True, "avatar-url": None}
    assert included["configuration-versions"]["status"] == "uploaded"
    assert included["applies"]["status"] == "pending"


async def test_a_plan_without_changes_finishes_by_itself(caller: Caller) -> None:
    run = await caller.until(await caller.start("idle"), "planned_and_finished")
    assert run["attributes"]["has-changes"] is False
    assert run["attributes"]["status-timestamps"]["planned-and-finished-at"]


async def test_an_empty_plan_that_may_be_applied_applies_by_itself(caller: Caller) -> None:
    run = await caller.until(await caller.start("idle", allow_empty_apply=True), "applied")
    assert (run["attributes"]["has-changes"], run["attributes"]["auto-apply"]) == (False, False)


async def test_a_failed_plan_errors_its_run(caller: Caller) -> None:
    run = await caller.until(await caller.start("plan-fails"), "errored")
    plan = (await caller.get(f"/api/v2/plans/{run['relationships']['plan']['data']['id']}")).data["attributes"]
    apply = (await caller.get(f"/api/v2/applies/{run['relationships']['apply']['data']['id']}")).data["attributes"]
    assert (plan["status"], plan["resource-additions"], apply["status"]) == ("errored", None, "unreachable")
    assert "errored-at" in run["attributes"]["status-timestamps"]


async def test_an_auto_applying_workspace_applies_unless_the_run_says_otherwise(caller: Caller) -> None:
    own_way = await caller.start("auto")
    assert (await caller.until(own_way, "applied"))["relationships"]["confirmed-by"] == {"data": None}
    told = await caller.start("auto", auto_apply=False)
    run = await caller.until(told, "planned")
    assert (run["attributes"]["auto-apply"], run["attributes"]["actions"]["is-confirmable"]) == (False, True)


async def test_a_destroy_run_takes_away_what_there_is(caller: Caller) -> None:
    run = await caller.planned("app-dev", is_destroy=True)
    plan = (await caller.get(f"/api/v2/runs/{run}/plan")).data["attributes"]
    assert (plan["resource-additions"], plan["resource-destructions"]) == (0, 6)


async def test_a_second_run_waits_and_goes_on_when_the_first_is_over(caller: Caller) -> None:
    first, second = await caller.planned("app-dev"), await caller.start("app-dev")
    waiting = (await caller.run(second))["attributes"]
    assert (waiting["status"], waiting["actions"]["is-discardable"], waiting["actions"]["is-cancelable"]) == ("pending", True, True)
    workspace = await caller.workspace("app-dev")
    assert workspace["attributes"]["locked"] is True
    assert workspace["relationships"]["locked-by"]["data"] == {"id": first, "type": "runs"}
    await caller.act(first, "discard")
    await caller.until(second, "planned")
    assert (await caller.workspace("app-dev"))["relationships"]["current-run"]["data"]["id"] == second


async def test_a_plan_only_run_passes_the_queue_and_never_becomes_current(caller: Caller) -> None:
    first = await caller.planned("app-dev")
    run = await caller.until(await caller.start("app-dev", plan_only=True), "planned_and_finished")
    assert run["attributes"]["has-changes"] is True
    assert (await caller.workspace("app-dev"))["relationships"]["current-run"]["data"]["id"] == first
    assert (await caller.act(run["id"], "apply")).status == 409


async def test_the_configuration_of_another_workspace_is_promoted_and_stays_in_use(caller: Caller) -> None:
    configuration = await caller.upload("app-dev", auto_queue_runs=False)
    promoted = await caller.planned("app-prod", configuration=configuration)
    await caller.act(promoted, "discard")
    later = await caller.run(await caller.start("app-prod"))
    assert later["relationships"]["configuration-version"]["data"]["id"] == configuration


@pytest.mark.parametrize(
    "attributes,detail",
    [
        ({"message": 7}, "message must be a string"),
        ({"is_destroy": "yes"}, "is-destroy must be true or false"),
        ({"is_destroy": True, "refresh_only": True}, "exclude each other"),
        ({"target_addrs": "one"}, "target-addrs must be a list"),
        ({"variables": [{"key": "a = 1\nb", "value": "2"}]}, "variables must be a list"),
        ({"terraform_version": "1.0.0"}, "only be set for plan-only runs"),
        ({"save_plan": True, "plan_only": True}, "exclude each other"),
    ],
)
async def test_a_run_with_bad_attributes_is_refused(caller: Caller, attributes: dict[str, Any], detail: str) -> None:
    answer = await caller.create_run("app-dev", **attributes)
    assert (answer.status, answer.title) == (422, "Invalid Attribute")
    assert detail in answer.detail


async def test_a_run_without_a_workspace_or_of_an_unknown_one_is_refused(caller: Caller) -> None:
    assert (await caller.post("/api/v2/runs", {"data": {"type": "runs"}})).status == 422
    unknown = {"data": {"type": "runs", "relationships": {"workspace": {"data": {"type": "workspaces", "id": "ws-none"}}}}}
    answer = await caller.post("/api/v2/runs", unknown)
    assert (answer.status, answer.document) == (404, {"errors": [{"status": "404", "title": "not found"}]})


async def test_a_workspace_lists_its_runs_newest_first_with_totals(caller: Caller) -> None:
    runs = [await caller.start("slow") for _ in range(3)]
    workspace = (await caller.workspace("slow"))["id"]
    answer = await caller.get(f"/api/v2/workspaces/{workspace}/runs?page%5Bsize%5D=2")
    assert [each["id"] for each in answer.data] == [runs[2], runs[1]]
    assert answer.document["meta"]["pagination"] == {
        "current-page": 1,
        "page-size": 2,
        "prev-page": None,
        "next-page": 2,
        "total-pages": 2,
        "total-count": 3,
    }
    following = answer.document["links"]["next"].removeprefix(caller.api.address)
    assert [each["id"] for each in (await caller.get(following)).data] == [runs[0]]


async def test_the_organization_lists_runs_of_all_workspaces_without_totals(caller: Caller) -> None:
    slow, idle = await caller.start("slow"), await caller.start("idle")
    answer = await caller.get(f"{ORGANIZATION_RUNS}?include=workspace")
    assert [each["id"] for each in answer.data] == [idle, slow]
    assert set(answer.document["meta"]["pagination"]) == {"current-page", "page-size", "prev-page", "next-page"}
    assert set(answer.document["links"]) == {"self", "prev", "next"}
    assert {each["attributes"]["name"] for each in answer.document["included"]} == {"slow", "idle"}


async def test_lists_hide_plan_only_runs_until_they_are_named(caller: Caller) -> None:
    run = await caller.start("slow", plan_only=True)
    assert (await caller.get(ORGANIZATION_RUNS)).data == []
    named = await caller.get(f"{ORGANIZATION_RUNS}?filter%5Boperation%5D=plan_and_apply,plan_only")
    assert [each["id"] for each in named.data] == [run]


@pytest.mark.parametrize(
    "query,found",
    [
        ("filter%5Bstatus%5D=planning", {"slow"}),
        ("filter%5Bstatus_group%5D=non_final", {"slow", "app-dev"}),
        ("filter%5Bstatus_group%5D=final", {"idle"}),
        ("filter%5Bstatus_group%5D=discardable", {"app-dev"}),
        ("filter%5Bworkspace_names%5D=idle,slow", {"slow", "idle"}),
        ("filter%5Bsource%5D=tfe-configuration-version", set()),
        ("search%5Bbasic%5D=release+42", {"app-dev"}),
        ("filter%5Btimeframe%5D=1999", set()),
        ("filter%5Btimeframe%5D=year", {"slow", "idle", "app-dev"}),
    ],
)
async def test_runs_are_filtered(caller: Caller, query: str, found: set[str]) -> None:
    runs = {"slow": await caller.start("slow"), "idle": await caller.start("idle")}
    runs["app-dev"] = await caller.planned("app-dev", message="Release 42")
    await caller.until(runs["idle"], "planned_and_finished")
    answer = await caller.get(f"{ORGANIZATION_RUNS}?{query}")
    assert {each["id"] for each in answer.data} == {runs[name] for name in found}


@pytest.mark.parametrize(
    "query",
    ["include=plan,everything", "include=colour", "page%5Bnumber%5D=0", "page%5Bsize%5D=many", "filter%5Bstatus_group%5D=odd"],
)
async def test_a_question_that_cannot_be_understood_is_a_bad_request(caller: Caller, query: str) -> None:
    assert (await caller.get(f"{ORGANIZATION_RUNS}?{query}")).status == 400


async def test_a_page_is_never_larger_than_a_hundred(caller: Caller) -> None:
    answer = await caller.get(f"{ORGANIZATION_RUNS}?page%5Bsize%5D=500")
    assert answer.document["meta"]["pagination"]["page-size"] == 100


async def test_permissions_describe_the_token(caller: Caller, api: RunsApi) -> None:
    run = await caller.planned("app-dev")
    reader = api.context.tokens.issue("team", "readers", "team-readers", "read")
    seen = (await caller.holding(reader.secret).run(run))["attributes"]["permissions"]
    assert (seen["can-apply"], seen["can-discard"], seen["can-cancel"], seen["can-comment"]) == (False, False, False, False)
    own = (await caller.run(run))["attributes"]["permissions"]
    assert (own["can-apply"], own["can-discard"], own["can-cancel"], own["can-force-cancel"]) == (True, True, True, False)
