"""The organization, its project, accounts, discovery and ping."""

from __future__ import annotations

from aiohttp import web

from bot.sandbox.terraform.context import caller_of, context_of
from bot.sandbox.terraform.documents import account_document
from bot.sandbox.terraform.errors import document_response, not_found
from bot.sandbox.terraform.organization_documents import (
    calling_account_document,
    entitlements_document,
    organization_document,
    project_document,
)
from bot.sandbox.terraform.queries import page, words
from bot.sandbox.terraform.store import known

SERVICES = ("tfe.v2", "tfe.v2.1", "tfe.v2.2", "state.v2")


def add_routes(app: web.Application) -> None:
    app.router.add_get("/.well-known/terraform.json", discover)
    app.router.add_get("/api/v2/ping", ping)
    app.router.add_get("/api/v2/account/details", read_account)
    app.router.add_get("/api/v2/users/{user}", read_user)
    app.router.add_get("/api/v2/organizations", list_organizations)
    app.router.add_get("/api/v2/organizations/{organization}", read_organization)
    app.router.add_get("/api/v2/organizations/{organization}/entitlement-set", read_entitlements)
    app.router.add_get("/api/v2/organizations/{organization}/projects", list_projects)
    app.router.add_get("/api/v2/projects/{project}", read_project)


async def discover(_request: web.Request) -> web.Response:
    return web.json_response(dict.fromkeys(SERVICES, "/api/v2/"))


async def ping(request: web.Request) -> web.Response:
    if context_of(request).flavour.name == "compatible":
        return web.json_response({"status": "ok"})
    return web.Response(status=204)


async def read_account(request: web.Request) -> web.Response:
    return document_response({"data": calling_account_document(caller_of(request))})


async def read_user(request: web.Request) -> web.Response:
    context = context_of(request)
    members = {each.account.id: each.account for each in context.store.memberships.values()}
    return document_response({"data": account_document(known(members | context.tokens.accounts(), request.match_info["user"]))})


async def list_organizations(request: web.Request) -> web.Response:
    context = context_of(request)
    shown, rest = page(request, [organization_document(context.store, caller_of(request))], context.address)
    return document_response({"data": list(shown), **rest})


async def read_organization(request: web.Request) -> web.Response:
    store = context_of(request).store
    store.demand_organization(request.match_info["organization"])
    return document_response({"data": organization_document(store, caller_of(request))})


async def read_entitlements(request: web.Request) -> web.Response:
    store = context_of(request).store
    store.demand_organization(request.match_info["organization"])
    return document_response({"data": entitlements_document(store)})


async def list_projects(request: web.Request) -> web.Response:
    context = context_of(request)
    context.store.demand_organization(request.match_info["organization"])
    document = project_document(context.store)
    name = document["attributes"]["name"]
    names, text = words(request, "filter[names]"), request.query.get("q", "").lower()
    is_wanted = (not names or name in names) and text in name.lower()
    shown, rest = page(request, [document] if is_wanted else [], context.address)
    return document_response({"data": list(shown), **rest})


async def read_project(request: web.Request) -> web.Response:
    store = context_of(request).store
    if request.match_info["project"] != store.project_id:
        raise not_found()
    return document_response({"data": project_document(store)})
