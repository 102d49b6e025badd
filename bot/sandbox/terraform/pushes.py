"""A push to a repository that several workspaces are bound to: each gets a configuration version with the commit, and a run of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from hashlib import sha1
from shutil import copyfile
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.sandbox.terraform.configurations import new_configuration, process_upload
from bot.sandbox.terraform.context import Context, context_of
from bot.sandbox.terraform.errors import bad_request, not_found
from bot.sandbox.terraform.ids import new_id
from bot.sandbox.terraform.queries import json_body
from bot.sandbox.terraform.records import Ingress
from bot.sandbox.terraform.run_requests import configuration_for, uploaded_run_request

if TYPE_CHECKING:
    from bot.sandbox.terraform.records import Run, Workspace

REPOSITORY = "acme/infrastructure"
VERSION_CONTROL = "tfe-configuration-version"


def add_routes(app: web.Application) -> None:
    app.router.add_post("/_control/pushes", push)


async def push(request: web.Request) -> web.Response:
    """`workspaces` are names; `message` and `author` are the commit's, and so is what its sha is made of."""
    context, body = context_of(request), await json_body(request)
    workspaces = [_named(context, name) for name in _names(body)]
    message, author = _text(body, "message", "Update the module"), _text(body, "author", "kim")
    sha = sha1(f"{message} {context.clock.now().isoformat()}".encode(), usedforsecurity=False).hexdigest()
    runs = [await _run(context, workspace, Ingress(new_id("ia"), "main", sha, message, REPOSITORY, author)) for workspace in workspaces]
    return web.json_response({"commit": sha, "runs": [run.id for run in runs]})


async def _run(context: Context, workspace: Workspace, ingress: Ingress) -> Run:
    """The code stays what it was; only the commit is new."""
    before = configuration_for(context.store, workspace, None)
    configuration = new_configuration(context, workspace, None, auto_queue_runs=False, ingress=ingress)
    await asyncio.to_thread(copyfile, before.archive, configuration.archive)
    await process_upload(context, configuration)
    wanted = replace(uploaded_run_request(workspace, configuration), message=ingress.commit_message)
    return context.machine.create(workspace, configuration, wanted, VERSION_CONTROL, None)


def _names(body: dict[str, Any]) -> list[str]:
    names = body.get("workspaces")
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise bad_request("workspaces must be a list of names")
    return names


def _text(body: dict[str, Any], key: str, usual: str) -> str:
    value = body.get(key, usual)
    if not isinstance(value, str) or not value.strip():
        raise bad_request(f"{key} must be words")
    return value


def _named(context: Context, name: str) -> Workspace:
    workspace = context.store.names.get(name)
    if workspace is None:
        raise not_found()
    return workspace
