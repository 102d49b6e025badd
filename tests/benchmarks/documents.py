"""Pages of the Runs API as HCP Terraform writes them, made up: 100 runs, or 100 workspaces with their current runs beside them."""

from __future__ import annotations

import json
from typing import Any

PAGE = 100
RELATIONS = ("configuration-version", "created-by", "confirmed-by", "cost-estimate", "plan", "apply", "input-state-version")
LISTS = ("run-events", "policy-checks", "comments", "task-stages", "workspace-run-alerts", "tf-policy-evaluations")
STAGES = ("plan-queueable", "queuing", "plan-queued", "planning", "planned", "cost-estimating", "cost-estimated", "policy-checked")


def run_resource(number: int) -> dict[str, Any]:
    run_id = f"run-{number:016d}"
    one = {
        name: {"data": {"id": f"{name[:4]}-{number:016d}", "type": f"{name}s"}, "links": {"related": f"/api/v2/runs/{run_id}/{name}"}}
        for name in RELATIONS
    }
    many = {name: {"data": [{"id": f"{name[:4]}-{number:016d}", "type": name}]} for name in LISTS}
    return {
        "id": run_id,
        "type": "runs",
        "attributes": {
            "actions": {"is-cancelable": False, "is-confirmable": True, "is-discardable": True, "is-force-cancelable": False},
            "allow-config-generation": False,
            "allow-empty-apply": False,
            "auto-apply": False,
            "canceled-at": None,
            "created-at": "2026-11-02T10:00:00.101Z",
            "has-changes": True,
            "is-destroy": False,
            "message": f"Bump the image of service {number} to 4.{number}.1\n\nReviewed-by: somebody of the platform team",
            "plan-only": False,
            "refresh": True,
            "refresh-only": False,
            "replace-addrs": None,
            "save-plan": False,
            "source": "tfe-configuration-version",
            "status-timestamps": {f"{stage}-at": f"2026-11-02T10:00:{second:02d}+00:00" for second, stage in enumerate(STAGES)},
            "status": "policy_checked",
            "target-addrs": None,
            "trigger-reason": "manual",
            "terraform-version": "1.11.4",
            "updated-at": "2026-11-02T10:01:10.000Z",
            "permissions": {
                "can-apply": True,
                "can-cancel": True,
                "can-comment": True,
                "can-discard": True,
                "can-force-execute": True,
                "can-force-cancel": False,
                "can-override-policy-check": False,
            },
            "variables": [],
        },
        "relationships": {"workspace": {"data": {"id": f"ws-{number:016d}", "type": "workspaces"}}, **one, **many},
        "links": {"self": f"/api/v2/runs/{run_id}"},
    }


def workspace_resource(number: int) -> dict[str, Any]:
    switches = ("file-triggers-enabled", "global-remote-state", "operations", "queue-all-runs", "speculative-enabled")
    rights = ("update", "destroy", "queue-run", "read-variable", "update-variable", "read-state-versions", "lock", "unlock", "force-unlock")
    return {
        "id": f"ws-{number:016d}",
        "type": "workspaces",
        "attributes": {
            "allow-destroy-plan": True,
            "auto-apply": False,
            "created-at": "2026-01-02T10:00:00.101Z",
            "description": f"Service {number} of the shop",
            "environment": "default",
            "locked": True,
            "locked-reason": "",
            "name": f"service-{number:05d}",
            **dict.fromkeys(switches, False),
            "permissions": {f"can-{right}": True for right in rights},
            "actions": {"is-destroyable": True},
            "execution-mode": "remote",
            "plan-duration-average": 34000,
            "apply-duration-average": 61000,
            "run-failures": 3,
            "resource-count": 42,
            "structured-run-output-enabled": True,
            "tag-names": ["shop", "prod"],
            "terraform-version": "1.11.4",
            "trigger-prefixes": [],
            "trigger-patterns": [],
            "updated-at": "2026-11-02T10:01:10.000Z",
            "vcs-repo": {"branch": "", "identifier": "acme/shop", "display-identifier": "acme/shop", "service-provider": "github"},
            "working-directory": f"services/{number}",
        },
        "relationships": {
            "organization": {"data": {"id": "acme", "type": "organizations"}},
            "project": {"data": {"id": "prj-1", "type": "projects"}},
            "current-run": {"data": {"id": f"run-{number:016d}", "type": "runs"}, "links": {"related": f"/api/v2/runs/{number}"}},
            "latest-run": {"data": {"id": f"run-{number:016d}", "type": "runs"}},
            "locked-by": {"data": {"id": f"run-{number:016d}", "type": "runs"}},
            "outputs": {"data": []},
        },
        "links": {"self": f"/api/v2/organizations/acme/workspaces/service-{number:05d}", "self-html": f"/app/acme/{number:05d}"},
    }


def run_page() -> bytes:
    return json.dumps({"data": [run_resource(number) for number in range(PAGE)], **paging(1, PAGE)}).encode()


def workspace_page(page: int, of: int) -> bytes:
    """Page `page` of `of` pages."""
    numbers = range((page - 1) * PAGE, page * PAGE)
    document = {"data": list(map(workspace_resource, numbers)), "included": list(map(run_resource, numbers)), **paging(page, of * PAGE)}
    return json.dumps(document).encode()


def paging(page: int, total: int) -> dict[str, Any]:
    pages = total // PAGE
    following = page + 1 if page < pages else None
    counts = {
        "current-page": page,
        "page-size": PAGE,
        "prev-page": None,
        "next-page": following,
        "total-pages": pages,
        "total-count": total,
    }
    return {"meta": {"pagination": counts}, "links": {"self": "/x", "next": f"/x?page={following}" if following else None}}
