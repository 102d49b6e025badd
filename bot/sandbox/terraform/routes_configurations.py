"""Configuration versions: created here, uploaded to the blob service, processed, and where wanted queued as a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.terraform.configurations import new_configuration, process_upload
from bot.sandbox.terraform.context import caller_of, context_of
from bot.sandbox.terraform.documents import configuration_document
from bot.sandbox.terraform.errors import document_response, invalid_attribute
from bot.sandbox.terraform.queries import page, resource_body
from bot.sandbox.terraform.tokens import demand, may

if TYPE_CHECKING:
    from aiohttp import web


def add_routes(app: web.Application) -> None:
    app.router.add_post("/api/v2/workspaces/{workspace}/configuration-versions", create_configuration)
    app.router.add_get("/api/v2/workspaces/{workspace}/configuration-versions", list_configurations)
    app.router.add_get("/api/v2/configuration-versions/{configuration}", read_configuration)


async def create_configuration(request: web.Request) -> web.Response:
    context, caller = context_of(request), caller_of(request)
    workspace = context.store.workspace(request.match_info["workspace"])
    demand(caller, "plan")
    attributes, _ = await resource_body(request, "configuration-versions")
    configuration = new_configuration(
        context,
        workspace,
        caller.account,
        creator_may_apply=may(caller, "write"),
        auto_queue_runs=_flag(attributes, "auto-queue-runs", default=True),
        speculative=_flag(attributes, "speculative", default=False),
        provisional=_flag(attributes, "provisional", default=False),
    )

    async def uploaded() -> None:
        context.machine.aside(process_upload(context, configuration))

    url = context.blobs.upload_url(configuration.archive, uploaded)
    return document_response({"data": configuration_document(configuration, url)}, status=201)


async def list_configurations(request: web.Request) -> web.Response:
    context = context_of(request)
    workspace = context.store.workspace(request.match_info["workspace"])
    found = [each for each in reversed(context.store.configurations.values()) if each.workspace_id == workspace.id]
    shown, rest = page(request, found, context.address)
    return document_response({"data": [configuration_document(each) for each in shown], **rest})


async def read_configuration(request: web.Request) -> web.Response:
    configuration = context_of(request).store.configuration(request.match_info["configuration"])
    return document_response({"data": configuration_document(configuration)})


def _flag(attributes: dict[str, Any], name: str, *, default: bool) -> bool:
    value = attributes.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise invalid_attribute(f"{name} must be true or false")
    return value
