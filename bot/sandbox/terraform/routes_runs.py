"""Runs: created, read, listed for a workspace, for the organization, and in its queue."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from bot.sandbox.terraform.context import caller_of, context_of
from bot.sandbox.terraform.documents import Document, run_document
from bot.sandbox.terraform.errors import DocumentResponse, document_response, not_found, unprocessable
from bot.sandbox.terraform.inclusions import RUN_INCLUDES, beside_runs
from bot.sandbox.terraform.queries import end_of_page, includes, page, related_id, resource_body, words
from bot.sandbox.terraform.run_filters import run_conditions
from bot.sandbox.terraform.run_requests import configuration_for, run_request
from bot.sandbox.terraform.serials import list_text
from bot.sandbox.terraform.tokens import demand, may

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiohttp import web

    from bot.sandbox.terraform.records import Run

QUEUED = ("pending", "plan_queued", "apply_queued", "queuing", "queuing_apply")
AT_WORK = ("planning", "applying")
QUICK_INCLUDES = frozenset({"workspace"})


def add_routes(app: web.Application) -> None:
    app.router.add_post("/api/v2/runs", create_run)
    app.router.add_get("/api/v2/runs", list_any_runs)
    app.router.add_get("/api/v2/runs/{run}", read_run)
    app.router.add_get("/api/v2/workspaces/{workspace}/runs", list_workspace_runs)
    app.router.add_get("/api/v2/organizations/{organization}/runs", list_organization_runs)
    app.router.add_get("/api/v2/organizations/{organization}/runs/queue", list_queue)
    app.router.add_get("/api/v2/organizations/{organization}/capacity", read_capacity)


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
    wanted = run_request(attributes, workspace, configuration, may_apply=may(caller, "write"), message=context.flavour.default_message)
    run = context.machine.create(workspace, configuration, wanted, context.flavour.run_source, caller.account)
    return document_response({"data": run_document(run, caller, context.store)}, status=201)


async def read_run(request: web.Request) -> web.Response:
    context, caller = context_of(request), caller_of(request)
    run = context.store.run(request.match_info["run"])
    wanted = includes(request, RUN_INCLUDES)
    document: Document = {"data": run_document(run, caller, context.store)}
    if wanted:
        document["included"] = beside_runs(context, caller, [run], wanted)
    return document_response(document)


async def list_workspace_runs(request: web.Request) -> web.Response:
    context = context_of(request)
    workspace = context.store.workspace(request.match_info["workspace"])
    return _list(request, context.store.newest_runs(workspace), totals=True)


async def list_organization_runs(request: web.Request) -> web.Response:
    """The last year's runs where no timeframe is asked for, and no totals."""
    context = context_of(request)
    context.store.demand_organization(request.match_info["organization"])
    return _list(request, _of_named_workspaces(request), totals=False, timeframe="year")


async def list_any_runs(request: web.Request) -> web.Response:
    """The list that only the API's own description knows: by `workspace_id`, else by `organization_name`."""
    store = context_of(request).store
    if workspace_id := request.query.get("workspace_id"):
        return _list(request, store.newest_runs(store.workspace(workspace_id)), totals=True)
    if request.query.get("organization_name") != store.organization:
        raise not_found()
    return _list(request, _of_named_workspaces(request), totals=True)


async def list_queue(request: web.Request) -> web.Response:
    """Runs that wait for capacity or for their workspace, oldest first, each with its place."""
    context, caller = context_of(request), caller_of(request)
    context.store.demand_organization(request.match_info["organization"])
    waiting = [run for run in context.store.runs.values() if run.status in QUEUED]
    shown, rest = page(request, list(enumerate(waiting, 1)), context.address)
    documents = [run_document(run, caller, context.store) for _, run in shown]
    for (position, _), document in zip(shown, documents, strict=True):
        document["attributes"]["position-in-queue"] = position
    return document_response({"data": documents, **rest})


async def read_capacity(request: web.Request) -> web.Response:
    store = context_of(request).store
    store.demand_organization(request.match_info["organization"])
    statuses = [run.status for run in store.runs.values()]
    attributes = {
        "pending": sum(status in QUEUED for status in statuses),
        "running": sum(status in AT_WORK for status in statuses),
    }
    return document_response({"data": {"id": store.organization, "type": "organization-capacity", "attributes": attributes}})


def _of_named_workspaces(request: web.Request) -> Iterable[Run]:
    store = context_of(request).store
    if names := words(request, "filter[workspace_names]"):
        wanted = {workspace.id for name in names if (workspace := store.names.get(name)) is not None}
        return (run for run in store.newest_runs() if run.workspace_id in wanted)
    return store.newest_runs()


def _list(request: web.Request, runs: Iterable[Run], *, totals: bool, timeframe: str | None = None) -> web.Response:
    context, caller = context_of(request), caller_of(request)
    wanted = includes(request, RUN_INCLUDES)
    if context.flavour.filters:
        conditions = run_conditions(request, timeframe)
        runs = (run for run in runs if all(condition(run) for condition in conditions))
    found = list(runs if totals else islice(runs, end_of_page(request) + 1))
    shown, rest = page(request, found, context.address, totals=totals)
    if context.flavour.rewrites or not wanted <= QUICK_INCLUDES:
        document: Document = {"data": [run_document(run, caller, context.store) for run in shown], **rest}
        return document_response(document | ({"included": beside_runs(context, caller, shown, wanted)} if wanted else {}))
    workspaces = {run.workspace_id: context.store.workspace_of(run) for run in shown} if wanted else {}
    included = [context.serials.workspace(each, caller) for each in workspaces.values()] if wanted else None
    return DocumentResponse(list_text([context.serials.run(run, caller) for run in shown], rest, included), 200)
