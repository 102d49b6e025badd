"""Workspaces made and changed, as their settings page does it: by whoever administers the organization."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.sandbox.terraform.context import caller_of, context_of
from bot.sandbox.terraform.errors import document_response, unprocessable
from bot.sandbox.terraform.ids import new_id
from bot.sandbox.terraform.organization_documents import workspace_document
from bot.sandbox.terraform.queries import resource_body
from bot.sandbox.terraform.records import Workspace
from bot.sandbox.terraform.tokens import demand

if TYPE_CHECKING:
    from aiohttp import web

NAME = re.compile(r"[A-Za-z0-9_-]{1,90}")
MODES = ("remote", "agent", "local")
TEXTS = ("description", "terraform-version")
FLAGS = ("auto-apply", "allow-destroy-plan")


def add_routes(app: web.Application) -> None:
    app.router.add_post("/api/v2/organizations/{organization}/workspaces", create_workspace)
    app.router.add_patch("/api/v2/workspaces/{workspace}", update_workspace)


async def create_workspace(request: web.Request) -> web.Response:
    """Without a configuration, and as the scripts of the sandbox go."""
    context, caller = context_of(request), caller_of(request)
    context.store.demand_organization(request.match_info["organization"])
    demand(caller, "admin")
    attributes, _ = await resource_body(request, "workspaces")
    name = attributes.get("name")
    if not isinstance(name, str) or NAME.fullmatch(name) is None:
        raise unprocessable("Name can only include letters, numbers, -, and _.", "/data/attributes/name")
    if name in context.store.names:
        raise unprocessable("Name has already been taken", "/data/attributes/name")
    now = context.clock.now()
    made = Workspace(id=new_id("ws"), name=name, description="", auto_apply=False, created_at=now, changed_at=now)
    change(made, attributes)
    context.store.add_workspace(made)
    return document_response({"data": workspace_document(made, caller, context.store, context.machine.terraform_version)}, status=201)


async def update_workspace(request: web.Request) -> web.Response:
    """What is left out stays, and so does the name."""
    context, caller = context_of(request), caller_of(request)
    workspace = context.store.workspace(request.match_info["workspace"])
    demand(caller, "admin")
    attributes, _ = await resource_body(request, "workspaces")
    change(workspace, attributes)
    workspace.changed_at = context.clock.now()
    return document_response({"data": workspace_document(workspace, caller, context.store, context.machine.terraform_version)})


def change(workspace: Workspace, attributes: dict[str, Any]) -> None:
    """All of it or nothing: 422 names the attribute that is not as it should be."""
    wanted = {name.replace("-", "_"): attributes[name] for name in (*TEXTS, *FLAGS, "execution-mode") if name in attributes}
    for name in TEXTS:
        demand_attribute(name, is_fit=isinstance(attributes.get(name, ""), str))
    for name in FLAGS:
        demand_attribute(name, is_fit=isinstance(attributes.get(name, False), bool))
    demand_attribute("execution-mode", is_fit=attributes.get("execution-mode", "remote") in MODES)
    if "vcs-repo" in attributes:
        wanted["repository"] = identifier(attributes["vcs-repo"])
    for name, value in wanted.items():
        setattr(workspace, name, value)


def identifier(repository: object) -> str | None:
    """`vcs-repo` is null where there is none; the token that goes with one on the platform is not asked for."""
    if repository is None:
        return None
    named = repository.get("identifier") if isinstance(repository, dict) else None
    demand_attribute("vcs-repo", is_fit=isinstance(named, str) and bool(named))
    return str(named)


def demand_attribute(name: str, *, is_fit: bool) -> None:
    if not is_fit:
        raise unprocessable(f"{name} is invalid", f"/data/attributes/{name}")
