"""Configuration versions: created here, uploaded to the blob service, read, downloaded, archived."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.sandbox.terraform.configurations import archive_configuration, new_configuration, process_upload
from bot.sandbox.terraform.context import caller_of, context_of
from bot.sandbox.terraform.documents import Document, configuration_document, ingress_document
from bot.sandbox.terraform.errors import document_response, invalid_attribute, not_found, unprocessable
from bot.sandbox.terraform.queries import includes, page, resource_body
from bot.sandbox.terraform.tokens import demand, may

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.sandbox.terraform.records import Configuration

INCLUDES = ("ingress_attributes", "run")
GZIP = "application/gzip"


def add_routes(app: web.Application) -> None:
    app.router.add_post("/api/v2/workspaces/{workspace}/configuration-versions", create_configuration)
    app.router.add_get("/api/v2/workspaces/{workspace}/configuration-versions", list_configurations)
    app.router.add_post("/api/v2/configuration-versions/{configuration}/actions/archive", archive)
    for owner in ("/api/v2/configuration-versions/{configuration}", "/api/v2/runs/{run}/configuration-version"):
        app.router.add_get(owner, read_configuration)
        app.router.add_get(f"{owner}/download", download_configuration)
        app.router.add_get(f"{owner}/ingress-attributes", read_ingress)


async def create_configuration(request: web.Request) -> web.Response:
    context, caller = context_of(request), caller_of(request)
    workspace = context.store.workspace(request.match_info["workspace"])
    demand(caller, "plan")
    attributes, _ = await resource_body(request, "configuration-versions")
    speculative = _flag(attributes, "speculative", default=False)
    if workspace.repository is not None and not speculative:
        raise unprocessable("The workspace takes its configuration from a repository: uploads have to be speculative")
    configuration = new_configuration(
        context,
        workspace,
        caller.account,
        creator_may_apply=may(caller, "write"),
        auto_queue_runs=_flag(attributes, "auto-queue-runs", default=True),
        speculative=speculative,
        provisional=_flag(attributes, "provisional", default=False),
    )

    async def uploaded() -> None:
        context.machine.aside(process_upload(context, configuration))

    url = context.blobs.upload_url(configuration.archive, uploaded)
    return document_response({"data": configuration_document(configuration, url)}, status=201)


async def list_configurations(request: web.Request) -> web.Response:
    """Newest first."""
    context = context_of(request)
    workspace = context.store.workspace(request.match_info["workspace"])
    found = [each for each in reversed(context.store.configurations.values()) if each.workspace_id == workspace.id]
    shown, rest = page(request, found, context.address)
    return _answer(request, {"data": [configuration_document(each) for each in shown], **rest}, shown)


async def read_configuration(request: web.Request) -> web.Response:
    configuration = _named(request)
    return _answer(request, {"data": configuration_document(configuration)}, [configuration])


async def download_configuration(request: web.Request) -> web.Response:
    """A redirect to a temporary URL; 404 unless the version is uploaded."""
    configuration = _named(request)
    if configuration.status != "uploaded":
        raise not_found()
    url = context_of(request).blobs.content_url(configuration.archive, GZIP)
    return web.Response(status=302, headers={"Location": url})


async def read_ingress(request: web.Request) -> web.Response:
    """The commit behind it; 404 where it came by the API."""
    ingress = _named(request).ingress
    if ingress is None:
        raise not_found()
    return document_response({"data": ingress_document(ingress)})


async def archive(request: web.Request) -> web.Response:
    configuration = _named(request)
    demand(caller_of(request), "write")
    archive_configuration(context_of(request).store, configuration)
    return web.Response(status=202)


def _named(request: web.Request) -> Configuration:
    store, names = context_of(request).store, request.match_info
    return store.configuration(names["configuration"] if "configuration" in names else store.run(names["run"]).configuration_id)


def _answer(request: web.Request, document: Document, configurations: Iterable[Configuration]) -> web.Response:
    wanted = includes(request, INCLUDES)
    if "ingress_attributes" in wanted:
        document["included"] = [ingress_document(each.ingress) for each in configurations if each.ingress is not None]
    return document_response(document)


def _flag(attributes: dict[str, Any], name: str, *, default: bool) -> bool:
    value = attributes.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise invalid_attribute(f"{name} must be true or false")
    return value
