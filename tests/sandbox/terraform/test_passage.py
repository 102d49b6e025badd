"""What every request passes through: limits, content types, faults, and the record of requests."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import aiohttp
import pytest

from bot.sandbox.terraform.context import KEPT_READS, RequestLog
from tests.sandbox.terraform.calling import SECRET, Caller

if TYPE_CHECKING:
    from bot.sandbox.terraform.server import RunsApi

PING = "/api/v2/ping"
STILL = 1e-9


async def test_every_answer_tells_how_many_requests_are_left(caller: Caller, api: RunsApi) -> None:
    api.context.clock.speed = STILL
    first, second = await caller.get("/api/v2/organizations"), await caller.get("/api/v2/runs/run-none")
    assert (first.headers["X-RateLimit-Limit"], second.headers["X-RateLimit-Limit"]) == ("30", "30")
    assert int(first.headers["X-RateLimit-Remaining"]) - int(second.headers["X-RateLimit-Remaining"]) == 1
    assert 0 < float(first.headers["X-RateLimit-Reset"]) <= 1


async def test_more_than_thirty_in_a_second_are_too_many(caller: Caller, api: RunsApi) -> None:
    api.context.clock.speed = STILL
    statuses = [(await caller.get("/api/v2/organizations")).status for _ in range(31)]
    limited = await caller.get("/api/v2/organizations")
    assert (statuses.count(200), limited.status) == (30, 429)
    assert limited.document["errors"][0] == {
        "detail": "You have exceeded the API's rate limit.",
        "status": 429,
        "title": "Too many requests",
    }
    assert (await caller.holding(api.user_token.secret).get("/api/v2/organizations")).status == 200


async def test_lists_of_runs_share_thirty_a_minute(caller: Caller, api: RunsApi) -> None:
    workspace = (await caller.workspace("idle"))["id"]
    api.context.limits.per_second = None
    paths = [f"/api/v2/workspaces/{workspace}/runs", "/api/v2/organizations/acme/runs"]
    api.context.clock.speed = STILL
    statuses = [(await caller.get(paths[number % 2])).status for number in range(32)]
    assert (statuses[:30], statuses[30:]) == ([200] * 30, [429] * 2)
    limited = await caller.get(paths[0])
    assert (limited.headers["X-RateLimit-Limit"], limited.headers["X-RateLimit-Remaining"]) == ("30", "0")
    assert 0 < float(limited.headers["X-RateLimit-Reset"]) <= 60
    assert (await caller.get("/api/v2/organizations")).status == 200


async def test_limits_are_switched_off(caller: Caller, api: RunsApi) -> None:
    await caller.control("POST", "limits", {"per_second": None, "lists_per_minute": None})
    api.context.clock.speed = STILL
    answers = [await caller.get("/api/v2/organizations/acme/runs") for _ in range(35)]
    assert {each.status for each in answers} == {200}
    assert "X-RateLimit-Limit" not in answers[-1].headers


async def test_a_write_without_its_content_type_is_refused_even_without_a_body(caller: Caller) -> None:
    run = await caller.planned("app-dev")
    path = f"/api/v2/runs/{run}/actions/apply"
    answer = await caller.call("POST", path, headers={"Content-Type": "application/json"})
    assert (answer.status, (await caller.run(run))["attributes"]["status"]) == (415, "planned")


@pytest.mark.parametrize("body", ["{", "[]", '{"comment": "\\ud800"}', "[" * 100_000])
async def test_a_body_that_is_no_object_is_a_bad_request(caller: Caller, body: str) -> None:
    headers = {"Authorization": f"Bearer {caller.token}", "Content-Type": "application/vnd.api+json"}
    async with caller.session.post(f"{caller.api.address}/api/v2/runs", data=body, headers=headers) as response:
        assert response.status == 400


async def test_unknown_paths_and_methods_are_told_in_documents(caller: Caller) -> None:
    unknown, wrong = await caller.get("/api/v2/teapots"), await caller.call("DELETE", "/api/v2/organizations")
    assert (unknown.status, unknown.title) == (404, "not found")
    assert (wrong.status, wrong.title) == (405, "method not allowed")


async def test_a_lost_apply_is_done_and_never_answered(caller: Caller) -> None:
    run = await caller.planned("app-dev")
    await caller.control("POST", "faults", {"match": "POST /api/v2/runs/*/actions/apply", "kind": "lost", "times": 1})
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await caller.act(run, "apply", "gone with the wind")
    await caller.until(run, "applied")
    assert (await caller.get(f"/api/v2/runs/{run}/comments")).data[0]["attributes"]["body"] == "gone with the wind"
    lost = [each for each in (await caller.control("GET", "requests")).document["requests"] if each["status"] is None]
    assert [each["method"] for each in lost] == ["POST"]


async def test_a_refused_apply_is_not_done(caller: Caller) -> None:
    run = await caller.planned("app-dev")
    await caller.control("POST", "faults", {"match": "POST */actions/apply", "kind": "refused", "times": 1})
    refused = await caller.act(run, "apply")
    assert (refused.status, refused.title) == (409, "transition not allowed")
    assert (await caller.run(run))["attributes"]["status"] == "planned"
    assert (await caller.act(run, "apply")).status == 202


async def test_a_server_that_is_down_does_nothing(caller: Caller) -> None:
    run = await caller.planned("app-dev")
    await caller.control("POST", "faults", {"match": "*", "kind": "down"})
    assert (await caller.act(run, "apply")).status == 503
    assert (await caller.control("DELETE", "faults")).document == {"cleared": 1}
    assert (await caller.run(run))["attributes"]["status"] == "planned"


async def test_a_status_and_a_cut_answer_come_as_they_were_asked_for(caller: Caller) -> None:
    await caller.control("POST", "faults", {"match": "GET /api/v2/organizations", "kind": "status", "status": 500, "times": 1})
    assert (await caller.get("/api/v2/organizations")).status == 500
    await caller.control("POST", "faults", {"match": "GET /api/v2/organizations", "kind": "cut", "times": 1})
    cut = await caller.get("/api/v2/organizations")
    assert cut.status == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(cut.text)


async def test_a_slow_answer_takes_real_time(caller: Caller) -> None:
    await caller.control("POST", "faults", {"match": f"GET {PING}", "kind": "slow", "seconds": 0.2, "times": 1})
    began = time.monotonic()
    assert (await caller.get(PING)).status == 204
    assert time.monotonic() - began >= 0.2


async def test_requests_are_recorded_with_their_answers(caller: Caller) -> None:
    await asyncio.gather(*(caller.get(PING) for _ in range(3)))
    await caller.get("/api/v2/runs/run-none?include=plan")
    recorded = (await caller.control("GET", "requests")).document
    assert recorded["counts"][f"GET {PING}"] == 3
    last = recorded["requests"][-1]
    assert (last["method"], last["path"], last["query"], last["status"]) == ("GET", "/api/v2/runs/run-none", "include=plan", 404)


async def test_an_apply_is_recorded_with_its_token_its_words_and_the_plan_that_it_applies(caller: Caller, api: RunsApi) -> None:
    run = await caller.planned("app-dev")
    plan = json.loads((await caller.get(f"/api/v2/runs/{run}/plan/json-output-redacted")).text)
    await caller.act(run, "apply", "looks good")
    await caller.holding(api.user_token.secret).act(run, "apply")
    recorded = (await caller.control("GET", "requests")).document["requests"]
    ours, theirs = [each for each in recorded if each["path"].endswith("/actions/apply")]
    canonical = json.dumps(plan, sort_keys=True, separators=(",", ":"))
    assert (ours["run"], ours["comment"], ours["status"], theirs["status"]) == (run, "looks good", 202, 409)
    assert ours["plan"] == f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}"
    assert [ours["token"], theirs["token"]] == [fingerprint_of(each) for each in (caller.token, api.user_token.secret)]
    assert abs(datetime.now(UTC) - datetime.fromisoformat(ours["received_at"])) < timedelta(minutes=1)
    assert caller.token not in json.dumps(recorded)


def fingerprint_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()[:16]


@pytest.mark.parametrize("body", ["{", "[]", '{"comment": 3}', "x" * 2**21])
async def test_an_apply_whose_words_cannot_be_read_is_recorded_all_the_same(caller: Caller, body: str) -> None:
    run = await caller.planned("app-dev")
    for path in (f"runs/{run}", "policy-checks/none", "task-stages/none"):
        action = "apply" if path.startswith("runs") else "override"
        headers = {"Authorization": f"Bearer {caller.token}", "Content-Type": "application/vnd.api+json"}
        place, content = f"{caller.api.address}/api/v2/{path}/actions/{action}", io.BytesIO(body.encode())
        async with caller.session.post(place, data=content, headers=headers) as response:
            assert response.status in {202, 400, 404, 413}
    recorded = [each for each in (await caller.control("GET", "requests")).document["requests"] if "comment" in each]
    assert [(each["run"], each["comment"]) for each in recorded] == [(run, ""), ("", ""), ("", "")]
    assert [bool(each["plan"]) for each in recorded] == [True, False, False]


async def test_a_request_is_recorded_when_it_comes(caller: Caller) -> None:
    run = await caller.planned("app-dev")
    await caller.control("POST", "faults", {"match": "POST */actions/apply", "kind": "slow", "seconds": 0.3, "times": 1})
    acting = asyncio.create_task(caller.act(run, "apply"))
    await caller.until(run, "applied")
    recorded = (await caller.control("GET", "requests")).document["requests"]
    assert [each["status"] for each in recorded if each["path"].endswith("/actions/apply")] == [None]
    assert (await acting).status == 202


def test_what_only_reads_never_pushes_out_what_changes_something() -> None:
    log, at = RequestLog(), datetime.now(UTC)
    log.add("POST", "/api/v2/runs/run-1/actions/apply", "", at, {"token": "1"})
    for _ in range(KEPT_READS + 1):
        log.add("GET", PING, "", at, {})
    log.add("POST", "/api/v2/runs/run-2/actions/apply", "", at, {"token": "1"})
    kept = log.entries
    assert [each["method"] for each in kept] == ["POST", *["GET"] * KEPT_READS, "POST"]
    assert [each["number"] for each in kept] == [0, *range(2, KEPT_READS + 3)]


@pytest.mark.parametrize(
    "path,body",
    [
        ("faults", {"kind": "lost"}),
        ("faults", {"kind": "odd", "match": "*"}),
        ("faults", {"kind": "slow", "match": "*", "seconds": -1}),
        ("faults", {"kind": "down", "match": "*", "times": 0}),
        ("clock", {"speed": 0}),
        ("clock", {"speed": "fast"}),
        ("limits", {"per_second": 0}),
        ("scripts/app-dev", {"additions": -1}),
        ("scripts/app-dev", {"color": "red"}),
    ],
)
async def test_a_control_that_makes_no_sense_is_refused(caller: Caller, path: str, body: object) -> None:
    assert (await caller.control("POST", path, body)).status == 400


async def test_a_script_is_changed_for_the_next_run(caller: Caller) -> None:
    assert (await caller.control("POST", "scripts/none", {})).status == 404
    changed = await caller.control("POST", "scripts/app-dev", {"additions": 0, "changes": 0, "destructions": 0})
    assert changed.status == 200
    await caller.until(await caller.start("app-dev"), "planned_and_finished")


async def test_the_clock_is_turned(caller: Caller, api: RunsApi) -> None:
    assert (await caller.control("POST", "clock", {"speed": 50})).document["speed"] == 50
    assert api.context.clock.speed == 50


async def test_controls_need_the_secret(caller: Caller) -> None:
    for headers in ({}, {"X-Sandbox-Secret": SECRET[:-1]}, {"X-Sandbox-Secret": "\u00e9"}):
        assert (await caller.call("GET", "/_control/requests", headers=headers)).status == 401
