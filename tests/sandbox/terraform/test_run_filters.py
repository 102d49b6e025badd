"""The filters of both lists of runs, the queue of the organization, and its capacity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.sandbox.clock import Clock
from bot.sandbox.faults import Faults
from bot.sandbox.terraform.records import Script
from bot.sandbox.terraform.samples import Sample
from bot.sandbox.terraform.server import open_runs_api
from tests.sandbox.terraform.calling import SECRET, Caller, calling

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

QUICK = Script(additions=1, plan_seconds=0.1, apply_seconds=0.1)
SAMPLES = (
    Sample("site", "dns", "", QUICK, commit=("Correct a typo", "kim")),
    Sample("api", "dns", "", QUICK),
    Sample("slow", "dns", "", Script(plan_seconds=4000)),
)
RUNS = "/api/v2/organizations/acme/runs"


@pytest.fixture
async def caller(tmp_path: Path) -> AsyncIterator[Caller]:
    async with open_runs_api(Clock(20), Faults(), SECRET, tmp_path, engine="scripted", samples=SAMPLES) as api, calling(api) as caller:
        api.context.limits.lists_per_minute = api.context.limits.per_second = None
        yield caller


async def listed(caller: Caller, query: str) -> list[str]:
    answer = await caller.get(f"{RUNS}?{query}")
    assert answer.status == 200, answer.text
    return [each["attributes"]["message"] for each in answer.data]


async def test_runs_are_found_by_what_they_are(caller: Caller) -> None:
    await caller.planned("site", message="first")
    await caller.until(await caller.start("api", message="look", plan_only=True), "planned_and_finished")
    await caller.start("slow", message="long")
    found = {
        "": ["long", "first"],
        "filter[operation]=plan_only,plan_and_apply": ["long", "look", "first"],
        "filter[status]=planned": ["first"],
        "filter[status_group]=final&filter[operation]=plan_only": ["look"],
        "filter[status_group]=discardable": ["first"],
        "filter[source]=tfe-ui": [],
        "filter[workspace_names]=slow,nothing": ["long"],
        "filter[agent_pool_names]=pool": [],
        "filter[timeframe]=1999": [],
        "search[user]=kim": ["first"],
        "search[user]=raj": [],
        "search[basic]=LON": ["long"],
        "search[basic]=kim": ["first"],
        "search[user]=kim&search[basic]=long": ["first"],
        "search[user]=&filter[status]=&search[basic]=": ["long", "first"],
    }
    assert {query: await listed(caller, query) for query in found} == found


async def test_runs_are_found_by_their_commit(caller: Caller) -> None:
    run = await caller.planned("site", message="first")
    commit = (await caller.get(f"/api/v2/runs/{run}/configuration-version/ingress-attributes")).data["attributes"]
    assert (commit["commit-message"], commit["sender-username"], commit["identifier"]) == ("Correct a typo", "kim", "acme/site")
    assert await listed(caller, f"search[commit]={commit['commit-sha'][:8]}") == ["first"]
    assert await listed(caller, "search[commit]=ffffffff") == []
    included = (await caller.get(f"/api/v2/runs/{run}?include=configuration_version.ingress_attributes")).document["included"]
    assert {each["type"] for each in included} == {"configuration-versions", "ingress-attributes"}


async def test_the_list_that_only_the_apis_description_knows(caller: Caller) -> None:
    await caller.planned("site", message="first")
    await caller.planned("api", message="second")
    workspace = (await caller.workspace("site"))["id"]
    assert [each["attributes"]["message"] for each in (await caller.get(f"/api/v2/runs?workspace_id={workspace}")).data] == ["first"]
    both = await caller.get("/api/v2/runs?organization_name=acme")
    assert (len(both.data), both.document["meta"]["pagination"]["total-count"]) == (2, 2)
    assert (await caller.get("/api/v2/runs?organization_name=other")).status == 404


async def test_pages_of_an_organization_end_without_totals(caller: Caller) -> None:
    for number in range(5):
        await caller.start("slow", message=str(number))
    first = (await caller.get(f"{RUNS}?page[size]=2")).document["meta"]["pagination"]
    assert first == {"current-page": 1, "page-size": 2, "prev-page": None, "next-page": 2}
    assert (await caller.get(f"{RUNS}?page[size]=2&page[number]=3")).document["meta"]["pagination"]["next-page"] is None


async def test_waiting_runs_have_their_place_in_the_queue(caller: Caller) -> None:
    first = await caller.start("slow")
    await caller.until(first, "planning")
    waiting = [await caller.start("slow"), await caller.start("slow")]
    queue = (await caller.get(f"{RUNS}/queue")).data
    assert [(each["id"], each["attributes"]["position-in-queue"]) for each in queue] == [(waiting[0], 1), (waiting[1], 2)]
    assert (await caller.get("/api/v2/organizations/acme/capacity")).data["attributes"] == {"pending": 2, "running": 1}
