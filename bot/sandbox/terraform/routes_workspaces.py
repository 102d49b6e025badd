"""Workspaces: listed with the API's filters and sorts, read by name and by id, locked and unlocked."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from bot.sandbox.terraform.context import caller_of, context_of
from bot.sandbox.terraform.documents import Document, account_document, configuration_document, plan_document, run_document
from bot.sandbox.terraform.errors import bad_request, document_response
from bot.sandbox.terraform.organization_documents import organization_document, project_document, workspace_document
from bot.sandbox.terraform.queries import includes, json_body, page, words
from bot.sandbox.terraform.tokens import demand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from aiohttp import web

    from bot.sandbox.terraform.records import Workspace

INCLUDES = (
    "current_run",
    "current_run.plan",
    "current_run.configuration_version",
    "current_run.configuration_version.ingress_attributes",
    "current_configuration_version",
    "current_configuration_version.ingress_attributes",
    "locked_by",
    "organization",
    "outputs",
    "project",
    "readme",
)


def add_routes(app: web.Application) -> None:
    app.router.add_get("/api/v2/organizations/{organization}/workspaces", list_workspaces)
    app.router.add_get("/api/v2/organizations/{organization}/workspaces/{name}", read_workspace)
    app.router.add_get("/api/v2/workspaces/{workspace}", read_workspace)
    app.router.add_post("/api/v2/workspaces/{workspace}/actions/lock", lock_workspace)
    app.router.add_post("/api/v2/workspaces/{workspace}/actions/{action:unlock|force-unlock}", unlock_workspace)


async def list_workspaces(request: web.Request) -> web.Response:
    context = context_of(request)
    context.store.demand_organization(request.match_info["organization"])
    wanted = includes(request, INCLUDES)
    conditions = _conditions(request)
    found = [each for each in context.store.workspaces.values() if all(condition(each) for condition in conditions)]
    shown, rest = page(request, _sorted(request, found), context.address)
    document: Document = {"data": [_document(request, workspace) for workspace in shown], **rest}
    if wanted:
        document["included"] = _included(request, shown, wanted)
    return document_response(document)


async def read_workspace(request: web.Request) -> web.Response:
    return _answer(request, _named(request))


async def lock_workspace(request: web.Request) -> web.Response:
    """The reason stands in a plain JSON body and may be left out."""
    context, caller, workspace = context_of(request), caller_of(request), _named(request)
    demand(caller, "write")
    reason = (await json_body(request)).get("reason")
    context.machine.queue.lock(workspace, caller.account, reason if isinstance(reason, str) else None)
    return _answer(request, workspace)


async def unlock_workspace(request: web.Request) -> web.Response:
    context, caller, workspace = context_of(request), caller_of(request), _named(request)
    by_force = request.match_info["action"] == "force-unlock"
    demand(caller, "admin" if by_force else "write")
    context.machine.queue.unlock(workspace, caller.account, force=by_force)
    return _answer(request, workspace)


def _named(request: web.Request) -> Workspace:
    store, names = context_of(request).store, request.match_info
    if "workspace" in names:
        return store.workspace(names["workspace"])
    return store.workspace_named(names["organization"], names["name"])


def _answer(request: web.Request, workspace: Workspace) -> web.Response:
    wanted = includes(request, INCLUDES)
    document: Document = {"data": _document(request, workspace)}
    if wanted:
        document["included"] = _included(request, [workspace], wanted)
    return document_response(document)


def _document(request: web.Request, workspace: Workspace) -> Document:
    context = context_of(request)
    return workspace_document(workspace, caller_of(request), context.store, context.machine.terraform_version)


def _included(request: web.Request, workspaces: Iterable[Workspace], wanted: frozenset[str]) -> list[Document]:
    context, caller = context_of(request), caller_of(request)
    store, found = context.store, list[Document]()
    for workspace in workspaces:
        run, configuration = workspace.current_run, store.latest_configuration(workspace)
        if run is not None and any(each.startswith("current_run") for each in wanted):
            found.append(run_document(run, caller, store))
        if run is not None and "current_run.plan" in wanted:
            found.append(plan_document(run, context.blobs))
        if run is not None and any(each.startswith("current_run.configuration_version") for each in wanted):
            found.append(configuration_document(store.configuration(run.configuration_id)))
        if configuration is not None and any(each.startswith("current_configuration_version") for each in wanted):
            found.append(configuration_document(configuration))
        if "locked_by" in wanted and workspace.holder is not None:
            found.append(run_document(workspace.holder, caller, store))
        if "locked_by" in wanted and workspace.locked_by is not None:
            found.append(account_document(workspace.locked_by))
    if "organization" in wanted:
        found.append(organization_document(store, caller))
    if "project" in wanted:
        found.append(project_document(store))
    return list({(each["type"], each["id"]): each for each in found}.values())


def _conditions(request: web.Request) -> list[Callable[[Workspace], bool]]:
    conditions: list[Callable[[Workspace], bool]] = []
    if text := request.query.get("search[name]", "").lower():
        conditions.append(lambda workspace: text in workspace.name)
    if pattern := request.query.get("search[wildcard-name]", "").lower():
        literal = pattern.replace("[", "[[]").replace("?", "[?]")
        conditions.append(lambda workspace: fnmatchcase(workspace.name, literal))
    if tags := words(request, "search[tags]"):
        conditions.append(lambda workspace: tags.issubset(workspace.tags))
    if unwanted := words(request, "search[exclude-tags]"):
        conditions.append(lambda workspace: unwanted.isdisjoint(workspace.tags))
    if project := request.query.get("filter[project][id]"):
        known = project == context_of(request).store.project_id
        conditions.append(lambda _workspace: known)
    if statuses := words(request, "filter[current-run][status]"):
        conditions.append(lambda workspace: workspace.current_run is not None and workspace.current_run.status in statuses)
    return conditions


def _sorted(request: web.Request, workspaces: list[Workspace]) -> list[Workspace]:
    order = request.query.get("sort", "name")
    keys: dict[str, Callable[[Workspace], tuple[datetime | str, ...]]] = {
        "name": lambda workspace: (workspace.name,),
        "latest-change-at": lambda workspace: (workspace.changed_at, workspace.name),
        "current-run.created-at": lambda workspace: (*_begun(workspace), workspace.name),
    }
    key = keys.get(order.removeprefix("-"))
    if key is None:
        raise bad_request(f"sort must be one of {', '.join(keys)}, with - before it to reverse")
    reverse = order.startswith("-")
    if order.removeprefix("-") != "current-run.created-at":
        return sorted(workspaces, key=key, reverse=reverse)
    with_run = [each for each in workspaces if each.current_run is not None]
    return sorted(with_run, key=key, reverse=reverse) + [each for each in workspaces if each.current_run is None]


def _begun(workspace: Workspace) -> tuple[datetime, ...]:
    return () if workspace.current_run is None else (workspace.current_run.created_at,)
