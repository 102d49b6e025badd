"""What a run is judged by: policy checks, task stages, policy evaluations, cost estimates, and the overrides of the first two."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiohttp import web

from bot.sandbox.terraform.context import caller_of, context_of
from bot.sandbox.terraform.documents import Document, run_document
from bot.sandbox.terraform.errors import document_response, not_allowed, not_found
from bot.sandbox.terraform.evaluation_documents import (
    check_document,
    check_output,
    cost_document,
    evaluation_document,
    set_outcome_document,
    stage_document,
    task_result_document,
)
from bot.sandbox.terraform.organization_documents import workspace_document
from bot.sandbox.terraform.queries import includes, json_body, page_if_asked
from bot.sandbox.terraform.store import known

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.sandbox.terraform.evaluations import CostEstimate, PolicyCheck, SetOutcome, TaskStage
    from bot.sandbox.terraform.records import Run, Token

CHECK_INCLUDES = ("run", "run.workspace")
STAGE_INCLUDES = (*CHECK_INCLUDES, "task_results", "policy_evaluations", "cost_estimate")
OUTCOME_FILTER = re.compile(r"filter\[\w+\]\[(status|enforcement_?[lL]evel)\]")


def add_routes(app: web.Application) -> None:
    app.router.add_get("/api/v2/runs/{run}/policy-checks", list_checks)
    app.router.add_get("/api/v2/policy-checks/{check}", read_check)
    app.router.add_get("/api/v2/policy-checks/{check}/output", read_check_output)
    app.router.add_post("/api/v2/policy-checks/{check}/actions/override", override_check)
    app.router.add_get("/api/v2/runs/{run}/task-stages", list_stages)
    app.router.add_get("/api/v2/task-stages/{stage}", read_stage)
    app.router.add_post("/api/v2/task-stages/{stage}/actions/override", override_stage)
    app.router.add_get("/api/v2/task-stages/{stage}/policy-evaluations", list_evaluations)
    app.router.add_get("/api/v2/task-results/{result}", read_task_result)
    app.router.add_get("/api/v2/policy-evaluations/{evaluation}", read_evaluation)
    app.router.add_get("/api/v2/policy-evaluations/{evaluation}/policy-set-outcomes", list_outcomes)
    app.router.add_get("/api/v2/policy-set-outcomes/{outcome}", read_outcome)
    app.router.add_get("/api/v2/runs/{run}/tf-policy-evaluations", list_nothing)
    app.router.add_get("/api/v2/runs/{run}/cost-estimate", read_run_cost)
    app.router.add_get("/api/v2/cost-estimates/{estimate}", read_cost)
    app.router.add_get("/api/v2/cost-estimates/{estimate}/output", read_cost_output)


async def list_checks(request: web.Request) -> web.Response:
    caller, run = caller_of(request), context_of(request).store.run(request.match_info["run"])
    check = run.evaluations.policy_check
    documents = [] if check is None else [check_document(check, caller)]
    return _with_runs(request, page_if_asked(request, documents, context_of(request).address), [run], CHECK_INCLUDES)


async def read_check(request: web.Request) -> web.Response:
    run, check = _check(request)
    return _with_runs(request, {"data": check_document(check, caller_of(request))}, [run], CHECK_INCLUDES)


async def read_check_output(request: web.Request) -> web.Response:
    """Text behind a temporary URL; 204 while there is none."""
    _, check = _check(request)
    if not check.is_over:
        return web.Response(status=204)
    url = context_of(request).blobs.content_url(check_output(check).encode(), "text/plain")
    return web.Response(status=307, headers={"Location": url})


async def override_check(request: web.Request) -> web.Response:
    run, check = _check(request)
    caller = _demand_override(request)
    context_of(request).machine.override_check(run, check, caller.account, await _comment(request))
    return document_response({"data": check_document(check, caller)})


async def list_stages(request: web.Request) -> web.Response:
    caller, run = caller_of(request), context_of(request).store.run(request.match_info["run"])
    documents = [stage_document(stage, caller) for stage in run.evaluations.stages]
    document = page_if_asked(request, documents, context_of(request).address)
    return _with_runs(request, document, [run], STAGE_INCLUDES, run.evaluations.stages)


async def read_stage(request: web.Request) -> web.Response:
    stage = _stage(request)
    run = context_of(request).store.run(stage.run_id)
    return _with_runs(request, {"data": stage_document(stage, caller_of(request))}, [run], STAGE_INCLUDES, [stage])


async def override_stage(request: web.Request) -> web.Response:
    stage, store = _stage(request), context_of(request).store
    caller = _demand_override(request)
    context_of(request).machine.override_stage(store.run(stage.run_id), stage, caller.account, await _comment(request))
    return document_response({"data": stage_document(stage, caller)})


async def list_evaluations(request: web.Request) -> web.Response:
    evaluation = _stage(request).evaluation
    documents = [] if evaluation is None else [evaluation_document(evaluation)]
    return document_response(page_if_asked(request, documents, context_of(request).address))


async def read_task_result(request: web.Request) -> web.Response:
    result = known(context_of(request).store.task_results, request.match_info["result"])
    return document_response({"data": task_result_document(result)})


async def read_evaluation(request: web.Request) -> web.Response:
    evaluation = known(context_of(request).store.policy_evaluations, request.match_info["evaluation"])
    return document_response({"data": evaluation_document(evaluation)})


async def list_outcomes(request: web.Request) -> web.Response:
    """Outcomes that hold a policy as the filters want it; the filters are numbered, and all of one number must meet."""
    evaluation = known(context_of(request).store.policy_evaluations, request.match_info["evaluation"])
    wanted = {found[1].lower(): value for name, value in request.query.items() if (found := OUTCOME_FILTER.fullmatch(name)) and value}
    outcomes = evaluation.outcomes if evaluation.status not in ("pending", "running") else []
    documents = [set_outcome_document(each) for each in outcomes if _holds(each, wanted)]
    return document_response(page_if_asked(request, documents, context_of(request).address))


async def read_outcome(request: web.Request) -> web.Response:
    return document_response({"data": set_outcome_document(known(context_of(request).store.set_outcomes, request.match_info["outcome"]))})


async def list_nothing(request: web.Request) -> web.Response:
    """Terraform's own policies are beta on the platform; there are none here."""
    context_of(request).store.run(request.match_info["run"])
    return document_response({"data": []})


