"""Faults on demand: every way in which an answer can be wrong, and what was done in spite of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import aiohttp
import pytest

from tests.sandbox.terraform.calling import Caller

if TYPE_CHECKING:
    from bot.sandbox.terraform.server import RunsApi

RUN = "GET /api/v2/runs/*"


async def pull(caller: Caller, words: str) -> None:
    answer = await caller.control("POST", "faults", {"say": words})
    assert answer.status == 200, answer.text


@pytest.mark.parametrize(
    "status,title",
    [
        (401, "unauthorized"),
        (404, "not found"),
        (409, "transition not allowed"),
        (415, "invalid content type"),
        (422, "unprocessable entity"),
        (429, "Too many requests"),
        (500, "internal server error"),
        (503, "service unavailable"),
    ],
)
async def test_a_status_comes_in_the_servers_words(caller: Caller, status: int, title: str) -> None:
    await pull(caller, f"{status} x1 on GET /api/v2/organizations")
    answer = await caller.get("/api/v2/organizations")
    assert (answer.status, answer.title) == (status, title)
    assert (await caller.get("/api/v2/organizations")).status == 200


async def test_too_many_requests_say_when_to_come_again(caller: Caller) -> None:
    await caller.control("POST", "faults", {"match": "*", "kind": "status", "status": 429, "seconds": 7.5, "times": 1})
    answer = await caller.get("/api/v2/organizations")
    assert (answer.headers["X-RateLimit-Reset"], answer.headers["X-RateLimit-Remaining"]) == ("7.500", "0")
    assert answer.document["errors"][0]["status"] == 429


async def test_a_connection_is_reset_before_anything_is_done(caller: Caller) -> None:
    run = await caller.planned("app-dev")
    await pull(caller, "reset x1 on POST */actions/apply")
    with pytest.raises(aiohttp.ClientOSError):
        await caller.act(run, "apply")
    assert (await caller.run(run))["attributes"]["status"] == "planned"


async def test_somebody_else_is_faster(caller: Caller, api: RunsApi) -> None:
    run = await caller.planned("app-dev")
    await pull(caller, "raced x1 on POST */actions/apply")
    refused = await caller.act(run, "apply", "mine")
    assert (refused.status, refused.title) == (409, "transition not allowed")
    applied = await caller.until(run, "applied")
    assert applied["relationships"]["confirmed-by"]["data"]["id"] == api.user_token.account.id


async def test_a_status_that_nobody_knows_stands_in_every_run(caller: Caller) -> None:
    run = await caller.planned("app-dev")
    await pull(caller, f"unknown_status x1 on {RUN}")
    assert (await caller.run(run))["attributes"]["status"] == "contemplating"
    await pull(caller, "unknown_status x1 on GET */workspaces")
    listed = (await caller.get("/api/v2/organizations/acme/workspaces?include=current_run")).document
    assert [each["attributes"]["status"] for each in listed["included"]] == ["contemplating"]
    assert (await caller.run(run))["attributes"]["status"] == "planned"


async def test_actions_are_left_out(caller: Caller) -> None:
    run = await caller.planned("app-dev")
    await pull(caller, f"no_actions x1 on {RUN}")
    shown = await caller.get(f"/api/v2/runs/{run}")
    assert "actions" not in shown.data["attributes"]
    assert "X-RateLimit-Limit" in shown.headers
    assert "actions" in (await caller.run(run))["attributes"]


async def test_an_answer_is_cut_with_the_deed_done(caller: Caller) -> None:
    await pull(caller, "cut x1 on POST /api/v2/runs")
    cut = await caller.create_run("app-dev", message="half")
    assert cut.status == 201
    with pytest.raises(json.JSONDecodeError):
        json.loads(cut.text)
    assert len((await caller.get("/api/v2/organizations/acme/runs")).data) == 1


async def test_words_that_make_no_fault_are_a_bad_request(caller: Caller) -> None:
    for words in ("belated on */x", "odd"):
        assert (await caller.control("POST", "faults", {"say": words})).status == 400


async def test_a_token_is_issued_and_revoked(caller: Caller) -> None:
    secret = (await caller.control("POST", "tokens", {"kind": "team", "access": "read"})).document["token"]
    reader = caller.holding(secret)
    run = await caller.planned("app-dev")
    assert (await reader.run(run))["attributes"]["permissions"]["can-apply"] is False
    assert (await reader.act(run, "apply")).status == 404
    assert (await caller.control("DELETE", "tokens", {"token": secret})).document == {"revoked": True}
    assert (await reader.get(f"/api/v2/runs/{run}")).status == 401
    assert (await caller.control("POST", "tokens", {"kind": "robot"})).status == 400


async def test_time_passes_at_once(caller: Caller, api: RunsApi) -> None:
    before = api.context.clock.now()
    answer = await caller.control("POST", "clock", {"speed": 1, "advance": 3600})
    assert (answer.status, api.context.clock.speed) == (200, 1.0)
    assert (api.context.clock.now() - before).total_seconds() >= 3600
    for wrong in ({"advance": -1}, {"advance": "1"}, {"speed": True}, {"speed": 0}):
        assert (await caller.control("POST", "clock", wrong)).status == 400
