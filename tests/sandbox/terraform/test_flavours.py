"""The dialects: what changes on the wire in that of 2017 and on a compatible server."""

from __future__ import annotations

import uuid
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.sandbox.clock import Clock
from bot.sandbox.faults import Faults
from bot.sandbox.terraform.records import Script
from bot.sandbox.terraform.samples import Sample
from bot.sandbox.terraform.server import open_runs_api
from tests.sandbox.terraform.calling import SECRET, Caller, calling

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.sandbox.terraform.flavours import FlavourName

SAMPLES = tuple(Sample(name, "dns", "", Script(additions=1, plan_seconds=0.2, apply_seconds=0.2)) for name in ("one", "two"))
ORGANIZATION_RUNS = "/api/v2/organizations/acme/runs"


@asynccontextmanager
async def speaking(flavour: FlavourName, folder: Path) -> AsyncIterator[Caller]:
    async with (
        open_runs_api(Clock(20), Faults(), SECRET, folder, engine="scripted", samples=SAMPLES, flavour=flavour) as api,
        calling(api) as caller,
    ):
        api.context.limits.per_second = None
        yield caller


async def test_2017_lists_runs_whole_and_unfiltered(tmp_path: Path) -> None:
    async with speaking("2017", tmp_path) as caller:
        for _ in range(22):
            await caller.start("one")
        workspace = (await caller.workspace("one"))["id"]
        listed = await caller.get(f"/api/v2/workspaces/{workspace}/runs?filter[status]=applied&page[size]=1")
        assert (len(listed.data), set(listed.document)) == (22, {"data"})
        assert (await caller.get(ORGANIZATION_RUNS)).status == 404


async def test_2017_spells_runs_in_the_old_way_wherever_they_stand(tmp_path: Path) -> None:
    async with speaking("2017", tmp_path) as caller:
        run = await caller.planned("one")
        shown = await caller.run(run)
        beside = (await caller.get("/api/v2/organizations/acme/workspaces?include=current_run")).document["included"][0]
        for each in (shown, beside):
            attributes = each["attributes"]
            assert (attributes["may-confirm"], attributes["may-discarded"], attributes["may-canceled"]) == (True, True, False)
            assert "actions" not in attributes
            assert set(attributes["permissions"]) == {"can-apply", "can-cancel", "can-discard", "can-force-execute"}
        assert attributes["message"] == "Queued manually in Terraform Enterprise"


async def test_a_compatible_server_has_no_list_of_the_organization_and_tells_nothing_of_pages(tmp_path: Path) -> None:
    async with speaking("compatible", tmp_path) as caller:
        missing = await caller.get(ORGANIZATION_RUNS)
        assert (missing.status, missing.document) == (404, {"detail": "not found"})
        for _ in range(3):
            await caller.start("one")
        workspace = (await caller.workspace("one"))["id"]
        listed = (await caller.get(f"/api/v2/workspaces/{workspace}/runs?filter[status]=applied&page[size]=2&include=nonsense")).document
        assert (set(listed), len(listed["data"])) == ({"data"}, 2)
        workspaces = (await caller.get("/api/v2/organizations/acme/workspaces?search[name]=two&page[size]=1&include=current_run")).document
        assert [each["attributes"]["name"] for each in workspaces["data"]] == ["one", "two"]
        assert "included" not in workspaces


async def test_a_compatible_server_answers_actions_with_the_run(tmp_path: Path) -> None:
    async with speaking("compatible", tmp_path) as caller:
        run = await caller.planned("one")
        assert str(uuid.UUID(run)) == run
        answer = await caller.act(run, "apply", "ignored")
        assert (answer.status, answer.data["attributes"]["status"]) == (200, "confirmed")
        again = await caller.act(run, "apply")
        assert (again.status, again.document) == (409, {"detail": "transition not allowed"})
        for path in ("comments", "run-events", "plan/json-output-redacted"):
            assert (await caller.get(f"/api/v2/runs/{run}/{path}")).status == 404
        assert (await caller.act(run, "force-cancel")).status == 404


async def test_a_compatible_server_forbids_where_the_platform_hides(tmp_path: Path) -> None:
    async with speaking("compatible", tmp_path) as caller:
        run = await caller.planned("one")
        reader = caller.holding((await caller.control("POST", "tokens", {"access": "read"})).document["token"])
        assert (await reader.act(run, "apply")).status == 403
        assert (await reader.get("/api/v2/runs/nothing")).status == 404
        assert (await caller.get("/api/v2/ping")).status == 200
        assert (await caller.holding("wrong").get("/api/v2/account/details")).document == {"detail": "unauthorized"}
