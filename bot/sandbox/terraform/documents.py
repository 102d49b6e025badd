"""Runs and what hangs on them as JSON:API resources, in the shape of the API's pages on runs, plans, applies and comments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.terraform.statuses import actions_of, milliseconds
from bot.sandbox.terraform.tokens import permissions_on_runs

if TYPE_CHECKING:
    from bot.sandbox.terraform.blobs import Blobs
    from bot.sandbox.terraform.records import Account, Comment, Configuration, Ingress, Phase, Run, RunEvent, Token
    from bot.sandbox.terraform.store import Store

Document = dict[str, Any]


def reference(kind: str, record_id: str, related: str | None = None) -> Document:
    document: Document = {"data": {"id": record_id, "type": kind}}
    if related is not None:
        document["links"] = {"related": related}
    return document


def account_reference(account: Account | None) -> Document:
    return {"data": None} if account is None else reference("users", account.id)


def run_document(run: Run, token: Token, store: Store) -> Document:
    request, now = run.request, store.clock.now()
    link = f"/api/v2/runs/{run.id}"
    attributes = {
        "status": run.status,
        "status-timestamps": dict(run.timestamps),
        "message": request.message,
        "source": run.source,
        "trigger-reason": "manual",
        "created-at": milliseconds(run.created_at),
        "updated-at": milliseconds(run.updated_at),
        "canceled-at": milliseconds(run.canceled_at) if run.canceled_at else None,
        "auto-apply": request.auto_apply,
        "plan-only": request.plan_only,
        "save-plan": request.save_plan,
        "is-destroy": request.is_destroy,
        "refresh": request.refresh,
        "refresh-only": request.refresh_only,
        "target-addrs": request.target_addrs,
        "replace-addrs": request.replace_addrs,
        "invoke-action-addrs": request.invoke_action_addrs,
        "policy-paths": request.policy_paths,
        "variables": [dict(variable) for variable in request.variables],
        "allow-empty-apply": request.allow_empty_apply,
        "allow-config-generation": request.allow_config_generation,
        "debugging-mode": request.debugging_mode,
        "terraform-version": request.terraform_version or run.terraform_version,
        "has-changes": run.plan.has_changes,
        "actions": actions_of(run, now),
        "permissions": permissions_on_runs(token),
    }
    if run.force_cancel_at is not None:
        attributes["force-cancel-available-at"] = milliseconds(run.force_cancel_at)
    return {"id": run.id, "type": "runs", "attributes": attributes, "relationships": _run_relationships(run), "links": {"self": link}}


def _run_relationships(run: Run) -> Document:
    link = f"/api/v2/runs/{run.id}"
    cost, check = run.evaluations.cost_estimate, run.evaluations.policy_check
    return {
        "workspace": reference("workspaces", run.workspace_id),
        "plan": reference("plans", run.plan.id, f"{link}/plan"),
        "apply": reference("applies", run.apply.id, f"{link}/apply"),
        "configuration-version": reference("configuration-versions", run.configuration_id, f"{link}/configuration-version"),
        "created-by": account_reference(run.creator),
        "confirmed-by": account_reference(run.confirmed_by),
        "canceled-by": account_reference(run.canceled_by),
        "cost-estimate": {"data": None} if cost is None else reference("cost-estimates", cost.id, f"/api/v2/cost-estimates/{cost.id}"),
        "policy-checks": {
            "data": [] if check is None else [{"id": check.id, "type": "policy-checks"}],
            "links": {"related": f"{link}/policy-checks"},
        },
        "task-stages": {
            "data": [{"id": stage.id, "type": "task-stages"} for stage in run.evaluations.stages],
            "links": {"related": f"{link}/task-stages"},
        },
        "tf-policy-evaluations": {"data": []},
        "run-events": {
            "data": [{"id": event.id, "type": "run-events"} for event in run.events],
            "links": {"related": f"{link}/run-events"},
        },
        "comments": {
            "data": [{"id": comment.id, "type": "comments"} for comment in run.comments],
            "links": {"related": f"{link}/comments"},
        },
        "input-state-version": {"data": None},
        "workspace-run-alerts": {"data": []},
    }


def plan_document(run: Run, blobs: Blobs) -> Document:
    plan = run.plan
    attributes = _phase_attributes(plan, blobs) | {
        "has-changes": plan.has_changes,
        "generated-configuration": False,
        "actions": {"is-exportable": False},
        "permissions": {"can-export": False},
    }
    link = f"/api/v2/plans/{plan.id}"
    links = {"self": link, "json-output": f"{link}/json-output", "json-output-redacted": f"{link}/json-output-redacted"}
    return {"id": plan.id, "type": "plans", "attributes": attributes, "relationships": {}, "links": links}


def apply_document(run: Run, blobs: Blobs) -> Document:
    link = f"/api/v2/applies/{run.apply.id}"
    return {
        "id": run.apply.id,
        "type": "applies",
        "attributes": _phase_attributes(run.apply, blobs),
        "relationships": {"state-versions": {"data": []}},
        "links": {"self": link},
    }


def _phase_attributes(phase: Phase, blobs: Blobs) -> Document:
    return {
        "status": phase.status,
        "status-timestamps": dict(phase.timestamps),
        "resource-additions": phase.additions,
        "resource-changes": phase.changes,
        "resource-destructions": phase.destructions,
        "resource-imports": phase.imports,
        "log-read-url": blobs.read_url(phase.log),
        "structured-run-output-enabled": False,
        "execution-details": {"mode": "remote"},
    }


def configuration_document(configuration: Configuration, upload_url: str | None = None) -> Document:
    """A configuration version; the upload URL stands only in the answer to its creation."""
    ingress = configuration.ingress
    attributes: Document = {
        "status": configuration.status,
        "source": "tfe-api" if ingress is None else "github",
        "speculative": configuration.speculative,
        "provisional": configuration.provisional,
        "auto-queue-runs": configuration.auto_queue_runs,
        "error": "invalid_configuration" if configuration.error_message else None,
        "error-message": configuration.error_message,
        "changed-files": [],
        "status-timestamps": dict(configuration.timestamps),
    }
    if upload_url is not None:
        attributes["upload-url"] = upload_url
    link = f"/api/v2/configuration-versions/{configuration.id}"
    related = {"data": None} if ingress is None else {"data": {"id": ingress.id, "type": "ingress-attributes"}}
    return {
        "id": configuration.id,
        "type": "configuration-versions",
        "attributes": attributes,
        "relationships": {"ingress-attributes": related | {"links": {"related": f"{link}/ingress-attributes"}}},
        "links": {"self": link} | ({"download": f"{link}/download"} if configuration.status == "uploaded" else {}),
    }


def ingress_document(ingress: Ingress) -> Document:
    """The commit behind a configuration version, as it would come from a push to the default branch."""
    repository = f"https://github.example/{ingress.identifier}"
    return {
        "id": ingress.id,
        "type": "ingress-attributes",
        "attributes": {
            "branch": ingress.branch,
            "tag": None,
            "commit-sha": ingress.commit_sha,
            "commit-message": ingress.commit_message,
            "commit-url": f"{repository}/commit/{ingress.commit_sha}",
            "compare-url": f"{repository}/compare/{ingress.commit_sha[:7]}...{ingress.branch}",
            "clone-url": f"{repository}.git",
            "identifier": ingress.identifier,
            "is-pull-request": False,
            "on-default-branch": True,
            "pull-request-number": None,
            "pull-request-url": None,
            "pull-request-title": None,
            "pull-request-body": None,
            "sender-username": ingress.sender,
            "sender-avatar-url": None,
            "sender-html-url": f"https://github.example/{ingress.sender}",
        },
        "relationships": {"created-by": {"data": None}},
        "links": {},
    }


def comment_document(comment: Comment) -> Document:
    """A comment has neither author nor time of its own: its run event has them."""
    return {
        "id": comment.id,
        "type": "comments",
        "attributes": {"body": comment.body},
        "relationships": {"run-event": reference("run-events", comment.event_id, f"/api/v2/run-events/{comment.event_id}")},
        "links": {"self": f"/api/v2/comments/{comment.id}"},
    }


def event_document(event: RunEvent) -> Document:
    comment = {"data": None} if event.comment_id is None else reference("comments", event.comment_id)
    return {
        "id": event.id,
        "type": "run-events",
        "attributes": {"action": event.action, "description": event.description, "created-at": milliseconds(event.created_at)},
        "relationships": {"actor": account_reference(event.actor), "comment": comment},
        "links": {"self": f"/api/v2/run-events/{event.id}"},
    }


def account_document(account: Account) -> Document:
    """A user as others see it."""
    return {
        "id": account.id,
        "type": "users",
        "attributes": {"username": account.username, "is-service-account": account.is_service, "avatar-url": None},
        "links": {"self": f"/api/v2/users/{account.id}"},
    }
