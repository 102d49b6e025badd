"""What goes over the wire for each method of the port, and what a lesser server is forgiven."""

from __future__ import annotations

import json

import pytest

from bot.core.errors import NotVisible, OrganizationToken, RequestRefused, TerraformFailed
from bot.core.readings import Account, NewRun
from bot.core.runs import Action
from bot.core.servers import Lack
from bot.services.ports import Runs
from bot.terraform.client import RUN_LADDER, TerraformClient
from tests.fakes.runs import FakeRuns
from tests.terraform.conftest import QUICK, TOKEN
from tests.terraform.samples import run_document, run_resource, sample
from tests.terraform.servers import MEDIA_TYPE, Reply, ScriptedServer

EMPTY = Reply(200, {"data": []})


def fits(runs: Runs) -> Runs:
    """mypy proves here that both fit the port."""
    return runs


def test_the_client_and_the_fake_fit_the_port() -> None:
    assert fits(TerraformClient("https://tfe.test", TOKEN)) is not fits(FakeRuns())


async def test_every_request_carries_the_token_and_says_who_asks(client: TerraformClient, server: ScriptedServer) -> None:
    server.on("GET /api/v2/plans/plan-1", Reply(200, {"data": {"id": "plan-1", "attributes": {"status": "finished"}}}))
    assert (await client.read_plan("plan-1")).is_finished
    headers = server.last().headers
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert headers["accept"] == MEDIA_TYPE
    assert headers["user-agent"] == "runbell/test"


async def test_a_run_is_created_without_auto_apply_whatever_the_workspace_does(client: TerraformClient, server: ScriptedServer) -> None:
    server.on("POST /api/v2/runs", Reply(201, run_document("run-9", status="pending")))
    wish = NewRun(workspace_id="ws-1", message="ship\ud83d it", is_destroy=True, plan_only=True, configuration_version_id="cv-1")
    assert (await client.create_run(wish)).id == "run-9"
    heard = server.last()
    assert heard.headers["content-type"] == MEDIA_TYPE
    data = json.loads(heard.body)["data"]
    assert data["type"] == "runs"
    assert data["attributes"] == {"message": "ship? it", "is-destroy": True, "plan-only": True, "auto-apply": False}
    assert data["relationships"] == {
        "workspace": {"data": {"type": "workspaces", "id": "ws-1"}},
        "configuration-version": {"data": {"type": "configuration-versions", "id": "cv-1"}},
    }


async def test_a_run_of_the_latest_configuration_names_none(client: TerraformClient, server: ScriptedServer) -> None:
    server.on("POST /api/v2/runs", Reply(201, run_document()))
    await client.create_run(NewRun(workspace_id="ws-1", message="m"))
    data = json.loads(server.last().body)["data"]
    assert list(data["relationships"]) == ["workspace"]
    assert data["attributes"] == {"message": "m", "is-destroy": False, "auto-apply": False}


@pytest.mark.parametrize("action, word", [(Action.APPLY, "apply"), (Action.DISCARD, "discard"), (Action.CANCEL, "cancel")])
async def test_an_action_sends_its_comment_at_the_top(client: TerraformClient, server: ScriptedServer, action: Action, word: str) -> None:
    server.on(f"POST /api/v2/runs/run-1/actions/{word}", Reply(202))
    await client.act(action, "run-1", "approved by kim")
    heard = server.last()
    assert json.loads(heard.body) == {"comment": "approved by kim"}
    assert heard.headers["content-type"] == MEDIA_TYPE


async def test_a_run_is_read_with_what_a_card_needs(client: TerraformClient, server: ScriptedServer) -> None:
    server.on("GET /api/v2/runs/run-1", Reply(200, body=sample("run_modern")))
    reading = await client.read_run("run-1")
    assert reading.plan is not None
    assert server.last().query == {"include": RUN_LADDER[0]}


async def test_a_server_that_refuses_includes_is_asked_without_from_then_on(client: TerraformClient, server: ScriptedServer) -> None:
    refusal = Reply(400, {"errors": [{"status": "400", "detail": "Invalid include parameter: task_stages"}]})
    server.on("GET /api/v2/runs/run-1", refusal, refusal, Reply(200, run_document()), refusal, Reply(200, run_document()))
    assert (await client.read_run("run-1")).plan is None
    assert client.lacks == set()
    await client.read_run("run-1")
    await client.read_run("run-1")
    assert [heard.query.get("include") for heard in server.heard[1:]] == [*RUN_LADDER, RUN_LADDER[2], None, None][:6]
    assert client.lacks == {Lack.INCLUDES}


async def test_a_refusal_of_something_else_is_no_reason_to_ask_without_includes(client: TerraformClient, server: ScriptedServer) -> None:
    server.on("GET /api/v2/runs/run-1", Reply(400, {"errors": [{"detail": "no such filter"}]}))
    with pytest.raises(RequestRefused, match="no such filter"):
        await client.read_run("run-1")
    assert len(server.calls()) == 1


