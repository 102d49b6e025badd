"""Workspaces: listed, read by name and by id, locked and unlocked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.terraform.context import caller_of, context_of
from bot.sandbox.terraform.documents import Document
from bot.sandbox.terraform.errors import DocumentResponse, document_response
from bot.sandbox.terraform.inclusions import WORKSPACE_INCLUDES, beside_workspaces
from bot.sandbox.terraform.organization_documents import workspace_document
from bot.sandbox.terraform.queries import includes, json_body, page
from bot.sandbox.terraform.serials import list_text
from bot.sandbox.terraform.tokens import demand
from bot.sandbox.terraform.workspace_filters import wanted_workspaces

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.terraform.records import Workspace

QUICK_INCLUDES = frozenset({"current_run"})


def add_routes(app: web.Application) -> None:
    app.router.add_get("/api/v2/organizations/{organization}/workspaces", list_workspaces)
    app.router.add_get("/api/v2/organizations/{organization}/workspaces/{name}", read_workspace)
    app.router.add_get("/api/v2/workspaces/{workspace}", read_workspace)
    app.router.add_post("/api/v2/workspaces/{workspace}/actions/lock", lock_workspace)
    app.router.add_post("/api/v2/workspaces/{workspace}/actions/{action:unlock|force-unlock}", unlock_workspace)


async def list_workspaces(request: web.Request) -> web.Response:
    context, caller = context_of(request), caller_of(request)
    context.store.demand_organization(request.match_info["organization"])
    wanted = includes(request, WORKSPACE_INCLUDES)
    shown, rest = page(request, wanted_workspaces(request), context.address)
    if context.flavour.rewrites or not wanted <= QUICK_INCLUDES:
        document: Document = {"data": [_document(request, workspace) for workspace in shown], **rest}
        return document_response(document | ({"included": beside_workspaces(context, caller, shown, wanted)} if wanted else {}))
    runs = [run for workspace in shown if (run := workspace.current_run) is not None] if wanted else []
    texts = [context.serials.workspace(workspace, caller) for workspace in shown]
    included = [context.serials.run(run, caller) for run in runs] if wanted else None
    return DocumentResponse(list_text(texts, rest, included), 200)


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
    wanted = includes(request, WORKSPACE_INCLUDES)
    document: Document = {"data": _document(request, workspace)}
    if wanted:
        document["included"] = beside_workspaces(context_of(request), caller_of(request), [workspace], wanted)
    return document_response(document)


def _document(request: web.Request, workspace: Workspace) -> Document:
    context = context_of(request)
    return workspace_document(workspace, caller_of(request), context.store, context.machine.terraform_version)