async def read_run_cost(request: web.Request) -> web.Response:
    run = context_of(request).store.run(request.match_info["run"])
    if run.evaluations.cost_estimate is None:
        raise not_found()
    return document_response({"data": cost_document(run, run.evaluations.cost_estimate)})


async def read_cost(request: web.Request) -> web.Response:
    run, cost = _cost(request)
    return document_response({"data": cost_document(run, cost)})


async def read_cost_output(request: web.Request) -> web.Response:
    _, cost = _cost(request)
    if cost.status != "finished":
        return web.Response(status=204)
    return web.Response(text=f"Monthly cost: {cost.prior:.2f} -> {cost.proposed:.2f} (scripted)\n")


def _with_runs(
    request: web.Request, document: Document, runs: Iterable[Run], known_includes: tuple[str, ...], stages: Iterable[TaskStage] = ()
) -> web.Response:
    """The document, and beside it what `include` asks for."""
    context, caller = context_of(request), caller_of(request)
    wanted, found = includes(request, known_includes), list[Document]()
    for run in runs:
        if "run" in wanted or "run.workspace" in wanted:
            found.append(run_document(run, caller, context.store))
        if "run.workspace" in wanted:
            found.append(workspace_document(context.store.workspace_of(run), caller, context.store, context.machine.terraform_version))
    for stage in stages:
        if "task_results" in wanted:
            found += [task_result_document(each) for each in stage.results]
        if "policy_evaluations" in wanted and stage.evaluation is not None:
            found.append(evaluation_document(stage.evaluation))
    return document_response(document | ({"included": found} if wanted else {}))


def _demand_override(request: web.Request) -> Token:
    """Who is calling, if they manage policy overrides; an organization's token never does."""
    caller = caller_of(request)
    if not caller.may_override:
        raise not_allowed()
    return caller


async def _comment(request: web.Request) -> str | None:
    comment = (await json_body(request)).get("comment")
    return comment if isinstance(comment, str) else None


def _check(request: web.Request) -> tuple[Run, PolicyCheck]:
    run = known(context_of(request).store.checks, request.match_info["check"])
    if run.evaluations.policy_check is None:
        raise not_found()
    return run, run.evaluations.policy_check


def _cost(request: web.Request) -> tuple[Run, CostEstimate]:
    run = known(context_of(request).store.estimates, request.match_info["estimate"])
    if run.evaluations.cost_estimate is None:
        raise not_found()
    return run, run.evaluations.cost_estimate


def _stage(request: web.Request) -> TaskStage:
    return known(context_of(request).store.stages, request.match_info["stage"])


def _holds(outcome: SetOutcome, wanted: dict[str, str]) -> bool:
    status = wanted.get("status")
    level = wanted.get("enforcementlevel") or wanted.get("enforcement_level")
    return any((status in (None, found)) and (level in (None, weight)) for _, weight, found in outcome.policies)
