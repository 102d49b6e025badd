"""Every filter of the lists, every attribute of a new run, and the two other orders that a run takes."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest

from bot.core.errors import StateMovedOn, TerraformFailed
from bot.core.readings import NewRun, RunQuery, WorkspacePage, WorkspaceQuery
from bot.core.runs import Action
from bot.core.servers import Lack
from bot.terraform.client import TerraformClient
from tests.terraform.samples import run_document, run_resource
from tests.terraform.servers import Reply, ScriptedServer

EMPTY = Reply(200, {"data": []})


async def test_runs_are_asked_for_by_every_filter(client: TerraformClient, server: ScriptedServer) -> None:
    server.on("GET /api/v2/organizations/acme/runs", EMPTY)
    query = RunQuery(
        statuses=("planned", "policy_checked"),
        group="discardable",
        operations=("save_plan",),
        sources=("tfe-api", "tfe-ui"),
        agent_pools=("eu",),
        workspaces=("net", "dns"),
        year="2026",
        user="kim",
        commit="abc",
        text="bump",
    )
    assert all(getattr(query, field.name) for field in fields(query))
    await client.lists.organization_runs("acme", query, page=2, size=7)
    assert server.last().query == {
        "page[number]": "2",
        "page[size]": "7",
        "filter[operation]": "save_plan",
        "filter[status]": "planned,policy_checked",
        "filter[status_group]": "discardable",
        "filter[source]": "tfe-api,tfe-ui",
        "filter[agent_pool_names]": "eu",
        "filter[workspace_names]": "net,dns",
        "filter[timeframe]": "2026",
        "search[user]": "kim",
        "search[commit]": "abc",
        "search[basic]": "bump",
        "include": "workspace,created_by",
    }


async def test_workspaces_are_asked_for_by_every_filter(client: TerraformClient, server: ScriptedServer) -> None:
    server.on("GET /api/v2/organizations/acme/workspaces", EMPTY)
    query = WorkspaceQuery(
        name="net",
        wildcard="*-prod",
        tags=("a", "b"),
        without_tags=("c",),
        tagged=(("env", "prod"), ("team", "")),
        project_id="prj-1",
        statuses=("planned",),
        order="-latest-change-at",
    )
    await client.lists.workspaces("acme", query)
    assert server.last().query == {
        "page[number]": "1",
        "page[size]": "100",
        "search[name]": "net",
        "search[wildcard-name]": "*-prod",
        "search[tags]": "a,b",
        "search[exclude-tags]": "c",
        "filter[tagged][0][key]": "env",
        "filter[tagged][0][value]": "prod",
        "filter[tagged][1][key]": "team",
        "filter[project][id]": "prj-1",
        "filter[current-run][status]": "planned",
        "sort": "-latest-change-at",
        "include": "current_run",
    }


async def test_a_new_run_says_all_that_was_wished(client: TerraformClient, server: ScriptedServer) -> None:
    server.on("POST /api/v2/runs", Reply(201, run_document()))
    wish = NewRun(
        workspace_id="ws-1",
        message="m",
        plan_only=True,
        refresh=False,
        refresh_only=True,
        targets=("a.b",),
        replacements=("c.d",),
        variables=(("replicas", "3"), ("tier", '"canary"')),
        allow_empty_apply=False,
        allow_config_generation=True,
        save_plan=True,
        terraform_version="1.11.4",
        debugging=True,
        actions=("action.x.y",),
        policy_paths=("policies",),
    )
    assert "canary" not in repr(wish)
    await client.create_run(wish)
    assert json.loads(server.last().body)["data"]["attributes"] == {
        "message": "m",
        "is-destroy": False,
        "auto-apply": False,
        "plan-only": True,
        "refresh": False,
        "refresh-only": True,
        "target-addrs": ["a.b"],
        "replace-addrs": ["c.d"],
        "variables": [{"key": "replicas", "value": "3"}, {"key": "tier", "value": '"canary"'}],
        "allow-empty-apply": False,
        "allow-config-generation": True,
        "save-plan": True,
        "terraform-version": "1.11.4",
        "debugging-mode": True,
        "invoke-action-addrs": ["action.x.y"],
        "policy-paths": ["policies"],
    }


async def test_a_run_is_killed_or_let_go_first(client: TerraformClient, server: ScriptedServer) -> None:
    server.on("POST /api/v2/runs/run-1/actions/force-cancel", Reply(202), Reply(409))
    server.on("POST /api/v2/runs/run-1/actions/force-execute", Reply(202))
    await client.force_cancel("run-1", "stuck")
    assert json.loads(server.last().body) == {"comment": "stuck"}
    with pytest.raises(StateMovedOn):
        await client.force_cancel("run-1", "too early")
    await client.force_execute("run-1")
    assert server.last().body == b""


async def test_a_server_that_ignores_the_filter_is_noticed(client: TerraformClient, server: ScriptedServer) -> None:
    workspace = {"id": "ws-1", "attributes": {"name": "net"}, "relationships": {"current-run": {"data": {"id": "run-1", "type": "runs"}}}}
    server.on("GET /api/v2/organizations/acme/workspaces", Reply(200, {"data": [workspace], "included": [run_resource(status="applied")]}))
    await client.list_workspaces("acme")
    assert client.lacks == set()
    await client.list_workspaces("acme", live_only=True)
    assert client.lacks == {Lack.STATUS_FILTER}


async def test_a_server_that_says_nothing_of_pages_is_asked_for_another_where_one_is_full(
    client: TerraformClient, server: ScriptedServer
) -> None:
    first, second = ([run_resource(f"run-{number}") for number in numbers] for numbers in ((9, 8), (7,)))
    server.on("GET /api/v2/workspaces/ws-1/runs", Reply(200, {"data": first}), Reply(200, {"data": second}))
    assert (await client.list_workspace_runs("ws-1", size=2)).next_page == 2
    page = await client.list_workspace_runs("ws-1", page=2, size=2)
    assert ([run.id for run in page.runs], page.next_page) == (["run-7"], None)


async def test_a_server_that_knows_no_pages_is_not_asked_for_ever(client: TerraformClient, server: ScriptedServer) -> None:
    server.on("GET /api/v2/workspaces/ws-1/runs", Reply(200, {"data": [run_resource("run-9"), run_resource("run-8")]}))
    workspaces = [{"id": f"ws-{number}", "attributes": {"name": f"n{number}"}} for number in range(3)]
    server.on("GET /api/v2/organizations/acme/workspaces", Reply(200, {"data": workspaces}))
    assert (await client.list_workspace_runs("ws-1", size=2)).next_page == 2
    again = await client.list_workspace_runs("ws-1", page=2, size=2)
    assert (again.runs, again.next_page) == ((), None)
    assert (await client.lists.workspaces("acme", size=3)).next_page == 2
    assert await client.lists.workspaces("acme", size=3, page=2) == WorkspacePage((), None)


async def test_a_server_that_sends_nothing_along_is_noticed(client: TerraformClient, server: ScriptedServer) -> None:
    plan = {"plan": {"data": {"id": "plan-1", "type": "plans"}}}
    server.on("GET /api/v2/runs/run-1", Reply(200, run_document(relationships=plan)))
    await client.read_run("run-1")
    assert client.lacks == {Lack.INCLUDES}


async def test_a_flag_that_is_worth_nothing_is_noticed_in_lists(client: TerraformClient, server: ScriptedServer) -> None:
    claimed = {"is-confirmable": True}
    workspace = {"id": "ws-1", "attributes": {"name": "net"}, "relationships": {"current-run": {"data": {"id": "run-1", "type": "runs"}}}}
    run = run_resource(status="pending", actions=claimed)
    server.on("GET /api/v2/organizations/acme/workspaces", Reply(200, {"data": [workspace], "included": [run]}))
    server.on("GET /api/v2/workspaces/ws-1/runs", Reply(200, {"data": [run]}))
    for question in (client.list_workspaces("acme"), client.list_workspace_runs("ws-1")):
        client.lacks.clear()
        await question
        assert client.lacks == {Lack.CONFIRM_FLAG}


@pytest.mark.parametrize(
    "then, error",
    [
        (Reply(200, run_document(status="planning", actions={"is-confirmable": False})), StateMovedOn),
        (Reply(200, run_document(status="planned", actions={"is-confirmable": True})), TerraformFailed),
        (Reply(200, run_document(status="applying")), TerraformFailed),
        (Reply(200, run_document(status="discarded")), TerraformFailed),
        (Reply(200, run_document(status="running", actions={"is-confirmable": True})), TerraformFailed),
        (Reply(404), TerraformFailed),
    ],
)
async def test_a_500_to_an_apply_is_a_refusal_only_where_the_run_can_never_have_taken_it(
    client: TerraformClient, server: ScriptedServer, then: Reply, error: type[Exception]
) -> None:
    server.on("POST /api/v2/runs/run-1/actions/apply", Reply(500))
    server.on("GET /api/v2/runs/run-1", then)
    with pytest.raises(error):
        await client.act(Action.APPLY, "run-1", "ok")
    assert server.calls().count("POST /api/v2/runs/run-1/actions/apply") == 1
