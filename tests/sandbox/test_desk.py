"""What the page is told of the Runs API, and may do there, over the Slack server's own origin."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from bot.sandbox.slack.server import open_slack
from bot.sandbox.terraform.records import Script
from bot.sandbox.terraform.samples import Sample
from bot.sandbox.world import World, WorldOptions, open_world

Ask = Callable[..., Awaitable[dict[str, Any]]]
QUICK = Sample("web", "dns", "The shop", Script(additions=2, plan_seconds=0.2, apply_seconds=0.2))
SLOW = Sample("slow", "dns", "", Script(plan_seconds=4000.0))
OPTIONS = WorldOptions(slack_port=0, runs_api_port=0, blob_port=0, engine="scripted", speed=20, samples=(QUICK, SLOW))


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world(OPTIONS) as world:
        yield world


@pytest.fixture
async def ask(world: World) -> AsyncIterator[Ask]:
    async with aiohttp.ClientSession(headers={"X-Sandbox-Secret": world.secret}) as session:

        async def ask(verb: str, path: str, body: Any = None, **query: str) -> dict[str, Any]:
            async with session.request(verb, f"{world.slack.url}/_person/{path}", json=body, params=query) as response:
                answer: dict[str, Any] = await response.json()
                return answer

        yield ask


async def until(ask: Ask, run: str, wanted: str) -> dict[str, Any]:
    for _ in range(200):
        answer = await ask("GET", "terraform/run", run=run)
        found: dict[str, Any] = answer["run"]
        if wanted in (found["status"], *found["actions"]):
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(answer)


async def test_a_run_outside_of_slack_is_started_followed_and_applied(ask: Ask) -> None:
    started = await ask("POST", "terraform/start", {"workspace": "web", "message": "from a pipeline"})
    run = await until(ask, started["run"]["id"], "apply")
    assert (run["title"], run["by"], run["needs_person"]) == ("from a pipeline", "ana", True)
    assert (run["plan"]["additions"], run["plan"]["changes"]) == (2, 0)
    assert "Plan:" in run["plan"]["log"]
    rest = await ask("GET", "terraform/run", run=run["id"], plan_from=str(run["plan"]["next"]))
    assert rest["run"]["plan"]["log"] == ""
    assert (await ask("POST", "terraform/act", {"run": run["id"], "action": "apply"}))["ok"] is True
    applied = await until(ask, run["id"], "applied")
    assert applied["confirmed_by"] == "ana"
    assert applied["actions"] == []


async def test_workspaces_tell_who_holds_them_and_who_waits(ask: Ask) -> None:
    first = await ask("POST", "terraform/start", {"workspace": "slow"})
    second = await ask("POST", "terraform/start", {"workspace": "slow"})
    found = await ask("GET", "terraform/workspaces")
    slow, web = found["workspaces"]
    assert (slow["name"], web["name"], web["description"]) == ("slow", "web", "The shop")
    assert slow["holder"]["id"] == first["run"]["id"]
    assert [run["id"] for run in slow["waiting"]] == [second["run"]["id"]]
    assert (await ask("POST", "terraform/act", {"run": first["run"]["id"], "action": "cancel"}))["ok"] is True


@pytest.mark.parametrize(
    "path,body",
    [
        ("terraform/start", {"workspace": "nowhere"}),
        ("terraform/act", {"run": "run-nowhere", "action": "apply"}),
        ("terraform/fault", {"match": "*", "kind": "nonsense"}),
        ("terraform/nonsense", {}),
    ],
)
async def test_what_cannot_be_done_is_refused_in_words(ask: Ask, path: str, body: dict[str, str]) -> None:
    answer = await ask("POST", path, body)
    assert answer["ok"] is False
    assert answer["error"]


async def test_looking_does_nothing(ask: Ask) -> None:
    assert await ask("GET", "terraform/start", workspace="web") == {"ok": False, "error": "unknown_method"}
    assert (await ask("GET", "terraform/run", run="x", plan_from="-1"))["ok"] is False
    assert all(each["runs"] == [] for each in (await ask("GET", "terraform/workspaces"))["workspaces"])


async def test_faults_are_pulled_seen_and_mended_and_requests_are_shown(ask: Ask, world: World) -> None:
    pulled = await ask("POST", "terraform/fault", {"match": "GET */ping", "kind": "status", "status": 503})
    async with aiohttp.ClientSession() as session, session.get(f"{world.runs_api.address}/api/v2/ping") as response:
        assert response.status == 503
    assert [fault["id"] for fault in (await ask("GET", "terraform/faults"))["faults"]] == [pulled["id"]]
    assert (await ask("GET", "terraform/requests"))["requests"][-1]["status"] == 503
    assert (await ask("POST", "terraform/mend", {"fault": pulled["id"]}))["ended"] == 1
    assert (await ask("GET", "terraform/faults"))["faults"] == []


async def test_the_app_is_started_anew_where_somebody_has_offered_it(ask: Ask, world: World) -> None:
    assert (await ask("POST", "restart"))["error"] == "not_started_here"
    assert (await ask("GET", "world"))["can_restart"] is False
    calls: list[str] = []

    async def restart() -> None:
        calls.append("restart")

    world.slack.offer_restart(restart)
    assert (await ask("GET", "world"))["can_restart"] is True
    assert (await ask("POST", "restart", {}))["ok"] is True
    assert calls == ["restart"]


async def test_a_slack_alone_has_no_terraform_to_show() -> None:
    async with open_slack() as slack, aiohttp.ClientSession(headers={"X-Sandbox-Secret": slack.secret}) as session:
        async with session.get(f"{slack.url}/_person/terraform/workspaces") as response:
            assert (await response.json())["error"] == "no_terraform"
        async with session.get(f"{slack.url}/_person/terraform/workspaces", headers={"X-Sandbox-Secret": "wrong"}) as response:
            assert response.status == 401
