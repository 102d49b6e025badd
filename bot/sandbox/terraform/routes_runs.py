"""Runs: created, read, listed for a workspace and for the organization."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.sandbox.terraform.context import caller_of, context_of
from bot.sandbox.terraform.documents import Document, account_document, apply_document, configuration_document, plan_document, run_document
from bot.sandbox.terraform.errors import bad_request, document_response, unprocessable
from bot.sandbox.terraform.organization_documents import workspace_document
from bot.sandbox.terraform.queries import includes, page, related_id, resource_body, words
from bot.sandbox.terraform.run_requests import configuration_for, run_request
from bot.sandbox.terraform.statuses import OPERATIONS, in_group
from bot.sandbox.terraform.tokens import demand, may

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aiohttp import web

    from bot.sandbox.terraform.records import Run

INCLUDES = (
    "plan",
    "apply",
    "created_by",
    "cost_estimate",
    "configuration_version",
    "configuration_version.ingress_attributes",
    "workspace",
    "task_stages",
    "tf_policy_evaluations",
)
SOURCES = frozenset({"tfe-ui", "tfe-api", "tfe-configuration-version"})
GROUPS = ("non_final", "final", "discardable")
YEAR = re.compile(r"[0-9]{4}")
Condition = "Callable[[Run], bool]"


def add_routes(app: web.Application) -> None:
    app.router.add_post("/api/v2/runs", create_run)
    app.router.add_get("/api/v2/runs/{run}", read_run)
    app.router.add_get("/api/v2/workspaces/{workspace}/runs", list_workspace_runs)
    app.router.add_get("/api/v2/organizations/{organization}/runs", list_organization_runs)


async def create_run(request: web.Request) -> web.Response:
    context, caller = context_of(request), caller_of(request)
    demand(caller, "plan")
    attributes, relationships = await resource_body(request, "runs")
    workspace_id = related_id(relationships, "workspace", "workspaces")
    if workspace_id is None:
        raise unprocessable("Workspace is missing", "/data/relationships/workspace")
    workspace = context.store.workspace(workspace_id)
    configuration_id = related_id(relationships, "configuration-version", "configuration-versions")
    configuration = configuration_for(context.store, workspace, configuration_id)
    wanted = run_request(attributes, workspace, configuration, may_apply=may(caller, "write"))
    run = context.machine.create(workspace, configuration, wanted, "tfe-api", caller.account)
    return document_response({"data": run_document(run, caller, context.store)}, status=201)


async def read_run(request: web.Request) -> web.Response:
    context, caller = context_of(request), caller_of(request)
    run = context.store.run(request.match_info["run"])
    wanted = includes(request, INCLUDES)
    document: Document = {"data": run_document(run, caller, context.store)}
    if wanted:
        document["included"] = included(request, [run], wanted)
    return document_response(document)


async def list_workspace_runs(request: web.Request) -> web.Response:
    context = context_of(request)
    workspace = context.store.workspace(request.match_info["workspace"])
    return _list(request, context.store.newest_runs(workspace), totals=True)


async def list_organization_runs(request: web.Request) -> web.Response:
    """The last year's runs where no timeframe is asked for, and no totals."""
    context = context_of(request)
    context.store.demand_organization(request.match_info["organization"])
    runs: Iterable[Run] = context.store.newest_runs()
    if names := words(request, "filter[workspace_names]"):
        runs = (run for run in runs if context.store.workspace_of(run).name in names)
    return _list(request, runs, totals=False, timeframe="year")


def included(request: web.Request, runs: Iterable[Run], wanted: frozenset[str]) -> list[Document]:
    """The resources that stand beside runs in an answer, each once."""
    context, caller = context_of(request), caller_of(request)
    store, documents = context.store, dict[str, Document]()
    for run in runs:
        found: list[Document] = []
        if "plan" in wanted:
            found.append(plan_document(run, context.blobs))
        if "apply" in wanted:
            found.append(apply_document(run, context.blobs))
        if "created_by" in wanted and run.creator is not None:
            found.append(account_document(run.creator))
        if any(each.startswith("configuration_version") for each in wanted):
            found.append(configuration_document(store.configuration(run.configuration_id)))
        if "workspace" in wanted:
            found.append(workspace_document(store.workspace_of(run), caller, store, context.machine.terraform_version))
        documents |= {document["id"]: document for document in found}
    return list(documents.values())


def _list(request: web.Request, runs: Iterable[Run], *, totals: bool, timeframe: str | None = None) -> web.Response:
    context, caller = context_of(request), caller_of(request)
    wanted = includes(request, INCLUDES)
    conditions = _conditions(request, timeframe)
    found = [run for run in runs if all(condition(run) for condition in conditions)]
    shown, rest = page(request, found, context.address, totals=totals)
    document: Document = {"data": [run_document(run, caller, context.store) for run in shown], **rest}
    if wanted:
        document["included"] = included(request, shown, wanted)
    return document_response(document)


def _conditions(request: web.Request, timeframe: str | None) -> list[Callable[[Run], bool]]:
    """What a run must meet to be listed. Plan-only runs are listed only where `filter[operation]` names them."""
    operations = words(request, "filter[operation]") or OPERATIONS - {"plan_only"}
    conditions: list[Callable[[Run], bool]] = [lambda run: run.request.operation in operations]
    if statuses := words(request, "filter[status]"):
        conditions.append(lambda run: run.status in statuses)
    if group := request.query.get("filter[status_group]"):
        if group not in GROUPS:
            raise bad_request(f"filter[status_group] must be one of {', '.join(GROUPS)}")
        conditions.append(lambda run: in_group(run, group))
    if sources := words(request, "filter[source]"):
        conditions.append(lambda run: run.source in sources)
    if text := request.query.get("search[basic]"):
        conditions.append(lambda run: run.id == text or text.lower() in run.request.message.lower())
    if frame := request.query.get("filter[timeframe]", timeframe):
        conditions.append(_in_timeframe(request, frame))
    return conditions


def _in_timeframe(request: web.Request, frame: str) -> Callable[[Run], bool]:
    if frame == "year":
        since = context_of(request).clock.now() - timedelta(days=365)
        return lambda run: run.created_at >= since
    if not YEAR.fullmatch(frame):
        raise bad_request("filter[timeframe] must be a year, or the word year")
    return lambda run: run.created_at.year == int(frame)
