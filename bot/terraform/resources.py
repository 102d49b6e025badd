"""The JSON:API resources that we read, as msgspec structs, and how a piece of JSON becomes one. What they mean is in documents.py.

Facts: "API reference" of HCP Terraform; relationships come as `{"data": ...}`, `{"data": null}` or `{"links": ...}`.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from bot.core.errors import UnexpectedAnswer

Shape = TypeVar("Shape")
EMPTY = msgspec.Raw(b"{}")
LONGEST_TEXT = 20_000


class Resource(msgspec.Struct):
    """Anything with an id; some servers number theirs. Attributes wait until it is known what they are."""

    id: str | int
    type: str = ""
    attributes: msgspec.Raw = EMPTY
    relationships: msgspec.Raw = EMPTY


class Pagination(msgspec.Struct, rename="kebab"):
    next_page: int | None = None


class Meta(msgspec.Struct):
    pagination: Pagination | None = None


class Document(msgspec.Struct):
    data: Resource
    included: list[Resource] | None = None


class ListDocument(msgspec.Struct):
    data: list[Resource]
    included: list[Resource] | None = None
    meta: Meta | None = None
    links: dict[str, Any] | None = None


class Identity(msgspec.Struct):
    id: str | int
    type: str = ""


class Relation(msgspec.Struct):
    data: Identity | list[Identity] | None = None

    @property
    def one(self) -> Identity | None:
        return self.data if isinstance(self.data, Identity) else None


class Actions(msgspec.Struct, rename="kebab"):
    is_confirmable: bool | None = None
    is_discardable: bool | None = None
    is_cancelable: bool | None = None


class Permissions(msgspec.Struct, rename="kebab"):
    can_apply: bool | None = None
    can_discard: bool | None = None
    can_cancel: bool | None = None


class RunAttributes(msgspec.Struct, rename="kebab"):
    """Of today and, with `may-…` and `created-by`, of 2017 and of other servers."""

    status: str
    message: str | None = None
    source: str | None = None
    trigger_reason: str | None = None
    created_at: Any = None
    created_by: Any = None
    auto_apply: bool | None = None
    is_destroy: bool | None = None
    plan_only: bool | None = None
    refresh_only: bool | None = None
    save_plan: bool | None = None
    allow_empty_apply: bool | None = None
    has_changes: bool | None = None
    status_timestamps: dict[str, Any] | None = None
    actions: Actions | None = None
    permissions: Permissions | None = None
    may_confirm: bool | None = None
    may_discarded: bool | None = None
    may_canceled: bool | None = None


class RunRelations(msgspec.Struct, rename="kebab"):
    workspace: Relation | None = None
    plan: Relation | None = None
    configuration_version: Relation | None = None
    created_by: Relation | None = None
    policy_checks: Relation | None = None
    cost_estimate: Relation | None = None
    task_stages: Relation | None = None


class PlanAttributes(msgspec.Struct, rename="kebab"):
    status: str
    resource_additions: int | None = None
    resource_changes: int | None = None
    resource_destructions: int | None = None
    resource_imports: int | None = None
    has_changes: bool | None = None
    status_timestamps: dict[str, Any] | None = None


class LatestRun(msgspec.Struct):
    """What a server without the `current-run` relationship says of a workspace's newest run."""

    id: str | int | None = None


class WorkspaceAttributes(msgspec.Struct, rename="kebab"):
    name: str
    auto_apply: bool | None = None
    allow_destroy_plan: bool | None = None
    locked: bool | None = None
    execution_mode: str | None = None
    tag_names: list[str] | None = None
    latest_run: LatestRun | None = None


class WorkspaceRelations(msgspec.Struct, rename="kebab"):
    organization: Relation | None = None
    project: Relation | None = None
    current_run: Relation | None = None


class UserAttributes(msgspec.Struct):
    username: str | None = None


class AccountRelations(msgspec.Struct, rename="kebab"):
    authenticated_resource: Relation | None = None


class OrganizationAttributes(msgspec.Struct):
    name: str | None = None


class CommentAttributes(msgspec.Struct):
    body: str | None = None


def decode(body: bytes | msgspec.Raw, shape: type[Shape], what: str) -> Shape:
    """JSON as the shape wanted; UnexpectedAnswer names `what` it should have been, and where it is not."""
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        raise UnexpectedAnswer(f"{what}: {str(error)[:200]}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise UnexpectedAnswer(f"{what} that is no JSON") from None


def part(raw: msgspec.Raw, shape: type[Shape], what: str) -> Shape:
    """Attributes or relationships as the shape wanted; null stands for none at all."""
    return decode(EMPTY if bytes(raw).strip() == b"null" else raw, shape, what)


def id_of(thing: Resource | Identity) -> str:
    """The id as text; UnexpectedAnswer where it is empty."""
    found = text(str(thing.id))
    if not found:
        raise UnexpectedAnswer("something without an id")
    return found


def related_id(relation: Relation | None) -> str | None:
    return id_of(relation.one) if relation is not None and relation.one is not None else None


def text(value: str | None) -> str:
    """Text as a database takes it: without NUL, and of a length that somebody may have written."""
    return (value or "").replace("\x00", "")[:LONGEST_TEXT]