async def test_live_workspaces_are_asked_for_by_every_status_that_is_not_final(client: TerraformClient, server: ScriptedServer) -> None:
    server.on("GET /api/v2/organizations/acme/workspaces", Reply(200, body=sample("workspaces_modern")))
    page = await client.list_workspaces("acme", live_only=True)
    assert page.next_page == 2
    query = server.last().query
    words = query.pop("filter[current-run][status]").split(",")
    assert {"pending", "planning", "planned", "policy_override", "planned_and_saved", "applying"} <= set(words)
    assert {"applied", "errored", "discarded", "unknown"}.isdisjoint(words)
    assert query == {"page[number]": "1", "page[size]": "100", "include": "current_run"}


async def test_the_newest_workspaces_are_asked_for_in_order(client: TerraformClient, server: ScriptedServer) -> None:
    server.on("GET /api/v2/organizations/acme/workspaces", EMPTY)
    assert (await client.list_workspaces("acme", page=3, newest_first=True)).rows == ()
    assert server.last().query == {
        "page[number]": "3",
        "page[size]": "100",
        "sort": "-current-run.created-at",
        "include": "current_run",
    }


async def test_run_lists_name_every_operation(client: TerraformClient, server: ScriptedServer) -> None:
    server.on("GET /api/v2/organizations/acme/runs", Reply(200, body=sample("organization_runs")))
    server.on("GET /api/v2/workspaces/ws-1/runs", Reply(200, {"data": [run_resource()]}))
    operations = "plan_and_apply,plan_only,save_plan,refresh_only,destroy,empty_apply,action_only"
    await client.list_organization_runs("acme", live_only=True)
    query = server.last().query
    assert (query["filter[operation]"], query["filter[status_group]"], query["page[size]"]) == (operations, "non_final", "100")
    await client.list_workspace_runs("ws-1", page=2, size=500)
    query = server.last().query
    assert (query["filter[operation]"], query["page[number]"], query["page[size]"]) == (operations, "2", "100")


async def test_brackets_are_escaped_and_names_cannot_leave_their_place(client: TerraformClient, server: ScriptedServer) -> None:
    server.on("GET /api/v2/organizations/a%2Fb/workspaces/n%3F%C3%A9", Reply(200, {"data": {"id": "ws-1", "attributes": {"name": "n"}}}))
    assert (await client.read_workspace("a/b", "n?é")).full_name == "a/b/n"
    for name in ("", ".", ".."):
        with pytest.raises(NotVisible):
            await client.read_run(name)
    assert len(server.calls()) == 1


async def test_half_a_letter_in_a_name_is_looked_for_and_not_found(client: TerraformClient) -> None:
    with pytest.raises(NotVisible):
        await client.read_run("run-\ud800")


async def test_the_account_and_the_organization_are_read(client: TerraformClient, server: ScriptedServer) -> None:
    server.on("GET /api/v2/account/details", account("teams"))
    server.on("GET /api/v2/organizations/ACME", Reply(200, {"data": {"id": "acme", "attributes": {"name": "acme"}}}))
    assert await client.account() == Account("bot", "teams")
    assert await client.organization("ACME") == "acme"


async def test_an_organizations_token_is_named_as_the_reason_why_it_cannot_write(client: TerraformClient, server: ScriptedServer) -> None:
    server.on("GET /api/v2/account/details", account("organizations"))
    for _ in range(2):
        with pytest.raises(OrganizationToken):
            await client.create_run(NewRun(workspace_id="ws-1", message="m"))
    assert server.calls().count("GET /api/v2/account/details") == 1


@pytest.mark.parametrize("reply", ["users", Reply(404), Reply(401)])
async def test_any_other_token_that_may_not_write_sees_nothing(client: TerraformClient, server: ScriptedServer, reply: str | Reply) -> None:
    server.on("GET /api/v2/account/details", account(reply) if isinstance(reply, str) else reply)
    with pytest.raises(NotVisible, match="Run run-1"):
        await client.act(Action.APPLY, "run-1", "ok")


async def test_comments_are_read_and_a_server_without_them_has_none(client: TerraformClient, server: ScriptedServer) -> None:
    server.on("GET /api/v2/runs/run-1/comments", Reply(200, {"data": [{"id": "wsc-1", "attributes": {"body": "fine"}}]}))
    server.on("GET /api/v2/runs/run-2/comments", Reply(405))
    assert await client.comments("run-1") == ("fine",)
    assert await client.comments("run-2") == ()
    server.on("GET /api/v2/runs/run-3/comments", Reply(500))
    with pytest.raises(TerraformFailed):
        await client.comments("run-3")


async def test_a_bad_address_or_token_is_refused_without_being_repeated() -> None:
    for address in ("tfe.test", "ftp://tfe.test", "https://", ""):
        with pytest.raises(ValueError, match="https://"):
            TerraformClient(address, TOKEN, pace=QUICK)
    for token in ("", "two words", "tökén", "line\nbreak"):
        with pytest.raises(ValueError, match="token") as caught:
            TerraformClient("https://tfe.test", token, pace=QUICK)
        assert not token or token not in str(caught.value)


def account(kind: str) -> Reply:
    behind = {"authenticated-resource": {"data": {"id": "x-1", "type": kind}}}
    return Reply(200, {"data": {"id": "user-1", "type": "users", "attributes": {"username": "bot"}, "relationships": behind}})
