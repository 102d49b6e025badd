"""Workspaces, the organization, its project and accounts as JSON:API resources."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

from bot.sandbox.terraform.documents import Document, account_document, account_reference, reference
from bot.sandbox.terraform.queues import held_by
from bot.sandbox.terraform.statuses import milliseconds
from bot.sandbox.terraform.tokens import may, permissions_on_workspaces

if TYPE_CHECKING:
    from bot.sandbox.terraform.records import Token, Workspace
    from bot.sandbox.terraform.store import Store

OWNERS = {"user": "users", "team": "teams", "organization": "organizations"}


def workspace_document(workspace: Workspace, token: Token, store: Store, version: str) -> Document:
    attributes = {
        "name": workspace.name,
        "description": workspace.description,
        "auto-apply": workspace.auto_apply,
        "auto-apply-run-trigger": False,
        "allow-destroy-plan": workspace.allow_destroy_plan,
        "created-at": milliseconds(workspace.created_at),
        "updated-at": milliseconds(workspace.changed_at),
        "latest-change-at": milliseconds(workspace.changed_at),
        "environment": "default",
        "execution-mode": workspace.execution_mode,
        "locked": workspace.locked,
        "locked-reason": (workspace.lock_reason or held_by(workspace)) if workspace.locked else None,
        "terraform-version": workspace.terraform_version or version,
        "vcs-repo": _repository(workspace),
        "vcs-repo-identifier": workspace.repository,
        "working-directory": None,
        "queue-all-runs": True,
        "speculative-enabled": True,
        "structured-run-output-enabled": False,
        "tag-names": list(workspace.tags),
        "resource-count": workspace.resource_count,
        "source": "tfe-api",
        "permissions": permissions_on_workspaces(token),
        "actions": {"is-destroyable": True},
    } | _statistics(workspace)
    return {
        "id": workspace.id,
        "type": "workspaces",
        "attributes": attributes,
        "relationships": _relationships(workspace, store),
        "links": {
            "self": f"/api/v2/organizations/{store.organization}/workspaces/{workspace.name}",
            "self-html": f"/app/{store.organization}/workspaces/{workspace.name}",
        },
    }


def _repository(workspace: Workspace) -> Document | None:
    if workspace.repository is None:
        return None
    name = workspace.repository
    return {"identifier": name, "display-identifier": name, "branch": "main", "tags-regex": None, "service-provider": "github"}


def _statistics(workspace: Workspace) -> Document:
    averages = {f"{name}-duration-average": round(fmean(taken) * 1000) if taken else None for name, taken in workspace.durations.items()}
    return averages | {"run-failures": workspace.failed_runs, "workspace-kpis-runs-count": workspace.finished_runs}


def _relationships(workspace: Workspace, store: Store) -> Document:
    link = f"/api/v2/workspaces/{workspace.id}"
    current = {"data": None} if workspace.current_run is None else reference("runs", workspace.current_run.id)
    configuration = store.latest_configuration(workspace)
    held = workspace.holder
    locked_by = reference("runs", held.id) if held is not None else account_reference(workspace.locked_by)
    return {
        "organization": reference("organizations", store.organization),
        "project": reference("projects", store.project_id),
        "current-run": current,
        "latest-run": current,
        "locked-by": locked_by,
        "current-configuration-version": {"data": None} if configuration is None else reference("configuration-versions", configuration.id),
        "current-state-version": {"data": None},
        "effective-tag-bindings": {"data": []},
        "outputs": {"data": []},
        "readme": {"data": None},
        "runs": {"links": {"related": f"{link}/runs"}},
    }


def organization_document(store: Store, token: Token) -> Document:
    return {
        "id": store.organization,
        "type": "organizations",
        "attributes": {
            "external-id": store.organization_id,
            "name": store.organization,
            "email": f"owners@{store.organization}.example",
            "created-at": milliseconds(store.created_at),
            "plan-identifier": "sandbox",
            "cost-estimation-enabled": True,
            "default-execution-mode": "remote",
            "permissions": {
                "can-update": may(token, "admin"),
                "can-create-workspace": False,
                "can-traverse": True,
            },
        },
        "relationships": {"default-project": reference("projects", store.project_id)},
        "links": {"self": f"/api/v2/organizations/{store.organization}"},
    }


def entitlements_document(store: Store) -> Document:
    link = f"/api/v2/organizations/{store.organization}/entitlement-set"
    return {
        "id": store.organization_id,
        "type": "entitlement-sets",
        "attributes": {
            "operations": True,
            "teams": True,
            "state-storage": True,
            "cost-estimation": True,
            "policy-enforcement": True,
            "run-tasks": True,
            "vcs-integrations": True,
            "private-module-registry": False,
            "sso": False,
            "agents": False,
            "audit-logging": False,
        },
        "links": {"self": link},
    }


def project_document(store: Store) -> Document:
    return {
        "id": store.project_id,
        "type": "projects",
        "attributes": {"name": "Default Project", "description": None, "workspace-count": len(store.workspaces)},
        "relationships": {"organization": reference("organizations", store.organization)},
        "links": {"self": f"/api/v2/projects/{store.project_id}"},
    }


def calling_account_document(token: Token) -> Document:
    """Who the token speaks for: `authenticated-resource` is the user, team or organization behind it."""
    document = account_document(token.account)
    document["attributes"] |= {
        "email": token.account.email,
        "two-factor": {"enabled": False, "verified": False},
        "permissions": {"can-create-organizations": False, "can-change-email": False, "can-change-username": False},
    }
    document["relationships"] = {"authenticated-resource": reference(OWNERS[token.kind], token.owner_id)}
    return document
