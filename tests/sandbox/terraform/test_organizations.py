"""Discovery, ping, accounts of the three kinds of token, the organization and its project."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from bot.sandbox.terraform.server import RunsApi
    from tests.sandbox.terraform.calling import Answer, Caller


async def test_the_server_is_discovered_and_answers_a_ping(caller: Caller) -> None:
    services = (await caller.get("/.well-known/terraform.json")).document
    assert services["tfe.v2"] == "/api/v2/"
    ping = await caller.holding("nobody").get("/api/v2/ping")
    assert (ping.status, ping.text) == (204, "")
    assert (ping.headers["TFP-API-Version"], ping.headers["TFP-AppName"]) == ("2.6", "Runbell Sandbox")


async def test_an_account_tells_which_kind_of_token_it_is(caller: Caller, api: RunsApi) -> None:
    kinds = {
        "users": api.user_token,
        "teams": api.team_token,
        "organizations": api.organization_token,
    }
    for kind, token in kinds.items():
        details = (await caller.holding(token.secret).get("/api/v2/account/details")).data
        assert details["relationships"]["authenticated-resource"]["data"] == {"id": token.owner_id, "type": kind}
        assert details["attributes"]["is-service-account"] is (kind != "users")


async def test_an_organization_token_reads_but_runs_nothing(caller: Caller, api: RunsApi) -> None:
    run = await caller.planned("app-dev")
    organization = caller.holding(api.organization_token.secret)
    assert (await organization.get(f"/api/v2/runs/{run}")).status == 200
    assert (await organization.create_run("app-dev")).status == 404
    assert (await organization.act(run, "apply")).status == 404
    workspace = (await caller.workspace("app-dev"))["id"]
    body = {"data": {"type": "configuration-versions"}}
    assert (await organization.post(f"/api/v2/workspaces/{workspace}/configuration-versions", body)).status == 404
    assert (await caller.run(run))["attributes"]["status"] == "planned"


@pytest.mark.parametrize("token", ["", "wrong", "\u00e9"])
async def test_without_a_known_token_nobody_is_let_in(caller: Caller, token: str) -> None:
    answer = await caller.holding(token).get("/api/v2/account/details")
    assert (answer.status, answer.document) == (401, {"errors": [{"status": "401", "title": "unauthorized"}]})


async def test_a_revoked_token_is_unknown(caller: Caller, api: RunsApi) -> None:
    api.context.tokens.revoke(api.team_token.secret)
    assert (await caller.get("/api/v2/organizations")).status == 401


async def test_the_organization_and_its_neighbours_are_read(caller: Caller) -> None:
    async def read(path: str) -> Answer:
        answer = await caller.get(path)
        assert answer.status == 200
        return answer

    assert [each["id"] for each in (await read("/api/v2/organizations")).data] == ["acme"]
    assert (await read("/api/v2/organizations/acme")).data["attributes"]["name"] == "acme"
    assert (await read("/api/v2/organizations/acme/entitlement-set")).data["attributes"]["operations"] is True
    (project,) = (await read("/api/v2/organizations/acme/projects?filter%5Bnames%5D=Default+Project")).data
    assert (await read(f"/api/v2/projects/{project['id']}")).data == project
    assert (await read("/api/v2/organizations/acme/projects?q=other")).data == []
    assert (await caller.get("/api/v2/organizations/other")).status == 404
