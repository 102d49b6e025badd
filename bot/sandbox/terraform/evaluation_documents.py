"""Task stages and results, policy evaluations and checks, cost estimates as JSON:API resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.terraform.documents import Document, reference

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.sandbox.terraform.evaluations import CostEstimate, PolicyCheck, PolicyEvaluation, SetOutcome, TaskResult, TaskStage
    from bot.sandbox.terraform.records import Run, Token

SENTINEL_POLICIES = 3


def stage_document(stage: TaskStage, token: Token) -> Document:
    link = f"/api/v2/task-stages/{stage.id}"
    evaluation = stage.evaluation
    return {
        "id": stage.id,
        "type": "task-stages",
        "attributes": {
            "stage": stage.stage,
            "status": stage.status,
            "status-timestamps": dict(stage.timestamps),
            "actions": {"is-overridable": stage.status == "awaiting_override"},
            "permissions": {
                "can-override-policy": token.may_override,
                "can-override-tasks": token.may_override,
                "can-override": token.may_override,
            },
        },
        "relationships": {
            "run": reference("runs", stage.run_id),
            "task-results": {"data": [{"id": each.id, "type": "task-results"} for each in stage.results]},
            "policy-evaluations": {"data": [] if evaluation is None else [{"id": evaluation.id, "type": "policy-evaluations"}]},
        },
        "links": {"self": link},
    }


def task_result_document(result: TaskResult) -> Document:
    return {
        "id": result.id,
        "type": "task-results",
        "attributes": {
            "status": result.status,
            "message": result.message,
            "status-timestamps": dict(result.timestamps),
            "url": None,
            "task-id": result.task_id,
            "task-name": result.task_name,
            "task-url": f"https://tasks.acme.example/{result.task_name}",
            "stage": result.stage,
            "is-speculative": False,
            "workspace-task-id": None,
            "workspace-task-enforcement-level": result.enforcement,
            "task-result-outcomes-count": 0,
        },
        "relationships": {"task-stage": reference("task-stages", result.stage_id)},
        "links": {"self": f"/api/v2/task-results/{result.id}"},
    }


def evaluation_document(evaluation: PolicyEvaluation) -> Document:
    return {
        "id": evaluation.id,
        "type": "policy-evaluations",
        "attributes": {
            "status": evaluation.status,
            "status-timestamps": dict(evaluation.timestamps),
            "policy-kind": "opa",
            "policy-tool-version": "1.2.0",
            "result-count": _result_count(evaluation.outcomes, is_known=evaluation.status not in ("pending", "running")),
        },
        "relationships": {
            "policy-attachable": reference("task-stages", evaluation.stage_id),
            "policy-set-outcomes": {"links": {"related": f"/api/v2/policy-evaluations/{evaluation.id}/policy-set-outcomes"}},
        },
        "links": {"self": f"/api/v2/policy-evaluations/{evaluation.id}"},
    }


def set_outcome_document(outcome: SetOutcome) -> Document:
    """One policy set's outcome; the items of `outcomes` alone are written in snake_case."""
    return {
        "id": outcome.id,
        "type": "policy-set-outcomes",
        "attributes": {
            "policy-set-name": outcome.set_name,
            "policy-set-description": None,
            "overridable": True,
            "error": "",
            "warnings": [],
            "result-count": _result_count([outcome]),
            "outcomes": [
                {
                    "policy_name": name,
                    "enforcement_level": level,
                    "status": status,
                    "query": f"data.terraform.{name.replace('-', '_')}",
                    "description": f"The rule {name}",
                    "output": None if status == "passed" else [f"{name} does not hold"],
                }
                for name, level, status in outcome.policies
            ],
        },
        "relationships": {"policy-evaluation": reference("policy-evaluations", outcome.evaluation_id)},
        "links": {"self": f"/api/v2/policy-set-outcomes/{outcome.id}"},
    }


def check_document(check: PolicyCheck, token: Token) -> Document:
    link = f"/api/v2/policy-checks/{check.id}"
    return {
        "id": check.id,
        "type": "policy-checks",
        "attributes": {
            "status": check.status,
            "status-timestamps": dict(check.timestamps),
            "scope": "organization",
            "result": _check_result(check) if check.is_over else None,
            "actions": {"is-overridable": check.status == "soft_failed"},
            "permissions": {"can-override": token.may_override},
        },
        "relationships": {"run": reference("runs", check.run_id)},
        "links": {"self": link, "output": f"{link}/output"},
    }


def cost_document(run: Run, cost: CostEstimate) -> Document:
    """Money is written as strings; what changes is the difference of the other two."""
    is_known = cost.status == "finished"
    return {
        "id": cost.id,
        "type": "cost-estimates",
        "attributes": {
            "status": cost.status,
            "status-timestamps": dict(cost.timestamps),
            "error-message": "the prices could not be read" if cost.status == "errored" else None,
            "resources-count": cost.resources,
            "matched-resources-count": cost.resources if is_known else 0,
            "unmatched-resources-count": 0,
            "prior-monthly-cost": f"{cost.prior:.2f}" if is_known else "0.0",
            "proposed-monthly-cost": f"{cost.proposed:.2f}" if is_known else "0.0",
            "delta-monthly-cost": f"{cost.proposed - cost.prior:.2f}" if is_known else "0.0",
        },
        "relationships": {"run": reference("runs", run.id)},
        "links": {"self": f"/api/v2/cost-estimates/{cost.id}"},
    }


def check_output(check: PolicyCheck) -> str:
    counts = _check_result(check)
    return (
        "Sentinel Result: " + str(counts["result"]).lower() + "\n\n"
        f"{counts['passed']} passed, {counts['advisory-failed']} advisory, "
        f"{counts['soft-failed']} soft-mandatory, {counts['hard-failed']} hard-mandatory failed. (scripted)\n"
    )


def _check_result(check: PolicyCheck) -> Document:
    failed = {f"{level}-failed": int(check.outcome == f"{level}_failed") for level in ("advisory", "soft", "hard")}
    total = sum(failed.values())
    return {
        "result": check.outcome in ("passed", "advisory_failed"),
        "passed": SENTINEL_POLICIES - total,
        "total-failed": total,
        **failed,
        "duration-ms": 12,
        "sentinel": None,
    }


def _result_count(outcomes: Iterable[SetOutcome], *, is_known: bool = True) -> Document:
    policies = [policy for outcome in outcomes for policy in outcome.policies] if is_known else []
    failed = [level for _, level, status in policies if status == "failed"]
    return {
        "advisory-failed": failed.count("advisory"),
        "mandatory-failed": failed.count("mandatory"),
        "passed": sum(status == "passed" for *_, status in policies),
        "errored": 0,
    }
