"""Notification configurations of workspaces and projects: made, read, changed, verified, deleted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.sandbox.terraform.context import caller_of, context_of
from bot.sandbox.terraform.documents import Document, reference
from bot.sandbox.terraform.errors import document_response, not_found, unprocessable
from bot.sandbox.terraform.notifications import demand_loopback
from bot.sandbox.terraform.queries import page_if_asked, resource_body
from bot.sandbox.terraform.statuses import milliseconds
from bot.sandbox.terraform.store import known
from bot.sandbox.terraform.tokens import demand
from bot.sandbox.terraform.triggers import TRIGGERS

if TYPE_CHECKING:
    from bot.sandbox.terraform.notifications import Subscription

KINDS = ("notification-configurations", "notification-configuration")
OWNERS = "{owner_kind:workspaces|projects}/{owner}"
DESTINATIONS = ("generic", "slack", "microsoft-teams", "email")


def add_routes(app: web.Application) -> None:
    app.router.add_get(f"/api/v2/{OWNERS}/notification-configurations", list_subscriptions)
    app.router.add_post(f"/api/v2/{OWNERS}/notification-configurations", create_subscription)
    app.router.add_get("/api/v2/notification-configurations/{subscription}", read_subscription)
    app.router.add_patch("/api/v2/notification-configurations/{subscription}", change_subscription)
    app.router.add_delete("/api/v2/notification-configurations/{subscription}", delete_subscription)
    app.router.add_post("/api/v2/notification-configurations/{subscription}/actions/verify", verify_subscription)


async def list_subscriptions(request: web.Request) -> web.Response:
    _, owner_id = _owner(request)
    demand(caller_of(request), "admin")
    found = [subscription_document(each) for each in context_of(request).notifications.of(owner_id)]
    return document_response(page_if_asked(request, found, context_of(request).address))


async def create_subscription(request: web.Request) -> web.Response:
    notifications, (owner_kind, owner_id) = context_of(request).notifications, _owner(request)
    demand(caller_of(request), "admin")
    attributes, _ = await resource_body(request, *KINDS)
    destination = attributes.get("destination-type")
    if destination not in DESTINATIONS:
        raise unprocessable(f"Destination type must be one of {', '.join(DESTINATIONS)}", "/data/attributes/destination-type")
    if destination != "email" and not attributes.get("url"):
        raise unprocessable("Url can't be blank", "/data/attributes/url")
    if not attributes.get("name"):
        raise unprocessable("Name can't be blank", "/data/attributes/name")
    subscription = _changed(notifications.new(owner_kind, owner_id, "", destination, None), attributes)
    await notifications.save(subscription)
    return document_response({"data": subscription_document(subscription)}, status=201)


async def read_subscription(request: web.Request) -> web.Response:
    return document_response({"data": subscription_document(_named(request))})


async def change_subscription(request: web.Request) -> web.Response:
    """What is left out stays; where it is enabled it is verified anew, and nothing is changed when that fails."""
    subscription = _named(request)
    attributes, _ = await resource_body(request, *KINDS)
    changed = _changed(replace(subscription), attributes)
    await context_of(request).notifications.save(changed)
    return document_response({"data": subscription_document(changed)})


async def delete_subscription(request: web.Request) -> web.Response:
    del context_of(request).notifications.subscriptions[_named(request).id]
    return web.Response(status=204)


async def verify_subscription(request: web.Request) -> web.Response:
    subscription = _named(request)
    await context_of(request).notifications.verify(subscription)
    return document_response({"data": subscription_document(subscription)})


def subscription_document(subscription: Subscription) -> Document:
    """The token is never shown; of deliveries the last one is."""
    return {
        "id": subscription.id,
        "type": "notification-configurations",
        "attributes": {
            "name": subscription.name,
            "enabled": subscription.enabled,
            "destination-type": subscription.destination_type,
            "url": subscription.url,
            "token": None,
            "triggers": list(subscription.triggers),
            "email-addresses": list(subscription.email_addresses),
            "delivery-responses": [] if subscription.delivery is None else [dict(subscription.delivery)],
            "created-at": milliseconds(subscription.created_at),
            "updated-at": milliseconds(subscription.updated_at),
        },
        "relationships": {"subscribable": reference(subscription.owner_kind, subscription.owner_id)},
        "links": {"self": f"/api/v2/notification-configurations/{subscription.id}"},
    }


def _owner(request: web.Request) -> tuple[str, str]:
    """Whose configurations they are, if there is such a workspace or project."""
    store, kind, owner_id = context_of(request).store, request.match_info["owner_kind"], request.match_info["owner"]
    if kind == "workspaces":
        return kind, store.workspace(owner_id).id
    if owner_id != store.project_id:
        raise not_found()
    return kind, owner_id


def _named(request: web.Request) -> Subscription:
    subscription = known(context_of(request).notifications.subscriptions, request.match_info["subscription"])
    demand(caller_of(request), "admin")
    return subscription


def _changed(subscription: Subscription, attributes: dict[str, Any]) -> Subscription:
    """The same with the attributes that were sent; 422 where one of them cannot be."""
    for name, expected in (("name", str), ("url", str), ("token", str), ("enabled", bool)):
        value = attributes.get(name)
        if value is not None and not isinstance(value, expected):
            raise unprocessable(f"{name} is not valid", f"/data/attributes/{name}")
        if value is not None:
            setattr(subscription, name, value)
    if subscription.url is not None:
        demand_loopback(subscription.url)
    subscription.triggers = _texts(attributes, "triggers", subscription.triggers)
    subscription.email_addresses = _texts(attributes, "email-addresses", subscription.email_addresses)
    if unknown := set(subscription.triggers) - TRIGGERS:
        raise unprocessable(f"Triggers include unknown values: {', '.join(sorted(unknown))}", "/data/attributes/triggers")
    return subscription


def _texts(attributes: dict[str, Any], name: str, so_far: list[str]) -> list[str]:
    value = attributes.get(name)
    if value is None:
        return so_far
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise unprocessable(f"{name} must be a list of strings", f"/data/attributes/{name}")
    return value
