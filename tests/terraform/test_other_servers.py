"""One client at every server that speaks the API, each by answers written down as it gives them (`answers/*.json`)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.core.errors import NotVisible, StateMovedOn
from bot.core.runs import Action, Phase, RunStatus
from bot.core.servers import Lack
from bot.terraform.client import TerraformClient
from tests.terraform.conftest import QUICK, TOKEN
from tests.terraform.servers import Reply, ScriptedServer, serving

FOLDER = Path(__file__).parent / "answers"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


@dataclass(frozen=True, slots=True)
class Other:
    """A server, a client of it, and the ids of what is there: a run that rests and one that is busy, and one that may not be seen."""

    name: str
    client: TerraformClient
    server: ScriptedServer
    world: dict[str, Any]


@pytest.fixture(params=NAMES)
async def other(request: pytest.FixtureRequest) -> AsyncIterator[Other]:
    written = json.loads((FOLDER / f"{request.param}.json").read_text())
    async with serving(ScriptedServer()) as server, TerraformClient(server.url, TOKEN, pace=QUICK) as client:
        for call, replies in written["calls"].items():
            server.on(call, *map(reply, replies))
        yield Other(request.param, client, server, written["world"])


def reply(written: dict[str, Any]) -> Reply:
    body = written["body"].encode() if "body" in written else None
    return Reply(written["status"], written.get("document"), body, written.get("headers", {}))


def test_every_server_that_is_known_is_here() -> None:
    assert NAMES == ["hcp", "otf", "scalr", "terrakube", "terrapod", "tfe_2017"]


async def test_it_is_found_and_named(other: Other) -> None:
    bases = {"terrapod": "/api/tfe/v2/", "scalr": "/api/tfe/v2/", "terrakube": "/remote/tfe/v2/"}
    names = {"hcp": "HCP Terraform", "terrapod": "Terrapod", "terrakube": "Terrakube"}
    found = await other.client.organizations.server()
    assert (found.base_path, found.name) == (bases.get(other.name, "/api/v2/"), names.get(other.name, ""))


async def test_workspaces_are_listed(other: Other) -> None:
    page = await other.client.list_workspaces(other.world["organization"], live_only=True)
    ((workspace, run),) = page.rows
    assert (workspace.id, workspace.name, workspace.organization) == (other.world["workspace"], "net-prod", other.world["organization"])
    assert page.next_page is None
    assert (run is not None) is (other.name in {"hcp", "otf"})
    assert (Lack.STATUS_FILTER in other.client.lacks) is (run is None)


async def test_an_organizations_runs_are_listed_where_there_is_such_a_list(other: Other) -> None:
    organization = other.world["organization"]
    if other.name not in {"hcp", "otf"}:
        with pytest.raises(NotVisible, match="run list"):
            await other.client.list_organization_runs(organization)
        assert Lack.ORGANIZATION_RUNS in other.client.lacks
        return
    for _ in range(2):
        page = await other.client.list_organization_runs(organization)
        assert [run.id for run in page.runs] == [other.world["busy"], other.world["resting"]]
    if other.name == "otf":
        assert other.server.last().query["organization_name"] == organization
        assert other.server.calls().count("GET /api/v2/organizations/acme/runs") == 1


async def test_a_workspaces_runs_are_listed(other: Other) -> None:
    page = await other.client.list_workspace_runs(other.world["workspace"])
    assert page.runs[0].id == other.world["busy"]
    assert {run.workspace_id for run in page.runs} == {other.world["workspace"]}
    assert page.next_page is None


async def test_a_run_that_rests_is_told_from_one_that_does_not(other: Other) -> None:
    busy = (await other.client.read_run(other.world["busy"])).run
    assert busy.gate is None
    if other.world["resting"] is not None:
        resting = (await other.client.read_run(other.world["resting"])).run
        assert resting.gate == "confirm"
        assert resting.may(Action.APPLY)
        assert resting.phase is Phase.CHECKING
        assert not resting.apply_doubted


async def test_a_run_that_rests_is_applied(other: Other) -> None:
    if other.world["resting"] is None:
        assert other.world["doubted"]
        return
    await other.client.act(Action.APPLY, other.world["resting"], "approved by kim")


async def test_an_apply_that_is_refused_is_told_as_a_refusal(other: Other) -> None:
    if other.world["resting"] is None:
        assert other.world["doubted"]
        return
    with pytest.raises(StateMovedOn):
        await other.client.act(Action.APPLY, other.world["busy"], "approved by kim")


async def test_what_may_not_be_seen_does_not_exist(other: Other) -> None:
    with pytest.raises(NotVisible, match=other.world["hidden"]):
        await other.client.read_run(other.world["hidden"])


async def test_comments_are_read_where_they_are_kept(other: Other) -> None:
    run_id = other.world["resting"] or "run-42"
    assert await other.client.comments(run_id) == (("approved by kim",) if other.name == "hcp" else ())
    assert (Lack.COMMENTS in other.client.lacks) is (other.name not in {"hcp", "scalr"})


async def test_a_server_that_says_of_every_run_that_it_can_be_applied_is_not_believed(other: Other) -> None:
    for run_id in other.world.get("doubted", ()):
        run = (await other.client.read_run(run_id)).run
        assert run.apply_doubted
        assert run.gate is None
        assert Action.APPLY not in run.allowed
    found = await other.client.organizations.server()
    assert found.can_approve is ("doubted" not in other.world)


async def test_a_connection_that_dies_right_after_a_refusal_does_not_hide_it() -> None:
    async with serving(ScriptedServer()) as server, TerraformClient(server.url, TOKEN, pace=QUICK) as client:
        refusal = {"errors": [{"status": "409", "title": "transition not allowed" + " " * 5000}]}
        server.on("POST /api/v2/runs/run-1/actions/apply", Reply(409, refusal, cut=True))
        with pytest.raises(StateMovedOn, match="state that allows"):
            await client.act(Action.APPLY, "run-1", "ok")


async def test_words_of_plans_are_no_words_of_runs() -> None:
    assert {RunStatus.of(word) for word in ("running", "finished", "unknown")} == {RunStatus.UNKNOWN}
