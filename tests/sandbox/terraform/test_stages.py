"""The optional stages of a run: tasks, policy evaluations and checks, cost estimates, and the overrides that some of them wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.terraform.calling import Caller, eventually

if TYPE_CHECKING:
    from bot.sandbox.terraform.server import RunsApi


async def staged(caller: Caller, name: str = "app-dev", **stages: object) -> str:
    """A run of a workspace with these stages."""
    answer = await caller.control("POST", f"stages/{name}", {"seconds": 0.1, **stages})
    assert answer.status == 200, answer.text
    return await caller.start(name)


def actions(run: Any) -> dict[str, bool]:
    return {name.removeprefix("is-"): allowed for name, allowed in run["attributes"]["actions"].items()}


async def only_stage(caller: Caller, run: str) -> Any:
    stages = (await caller.get(f"/api/v2/runs/{run}/task-stages")).data
    assert len(stages) == 1
    return stages[0]


@pytest.mark.parametrize(
    "stages,resting",
    [
        ({"post_plan": "passed"}, "post_plan_completed"),
        ({"post_plan": "advisory_failed", "cost_estimate": "finished"}, "cost_estimated"),
        ({"cost_estimate": "errored"}, "cost_estimated"),
        ({"cost_estimate": "finished", "policy_check": "passed"}, "policy_checked"),
        ({"policy_check": "advisory_failed"}, "policy_checked"),
        ({"policy_evaluation": "advisory_failed"}, "post_plan_completed"),
        ({"pre_plan": "passed", "fetching": True}, "planned"),
    ],
)
async def test_a_run_rests_after_the_last_of_its_stages(caller: Caller, stages: dict[str, Any], resting: str) -> None:
    run = await caller.until(await staged(caller, **stages), resting)
    await eventually(lambda: _is_confirmable(caller, run["id"]))
    assert (await caller.run(run["id"]))["attributes"]["status"] == resting
    assert (await caller.act(run["id"], "apply")).status == 202
    await caller.until(run["id"], "applied")


async def _is_confirmable(caller: Caller, run: str) -> bool:
    return actions(await caller.run(run))["confirmable"]


async def test_a_status_that_is_passed_through_confirms_nothing(caller: Caller) -> None:
    run = await caller.until(await staged(caller, post_plan="passed", seconds=5.0), "planned", "post_plan_running")
    assert actions(run)["confirmable"] is False
    assert (await caller.act(run["id"], "apply")).status == 409


async def test_stages_leave_their_times_under_the_keys_of_the_api(caller: Caller) -> None:
    run = await caller.until(await staged(caller, fetching=True, pre_plan="passed", policy_check="passed"), "policy_checked")
    keys = set(run["attributes"]["status-timestamps"])
    assert {"fetching-at", "fetched-at", "pre-plan-running-at", "pre-plan-completed-at", "policy-checked-at"} <= keys
    assert keys.isdisjoint({"pending-at", "policy-checking-at", "fetching-completed-at"})


@pytest.mark.parametrize("stage", ["pre_plan", "post_plan"])
async def test_a_mandatory_task_that_fails_ends_the_run(caller: Caller, stage: str) -> None:
    run = await caller.until(await staged(caller, **{stage: "failed"}), "errored")
    found = await only_stage(caller, run["id"])
    assert (found["attributes"]["stage"], found["attributes"]["status"]) == (stage, "failed")
    result = (await caller.get(f"/api/v2/task-results/{found['relationships']['task-results']['data'][0]['id']}")).data["attributes"]
    assert (result["status"], result["workspace-task-enforcement-level"]) == ("failed", "mandatory")


async def test_a_mandatory_task_before_the_apply_ends_the_run_and_one_after_it_cannot(caller: Caller) -> None:
    for stages, end in (({"pre_apply": "failed"}, "errored"), ({"pre_apply": None, "post_apply": "failed"}, "applied")):
        run = await staged(caller, **stages)
        await caller.until(run, "planned")
        await caller.act(run, "apply")
        await caller.until(run, end)


async def test_a_policy_evaluation_that_fails_waits_for_an_override_of_its_stage(caller: Caller) -> None:
    run = (await caller.until(await staged(caller, policy_evaluation="failed"), "post_plan_awaiting_decision"))["id"]
    assert actions(await caller.run(run)) == {"cancelable": False, "confirmable": False, "discardable": True, "force-cancelable": False}
    stage = await only_stage(caller, run)
    assert stage["attributes"]["status"] == "awaiting_override"
    assert (stage["attributes"]["actions"]["is-overridable"], stage["attributes"]["permissions"]["can-override"]) == (True, True)
    overridden = await caller.post(f"/api/v2/task-stages/{stage['id']}/actions/override", {"comment": "agreed with security"})
    assert (overridden.status, overridden.data["attributes"]["status"]) == (200, "running")
    await caller.until(run, "post_plan_completed")
    assert (await only_stage(caller, run))["attributes"]["status"] == "passed"
    assert (await caller.get(f"/api/v2/runs/{run}/comments")).data[0]["attributes"]["body"] == "agreed with security"
    again = await caller.post(f"/api/v2/task-stages/{stage['id']}/actions/override")
    assert (again.status, again.title) == (409, "transition not allowed")


async def test_evaluations_and_their_outcomes_say_which_policy_failed(caller: Caller) -> None:
    run = (await caller.until(await staged(caller, policy_evaluation="failed"), "post_plan_awaiting_decision"))["id"]
    stage = await only_stage(caller, run)
    (evaluation,) = (await caller.get(f"/api/v2/task-stages/{stage['id']}/policy-evaluations")).data
    assert evaluation["attributes"]["policy-kind"] == "opa"
    assert evaluation["attributes"]["result-count"] == {"advisory-failed": 0, "mandatory-failed": 1, "passed": 1, "errored": 0}
    path = f"/api/v2/policy-evaluations/{evaluation['id']}/policy-set-outcomes"
    (outcome,) = (await caller.get(f"{path}?filter[0][status]=failed&filter[0][enforcementLevel]=mandatory")).data
    assert {each["policy_name"]: each["status"] for each in outcome["attributes"]["outcomes"]} == {
        "tags-are-set": "passed",
        "no-public-buckets": "failed",
    }
    assert (await caller.get(f"{path}?filter[0][status]=errored")).data == []
    included = (await caller.get(f"/api/v2/task-stages/{stage['id']}?include=policy_evaluations,run")).document["included"]
    assert {each["type"] for each in included} == {"policy-evaluations", "runs"}


async def test_an_override_of_a_policy_check_confirms_nothing(caller: Caller) -> None:
    run = (await caller.until(await staged(caller, policy_check="soft_failed"), "policy_override"))["id"]
    assert (await caller.act(run, "apply")).status == 409
    (check,) = (await caller.get(f"/api/v2/runs/{run}/policy-checks")).data
    assert check["attributes"]["status"] == "soft_failed"
    assert check["attributes"]["result"]["soft-failed"] == 1
    assert check["attributes"]["actions"] == {"is-overridable": True}
    answer = await caller.post(f"/api/v2/policy-checks/{check['id']}/actions/override", {"comment": "known"})
    assert (answer.status, answer.data["attributes"]["status"]) == (200, "overridden")
    resting = await caller.until(run, "policy_checked")
    assert actions(resting)["confirmable"] is True
    assert (await caller.post(f"/api/v2/policy-checks/{check['id']}/actions/override")).status == 409


async def test_a_run_that_waits_for_an_override_can_be_discarded_and_makes_room(caller: Caller) -> None:
    first = (await caller.until(await staged(caller, policy_check="soft_failed"), "policy_override"))["id"]
    second = await staged(caller, policy_check=None)
    assert (await caller.run(second))["attributes"]["status"] == "pending"
    assert (await caller.act(first, "discard")).status == 202
    await caller.until(second, "planned")
    assert (await caller.run(first))["attributes"]["status"] == "discarded"


async def test_a_hard_failed_policy_ends_the_run_and_a_soft_one_a_plan_only_run(caller: Caller) -> None:
    await caller.until(await staged(caller, policy_check="hard_failed"), "errored")
    await caller.control("POST", "stages/app-dev", {"policy_check": "soft_failed"})
    await caller.until(await caller.start("app-dev", plan_only=True), "policy_soft_failed")


async def test_a_check_has_no_output_until_it_is_over(caller: Caller) -> None:
    run = await staged(caller, policy_check="soft_failed", seconds=20.0)
    (check,) = (await caller.get(f"/api/v2/runs/{run}/policy-checks")).data
    assert check["attributes"]["result"] is None
    async with caller.session.get(f"{caller.api.address}/api/v2/policy-checks/{check['id']}/output", headers=bearer(caller)) as answer:
        assert answer.status == 204
    await caller.until(run, "policy_override")
    url = f"{caller.api.address}/api/v2/policy-checks/{check['id']}/output"
    async with caller.session.get(url, headers=bearer(caller)) as answer:
        assert "1 soft-mandatory" in await answer.text()


def bearer(caller: Caller) -> dict[str, str]:
    return {"Authorization": f"Bearer {caller.token}"}


async def test_costs_are_strings_and_are_skipped_for_targets(caller: Caller) -> None:
    run = await caller.until(await staged(caller, cost_estimate="finished"), "cost_estimated")
    cost = (await caller.get(f"/api/v2/cost-estimates/{run['relationships']['cost-estimate']['data']['id']}")).data["attributes"]
    assert (cost["status"], cost["prior-monthly-cost"], cost["proposed-monthly-cost"]) == ("finished", "12.50", "37.50")
    assert (cost["delta-monthly-cost"], cost["matched-resources-count"]) == ("25.00", 5)
    await caller.act(run["id"], "discard")
    targeted = await caller.until(await caller.start("app-dev", target_addrs=["terraform_data.a"]), "cost_estimated")
    read = (await caller.get(f"/api/v2/runs/{targeted['id']}?include=cost_estimate")).document["included"]
    assert read[0]["attributes"]["status"] == "skipped_due_to_targeting"


async def test_an_override_needs_the_right_to_it(caller: Caller, api: RunsApi) -> None:
    run = (await caller.until(await staged(caller, policy_check="soft_failed"), "policy_override"))["id"]
    (check,) = (await caller.get(f"/api/v2/runs/{run}/policy-checks")).data
    without = caller.holding((await caller.control("POST", "tokens", {"access": "write"})).document["token"])
    for who in (without, caller.holding(api.organization_token.secret)):
        shown = (await who.get(f"/api/v2/policy-checks/{check['id']}")).data
        assert shown["attributes"]["permissions"] == {"can-override": False}
        assert (await who.post(f"/api/v2/policy-checks/{check['id']}/actions/override")).status == 404


@pytest.mark.parametrize("wanted", [{"policy_check": "failed"}, {"tea": "passed"}, {"seconds": -1}, {"fetching": "yes"}, {"pre_plan": 1}])
async def test_stages_that_make_no_sense_are_refused(caller: Caller, wanted: dict[str, object]) -> None:
    assert (await caller.control("POST", "stages/app-dev", wanted)).status == 400
    assert (await caller.control("GET", "stages/app-dev")).document["policy_check"] is None
