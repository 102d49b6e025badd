"""What goes over the wire for policies, locks, webhooks, members and histories, and what is read of the answers."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from bot.core.errors import NotVisible, RequestRefused, StateMovedOn, TerraformAnswerLost, TerraformFailed
from bot.core.notifications import NewNotification, Scope
from bot.core.policies import PolicyCheck, PolicyEvaluation, PolicyOutcome, TaskResult
from bot.core.servers import Membership, Project
from bot.services.ports import Configurations, Files, Histories, Locks, Logs, Memberships, PlanTexts, Policies, Webhooks
from bot.terraform.client import TerraformClient
from tests.terraform.conftest import TOKEN
from tests.terraform.servers import MEDIA_TYPE, Reply, ScriptedServer

CHECK = {
    "id": "polchk-1",
    "type": "policy-checks",
    "attributes": {
        "status": "soft_failed",
        "scope": "organization",
        "result": {
            "result": False,
            "passed": 3,
            "total-failed": 1,
            "hard-failed": 0,
            "soft-failed": 1,
            "advisory-failed": 0,
            "sentinel": {},
        },
        "actions": {"is-overridable": True},
        "permissions": {"can-override": True},
    },
}
STAGE = {
    "id": "ts-1",
    "type": "task-stages",
    "attributes": {
        "status": "awaiting_override",
        "stage": "post_plan",
        "actions": {"is-overridable": True},
        "permissions": {"can-override-policy": True},
    },
    "relationships": {
        "task-results": {"data": [{"id": "taskrs-1", "type": "task-results"}]},
        "policy-evaluations": {
            "data": [{"id": "poleval-1", "type": "policy-evaluations"}, {"id": "poleval-2", "type": "policy-evaluations"}]
        },
    },
}
RESULT = {
    "id": "taskrs-1",
    "type": "task-results",
    "attributes": {
        "status": "failed",
        "task-name": "scan",
        "message": "2 findings",
        "url": "https://scan.test/1",
        "workspace-task-enforcement-level": "mandatory",
    },
}
EVALUATION = {
    "id": "poleval-1",
    "type": "policy-evaluations",
    "attributes": {
        "status": "failed",
        "policy-kind": "opa",
        "result-count": {"mandatory-failed": 1, "advisory-failed": 0, "passed": 2, "errored": 0},
    },
}
LOCKED = {
    "id": "ws-1",
    "type": "workspaces",
    "attributes": {
        "name": "net",
        "locked": True,
        "locked-reason": "maintenance",
        "vcs-repo": {"identifier": "acme/net", "branch": "main"},
        "plan-duration-average": 34000,
        "permissions": {"can-queue-run": True, "can-update": False},
    },
    "relationships": {
        "locked-by": {"data": {"id": "user-1", "type": "users"}},
        "organization": {"data": {"id": "acme", "type": "organizations"}},
    },
}
KIM = {"id": "user-1", "type": "users", "attributes": {"username": "kim"}}
HOOK = {
    "id": "nc-1",
    "type": "notification-configurations",
    "attributes": {
        "name": "runbell",
        "url": "https://bot.test/tfe",
        "destination-type": "generic",
        "enabled": True,
        "token": None,
        "triggers": ["run:created"],
        "delivery-responses": [{"code": "200", "successful": "true", "sent-at": "2026-11-02 10:00:00 UTC"}],
    },
}


def one(resource: dict[str, Any], *included: dict[str, Any]) -> Reply:
    return Reply(200, {"data": resource, "included": list(included)})


def many(*resources: dict[str, Any]) -> Reply:
    return Reply(200, {"data": list(resources)})


def fit(client: TerraformClient) -> tuple[Configurations, Files, Histories, Locks, Logs, Memberships, PlanTexts, Policies, Webhooks]:
    """mypy proves here that each family fits its port."""
    return (
        client.configurations,
        client._outbound,
        client.histories,
        client.locks,
        client.logs,
        client.organizations,
        client.plan_texts,
        client.policies,
        client.webhooks,
    )


async def test_every_family_fits_its_port(client: TerraformClient) -> None:
    assert len(fit(client)) == 9


async def test_policy_checks_are_read_and_overridden_with_a_reason(client: TerraformClient, server: ScriptedServer) -> None:
    server.on("GET /api/v2/runs/run-1/policy-checks", many(CHECK))
    server.on("POST /api/v2/policy-checks/polchk-1/actions/override", one({**CHECK, "attributes": {"status": "overridden"}}), Reply(409))
    (check,) = await client.policies.checks("run-1")
    assert check == PolicyCheck(
        id="polchk-1",
        status_word="soft_failed",
        scope="organization",
        passed=3,
        hard_failed=0,
        soft_failed=1,
        advisory_failed=0,
        is_overridable=True,
        may_override=True,
    )
    assert check.waits_for_override
    assert (await client.policies.override_check("polchk-1", "agreed with ana")).status_word == "overridden"
    assert json.loads(server.last().body) == {"comment": "agreed with ana"}
    with pytest.raises(StateMovedOn):
        await client.policies.override_check("polchk-1", "again")


async def test_what_policies_printed_is_read_where_it_is_kept(client: TerraformClient, server: ScriptedServer) -> None:
    server.on("GET /api/v2/policy-checks/polchk-1/output", Reply(204), Reply(307, headers={"Location": "/v1/object/x"}))
    server.on("GET /v1/object/x", Reply(200, body=b"Sentinel Result: false"))
    assert await client.policies.output("polchk-1") == ""
    assert await client.policies.output("polchk-1") == "Sentinel Result: false"


async def test_task_stages_come_with_results_and_evaluations(client: TerraformClient, server: ScriptedServer) -> None:
    server.on("GET /api/v2/task-stages/ts-1", one(STAGE, RESULT, EVALUATION))
    server.on("GET /api/v2/runs/run-1/task-stages", many(STAGE))
    stage = await client.policies.stage("ts-1")
    assert stage.waits_for_override
    assert (stage.is_overridable, stage.may_override, stage.evaluation_ids) == (True, True, ("poleval-1", "poleval-2"))
    assert stage.results == (
        TaskResult(id="taskrs-1", status_word="failed", name="scan", message="2 findings", url="https://scan.test/1", is_mandatory=True),
    )
    assert stage.evaluations == (PolicyEvaluation(id="poleval-1", status_word="failed", kind="opa", passed=2, mandatory_failed=1),)
    (bare,) = await client.policies.stages("run-1")
    assert (bare.results, bare.evaluation_ids) == ((), ("poleval-1", "poleval-2"))


async def test_a_stage_is_overridden_and_its_policies_are_told_one_by_one(client: TerraformClient, server: ScriptedServer) -> None:
    outcome = {
        "policy_name": "no-public-buckets",
        "enforcement_level": "mandatory",
        "status": "failed",
        "description": "Buckets are private.",
    }
    sets = {"id": "psout-1", "attributes": {"policy-set-name": "base", "overridable": True, "outcomes": [outcome]}}
    server.on("POST /api/v2/task-stages/ts-1/actions/override", one({**STAGE, "attributes": {"status": "running", "stage": "post_plan"}}))
    server.on("GET /api/v2/policy-evaluations/poleval-1/policy-set-outcomes", many(sets))
    assert (await client.policies.override_stage("ts-1", "agreed")).status_word == "running"
    assert await client.policies.outcomes("poleval-1") == (
        PolicyOutcome(
            policy_set="base",
            policy="no-public-buckets",
            status_word="failed",
            enforcement="mandatory",
            description="Buckets are private.",
            is_overridable=True,
        ),
    )


@pytest.mark.parametrize(
    "value, amount",
    [("12.50", Decimal("12.50")), ("-3", Decimal(-3)), (4, Decimal(4)), (None, None), ("NaN", None), ("much", None), (True, None)],
)
async def test_costs_are_sums_of_money(client: TerraformClient, server: ScriptedServer, value: object, amount: Decimal | None) -> None:
    attributes = {"status": "finished", "prior-monthly-cost": "1.00", "delta-monthly-cost": value, "matched-resources-count": 2}
    server.on("GET /api/v2/cost-estimates/ce-1", one({"id": "ce-1", "attributes": attributes}))
    cost = await client.policies.cost("ce-1")
    assert cost.is_finished
    assert (cost.prior, cost.delta, cost.matched) == (Decimal("1.00"), amount, 2)


async def test_a_workspace_is_read_with_who_holds_its_lock(client: TerraformClient, server: ScriptedServer) -> None:
    server.on("GET /api/v2/workspaces/ws-1", one(LOCKED, KIM))
    server.on("GET /api/v2/organizations/acme/workspaces/net", one(LOCKED, KIM))
    detail = await client.locks.detail("ws-1")
    assert detail == await client.locks.detail_by_name("acme", "net")
    assert (detail.workspace.full_name, detail.repository, detail.branch, detail.average_plan) == ("acme/net", "acme/net", "main", 34.0)
    assert detail.may == {"queue-run"}
    lock = detail.lock
    assert (lock.is_locked, lock.reason, lock.holder_kind, lock.holder_name) == (True, "maintenance", "users", "kim")


async def test_a_lock_is_taken_and_given_back(client: TerraformClient, server: ScriptedServer) -> None:
    server.on("POST /api/v2/workspaces/ws-1/actions/lock", one(LOCKED), Reply(409))
    server.on("POST /api/v2/workspaces/ws-1/actions/unlock", Reply(503), one({"id": "ws-1", "attributes": {"locked": False}}), Reply(500))
    server.on("POST /api/v2/workspaces/ws-1/actions/force-unlock", Reply(404))
    assert (await client.locks.lock("ws-1", "maintenance")).is_locked
    assert json.loads(server.last().body) == {"reason": "maintenance"}
    with pytest.raises(StateMovedOn):
        await client.locks.lock("ws-1", "again")
    assert not (await client.locks.unlock("ws-1")).is_locked
    assert server.last().headers["content-type"] == MEDIA_TYPE
    with pytest.raises(TerraformFailed):
        await client.locks.unlock("ws-1")
    with pytest.raises(NotVisible):
        await client.locks.force_unlock("ws-1")


@pytest.mark.parametrize("scope", list(Scope))
async def test_a_webhook_is_made_for_a_workspace_or_a_project(client: TerraformClient, server: ScriptedServer, scope: Scope) -> None:
    path = f"/api/v2/{scope.value}/x-1/notification-configurations"
    server.on(f"POST {path}", Reply(201, {"data": HOOK}), Reply(400, {"errors": [{"detail": "Failed to deliver the test notification"}]}))
    server.on(f"GET {path}", many(HOOK))
    wish = NewNotification(scope=scope, owner_id="x-1", name="runbell", url="https://bot.test/tfe", secret="canary")
    assert "canary" not in repr(wish)
    made = await client.webhooks.create(wish)
    sent = json.loads(server.last().body)["data"]
    assert (sent["type"], sent["attributes"]["token"]) == ("notification-configurations", "canary")
    assert len(sent["attributes"]["triggers"]) == 6
    assert await client.webhooks.all(scope, "x-1") == (made,)
    assert (made.deliveries[0].code, made.deliveries[0].successful, sorted(made.triggers)) == ("200", True, ["run:created"])
    with pytest.raises(RequestRefused, match="Failed to deliver"):
        await client.webhooks.create(wish)


async def test_a_webhook_is_switched_verified_and_removed(client: TerraformClient, server: ScriptedServer) -> None:
    server.on("PATCH /api/v2/notification-configurations/nc-1", one(HOOK))
    server.on("POST /api/v2/notification-configurations/nc-1/actions/verify", one(HOOK))
    server.on("DELETE /api/v2/notification-configurations/nc-1", Reply(204), Reply(404), Reply(reset=True))
    await client.webhooks.enable("nc-1", enabled=False)
    assert json.loads(server.last().body)["data"]["attributes"] == {"enabled": False}
    assert (await client.webhooks.verify("nc-1")).name == "runbell"
    await client.webhooks.remove("nc-1")
    assert server.last().headers["content-type"] == MEDIA_TYPE
    await client.webhooks.remove("nc-1")
    with pytest.raises(TerraformAnswerLost):
        await client.webhooks.remove("nc-1")


async def test_members_come_with_their_addresses_page_by_page(client: TerraformClient, server: ScriptedServer) -> None:
    resource = {
        "id": "ou-1",
        "attributes": {"status": "active", "email": "kim@corp.test"},
        "relationships": {"user": {"data": {"id": "user-1", "type": "users"}}},
    }
    invited = {"id": "ou-2", "attributes": {"status": "invited"}}
    document = {"data": [resource, invited], "included": [KIM], "meta": {"pagination": {"next-page": 2}}}
    server.on("GET /api/v2/organizations/acme/organization-memberships", Reply(200, document))
    page = await client.organizations.members("acme", query="kim@")
    assert server.last().query == {"page[number]": "1", "page[size]": "100", "q": "kim@", "include": "user"}
    assert page.next_page == 2
    assert page.members[0] == Membership(id="ou-1", user_id="user-1", username="kim", email="kim@corp.test")
    assert not page.members[1].is_active
    assert "corp.test" not in repr(page)


async def test_projects_and_entitlements_are_read(client: TerraformClient, server: ScriptedServer) -> None:
    project = {"id": "prj-1", "attributes": {"name": "shop", "description": None}}
    server.on("GET /api/v2/organizations/acme/projects", many(project))
    server.on("GET /api/v2/projects/prj-1", one(project))
    attributes = {"operations": True, "run-tasks": False, "run-task-limit": 3}
    server.on("GET /api/v2/organizations/acme/entitlement-set", one({"id": "org-1", "attributes": attributes}))
    assert (await client.organizations.projects("acme", names=("shop", "net"))).projects == (Project(id="prj-1", name="shop"),)
    assert server.last().query["filter[names]"] == "shop,net"
    assert await client.organizations.project("prj-1") == Project(id="prj-1", name="shop")
    assert await client.organizations.entitlements("acme") == {"operations"}


async def test_a_server_says_who_it_is(client: TerraformClient, server: ScriptedServer) -> None:
    headers = {"TFP-AppName": "Terraform Enterprise", "TFP-API-Version": "2.6", "X-TFE-Version": "v202507-1"}
    server.on("GET /api/v2/ping", Reply(204, headers=headers))
    found = await client.organizations.server()
    assert (found.name, found.api_version, found.version, found.base_path) == ("Terraform Enterprise", "2.6", "v202507-1", "/api/v2/")
    assert found.can_approve
    assert TOKEN not in repr(found)


async def test_a_run_is_commented_and_its_events_name_who_did_what(client: TerraformClient, server: ScriptedServer) -> None:
    comment = {
        "id": "wsc-1",
        "type": "comments",
        "attributes": {"body": "fine"},
        "relationships": {"run-event": {"data": {"id": "re-1", "type": "run-events"}}},
    }
    event = {
        "id": "re-1",
        "attributes": {"action": "confirmed", "created-at": "2026-11-02T10:00:00Z"},
        "relationships": {"actor": {"data": {"id": "user-1", "type": "users"}}, "comment": {"data": {"id": "wsc-1", "type": "comments"}}},
    }
    server.on("POST /api/v2/runs/run-1/comments", Reply(201, {"data": comment}))
    server.on("GET /api/v2/runs/run-1/run-events", Reply(200, {"data": [event, {"id": "re-2"}], "included": [KIM, comment]}))
    said = await client.histories.comment("run-1", "fine")
    assert json.loads(server.last().body)["data"] == {"type": "comments", "attributes": {"body": "fine"}}
    assert (said.body, said.event_id) == ("fine", "re-1")
    confirmed, unknown = await client.histories.events("run-1")
    assert (confirmed.action, confirmed.actor, confirmed.comment) == ("confirmed", "kim", "fine")
    assert (unknown.action, unknown.actor, unknown.created_at) == ("", None, None)
