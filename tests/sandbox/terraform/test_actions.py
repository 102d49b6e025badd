"""Applying, discarding and canceling: 202 without a body, and what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.sandbox.terraform.engines import Job, PlanOutcome

if TYPE_CHECKING:
    from bot.sandbox.terraform.server import RunsApi
    from tests.sandbox.terraform.calling import Caller


async def test_an_apply_is_accepted_without_a_body_and_done_later(caller: Caller) -> None:
    run = await caller.planned("app-dev")
    answer = await caller.act(run, "apply")
    assert (answer.status, answer.text) == (202, "")
    applied = await caller.until(run, "applied")
    assert {"confirmed-at", "apply-queued-at", "applying-at", "applied-at"} <= set(applied["attributes"]["status-timestamps"])
    apply = (await caller.get(f"/api/v2/runs/{run}/apply")).data["attributes"]
    assert (apply["status"], apply["resource-additions"]) == ("finished", 3)
    assert (await caller.workspace("app-dev"))["attributes"]["locked"] is False


async def test_the_comment_of_an_apply_is_kept_with_who_confirmed(caller: Caller) -> None:
    run = await caller.planned("app-dev")
    await caller.act(run, "apply", "Looks good to me")
    comments = (await caller.get(f"/api/v2/runs/{run}/comments")).data
    assert [each["attributes"] for each in comments] == [{"body": "Looks good to me"}]
    events = await caller.get(f"/api/v2/runs/{run}/run-events?include=actor,comment")
    confirmed = next(each for each in events.data if each["attributes"]["action"] == "confirmed")
    assert confirmed["relationships"]["comment"]["data"]["id"] == comments[0]["id"]
    actor = confirmed["relationships"]["actor"]["data"]["id"]
    names = {each["id"]: each["attributes"].get("username") for each in events.document["included"]}
    assert names[actor] == "api-team_deployers"
    assert (await caller.run(run))["relationships"]["confirmed-by"]["data"]["id"] == actor


async def test_a_comment_in_a_resource_document_is_lost(caller: Caller) -> None:
    run = await caller.planned("app-dev")
    body = {"data": {"attributes": {"comment": "nobody reads this"}}}
    assert (await caller.post(f"/api/v2/runs/{run}/actions/apply", body)).status == 202
    assert (await caller.get(f"/api/v2/runs/{run}/comments")).data == []


async def test_a_second_apply_is_refused(caller: Caller) -> None:
    run = await caller.planned("app-dev")
    assert (await caller.act(run, "apply")).status == 202
    again = await caller.act(run, "apply")
    assert (again.status, again.title) == (409, "transition not allowed")
    await caller.until(run, "applied")
    events = (await caller.get(f"/api/v2/runs/{run}/run-events")).data
    assert [each["attributes"]["action"] for each in events] == ["created", "confirmed"]


async def test_a_failed_apply_errors_its_run(caller: Caller) -> None:
    run = await caller.planned("apply-fails")
    await caller.act(run, "apply")
    await caller.until(run, "errored")
    apply = (await caller.get(f"/api/v2/runs/{run}/apply")).data["attributes"]
    assert apply["status"] == "errored"
    assert "quota exceeded" in await caller.log(f"/api/v2/runs/{run}/apply")


async def test_a_discarded_run_is_over(caller: Caller) -> None:
    run = await caller.planned("app-dev")
    assert (await caller.act(run, "discard", "not today")).status == 202
    attributes = (await caller.run(run))["attributes"]
    assert (attributes["status"], any(attributes["actions"].values())) == ("discarded", False)
    assert (await caller.act(run, "apply")).status == 409


async def test_a_pending_run_is_canceled_at_once(caller: Caller) -> None:
    await caller.start("slow")
    run = await caller.start("slow")
    assert (await caller.act(run, "cancel")).status == 202
    found = await caller.run(run)
    assert found["attributes"]["status"] == "canceled"
    assert found["relationships"]["canceled-by"]["data"]["type"] == "users"


async def test_a_planning_run_is_interrupted(caller: Caller) -> None:
    run = await caller.start("slow")
    await caller.until(run, "planning")
    assert (await caller.act(run, "cancel")).status == 202
    canceled = await caller.until(run, "canceled")
    plan = (await caller.get(f"/api/v2/runs/{run}/plan")).data["attributes"]
    assert (plan["status"], canceled["attributes"]["canceled-at"][-1]) == ("canceled", "Z")
    assert "Interrupt received." in await caller.log(f"/api/v2/runs/{run}/plan")


async def test_an_apply_is_interrupted_too(caller: Caller, api: RunsApi) -> None:
    api.context.store.names["slow"].script.plan_seconds = 0.2
    run = await caller.planned("slow")
    await caller.act(run, "apply")
    await caller.until(run, "applying")
    await caller.act(run, "cancel")
    await caller.until(run, "canceled")
    assert (await caller.get(f"/api/v2/runs/{run}/apply")).data["attributes"]["status"] == "canceled"


async def test_a_run_canceled_between_confirmation_and_work_never_applies(caller: Caller, api: RunsApi) -> None:
    run = await caller.planned("app-dev")
    api.context.clock.speed = 0.01
    await caller.act(run, "apply")
    assert (await caller.act(run, "cancel")).status == 202
    api.context.clock.speed = 100
    assert (await caller.run(run))["attributes"]["status"] == "canceled"
    assert (await caller.get(f"/api/v2/runs/{run}/apply")).data["attributes"]["status"] == "unreachable"
    await caller.planned("app-dev")


async def test_a_resting_run_is_not_cancelable_and_a_final_one_allows_nothing(caller: Caller) -> None:
    run = await caller.planned("app-dev")
    assert (await caller.act(run, "cancel")).status == 409
    await caller.act(run, "discard")
    statuses = [(await caller.act(run, action)).status for action in ("apply", "discard", "cancel")]
    assert statuses == [409, 409, 409]


async def test_force_cancel_is_for_admins_and_for_runs_that_are_being_stopped(caller: Caller, api: RunsApi) -> None:
    run = await caller.planned("app-dev")
    admin = caller.holding(api.user_token.secret)
    assert (await caller.act(run, "force-cancel")).status == 404
    assert (await admin.act(run, "force-cancel")).status == 409


async def test_force_execute_discards_the_run_in_the_way(caller: Caller) -> None:
    first, second, third = await caller.planned("app-dev"), await caller.start("app-dev"), await caller.start("app-dev")
    assert (await caller.act(third, "force-execute")).status == 202
    await caller.until(third, "planned")
    assert (await caller.run(first))["attributes"]["status"] == "discarded"
    assert (await caller.run(second))["attributes"]["status"] == "pending"
    assert (await caller.act(third, "force-execute")).status == 403


@pytest.mark.parametrize("action", ["apply", "discard", "cancel", "force-cancel", "force-execute"])
async def test_actions_on_runs_nobody_knows_or_may_touch_are_not_found(caller: Caller, api: RunsApi, action: str) -> None:
    assert (await caller.act("run-none", action)).status == 404
    run = await caller.planned("app-dev")
    reader = api.context.tokens.issue("team", "readers", "team-readers", "plan")
    assert (await caller.holding(reader.secret).act(run, action)).status == 404


async def test_comments_are_added_and_read(caller: Caller) -> None:
    run = await caller.start("slow")
    body = {"data": {"type": "comments", "attributes": {"body": "who asked for this?"}}}
    created = await caller.post(f"/api/v2/runs/{run}/comments", body)
    assert created.status == 201
    assert (await caller.get(f"/api/v2/comments/{created.data['id']}")).data == created.data
    event = created.data["relationships"]["run-event"]["data"]["id"]
    assert (await caller.get(f"/api/v2/run-events/{event}")).data["attributes"]["action"] == "commented"
    blank = {"data": {"type": "comments", "attributes": {"body": "  "}}}
    assert (await caller.post(f"/api/v2/runs/{run}/comments", blank)).status == 422


async def test_a_run_whose_engine_breaks_ends_and_says_why(
    caller: Caller, api: RunsApi, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def full(_job: Job) -> PlanOutcome:
        raise OSError("no space left on device")

    monkeypatch.setattr(api.context.machine.engine, "plan", full)
    run = await caller.start("app-dev")
    await caller.until(run, "errored")
    assert "Error: the sandbox could not go on: no space left on device" in await caller.log(f"/api/v2/runs/{run}/plan")
    assert f"run {run} broke its engine" in caplog.text
    monkeypatch.undo()
    await caller.planned("app-dev")
