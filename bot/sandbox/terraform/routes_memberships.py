"""Who belongs to the organization, with e-mail addresses: the people whom the sandbox's Slack knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.terraform.context import context_of
from bot.sandbox.terraform.documents import Document, account_document, reference
from bot.sandbox.terraform.errors import document_response
from bot.sandbox.terraform.organization_documents import organization_document
from bot.sandbox.terraform.queries import includes, page, words
from bot.sandbox.terraform.store import known

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

    from bot.sandbox.terraform.records import Membership

INCLUDES = ("user", "teams", "organization")


def add_routes(app: web.Application) -> None:
    app.router.add_get("/api/v2/organizations/{organization}/organization-memberships", list_memberships)
    app.router.add_get("/api/v2/organization-memberships/{membership}", read_membership)


async def list_memberships(request: web.Request) -> web.Response:
    """All of them, or those that `q` (part of a name or an address), `filter[email]` and `filter[status]` name."""
    context = context_of(request)
    context.store.demand_organization(request.match_info["organization"])
    emails, statuses, text = words(request, "filter[email]"), words(request, "filter[status]"), request.query.get("q", "").lower()
    found = [
        each
        for each in context.store.memberships.values()
        if (not emails or each.account.email in emails)
        and (not statuses or each.status in statuses)
        and (text in each.account.username or text in each.account.email)
    ]
    shown, rest = page(request, found, context.address)
    return _answer(request, {"data": [_document(request, each) for each in shown], **rest}, shown)


async def read_membership(request: web.Request) -> web.Response:
    membership = known(context_of(request).store.memberships, request.match_info["membership"])
    return _answer(request, {"data": _document(request, membership)}, [membership])


def _document(request: web.Request, membership: Membership) -> Document:
    account, store = membership.account, context_of(request).store
    return {
        "id": membership.id,
        "type": "organization-memberships",
        "attributes": {
            "status": membership.status,
            "email": account.email,
            "username": account.username,
            "created-at": None,
        },
        "relationships": {
            "teams": {"data": [{"id": store.team_id, "type": "teams"}]},
            "user": reference("users", account.id),
            "organization": reference("organizations", store.organization),
        },
        "links": {"self": f"/api/v2/organization-memberships/{membership.id}"},
    }


def _answer(request: web.Request, document: Document, memberships: Sequence[Membership]) -> web.Response:
    wanted, found = includes(request, INCLUDES), list[Document]()
    if "user" in wanted:
        found += [account_document(each.account) for each in memberships]
    if "organization" in wanted:
        found.append(organization_document(context_of(request).store, context_of(request).tokens.first))
    return document_response(document | ({"included": found} if wanted else {}))
