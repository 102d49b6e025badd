"""Who and what belongs to an organization, and where its server sends word: read into core objects. Pure."""

from __future__ import annotations

from typing import Any

from bot.core.notifications import Delivery, Notification
from bot.core.readings import Account
from bot.core.servers import Membership, MembershipPage, Project, ProjectPage
from bot.terraform.documents import by_identity, next_page
from bot.terraform.parts import (
    AccountRelations,
    DeliveryAttributes,
    MembershipAttributes,
    MembershipRelations,
    NamedAttributes,
    NotificationAttributes,
)
from bot.terraform.resources import Document, ListDocument, Resource, UserAttributes, decode, id_of, part, related_id, text
from bot.terraform.run_documents import Included
from bot.terraform.times import read_time

ACTIVE = "active"


def decode_account(body: bytes) -> Account:
    """Who the token is; its kind stands in a relationship that not every server has."""
    resource = decode(body, Document, "an account").data
    name = text(part(resource.attributes, UserAttributes, "an account").username)
    behind = part(resource.relationships, AccountRelations, "an account").authenticated_resource
    kind = text(behind.one.type) if behind is not None and behind.one is not None else ""
    return Account(name or id_of(resource), kind)


def decode_organization(body: bytes) -> str:
    """The organization's name, which is its id too."""
    resource = decode(body, Document, "an organization").data
    return text(part(resource.attributes, NamedAttributes, "an organization").name) or id_of(resource)


def decode_entitlements(body: bytes) -> frozenset[str]:
    """What the organization has paid for, in the server's words: `operations`, `run-tasks`, `cost-estimation`."""
    found = part(decode(body, Document, "entitlements").data.attributes, dict[str, Any], "entitlements")
    return frozenset(text(name) for name, has in found.items() if has is True)


def decode_memberships(body: bytes, page: int) -> MembershipPage:
    document = decode(body, ListDocument, "a list of memberships")
    included = by_identity(document.included)
    return MembershipPage(next_page(document, page), tuple(membership_of(resource, included) for resource in document.data))


def decode_projects(body: bytes, page: int) -> ProjectPage:
    document = decode(body, ListDocument, "a list of projects")
    return ProjectPage(next_page(document, page), tuple(map(project_of, document.data)))


def decode_project(body: bytes) -> Project:
    return project_of(decode(body, Document, "a project").data)


def decode_notifications(body: bytes) -> tuple[Notification, ...]:
    return tuple(map(notification_of, decode(body, ListDocument, "a list of notification configurations").data))


def decode_notification(body: bytes) -> Notification:
    return notification_of(decode(body, Document, "a notification configuration").data)


def membership_of(resource: Resource, included: Included) -> Membership:
    facts = part(resource.attributes, MembershipAttributes, "a membership")
    user_id = related_id(part(resource.relationships, MembershipRelations, "a membership").user) or ""
    user = included.get(("users", user_id))
    return Membership(
        id=id_of(resource),
        user_id=user_id,
        username=text(part(user.attributes, UserAttributes, "a user").username) if user is not None else "",
        email=text(facts.email),
        is_active=text(facts.status) in {"", ACTIVE},
    )


def project_of(resource: Resource) -> Project:
    facts = part(resource.attributes, NamedAttributes, "a project")
    return Project(id=id_of(resource), name=text(facts.name), description=text(facts.description))


def notification_of(resource: Resource) -> Notification:
    facts = part(resource.attributes, NotificationAttributes, "a notification configuration")
    return Notification(
        id=id_of(resource),
        name=text(facts.name),
        url=text(facts.url),
        destination=text(facts.destination_type),
        enabled=bool(facts.enabled),
        triggers=frozenset(map(text, facts.triggers or ())),
        deliveries=tuple(map(delivery_of, facts.delivery_responses or ())),
    )


def delivery_of(facts: DeliveryAttributes) -> Delivery:
    """Code and success are strings on the wire, but need not be."""
    code = text(str(facts.code)) if isinstance(facts.code, str | int) else ""
    return Delivery(code=code, successful=facts.successful in (True, "true"), sent_at=read_time(facts.sent_at))
