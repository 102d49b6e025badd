"""The JSON:API resources of runs and workspaces, as msgspec structs, and how a piece of JSON becomes one; the others are in parts.py.

Facts: "API reference" of HCP Terraform; relationships come as `{"data": ...}`, `{"data": null}` or `{"links": ...}`.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from bot.core.errors import UnexpectedAnswer

Shape = TypeVar("Shape")
# Structs here are outside of garbage collection (gc=False): they are made by the thousand, and never refer to themselves.
EMPTY = msgspec.Raw(b"{}")
LONGEST_TEXT = 20_000
DECODERS: dict[Any, msgspec.json.Decoder[Any]] = {}
"""One for each shape, made when it is first wanted."""


class Resource(msgspec.Struct, gc=False):
    """Anything with an id; some servers number theirs. Attributes wait until it is known what they are."""

    id: str | int
    type: str = ""
    attributes: msgspec.Raw = EMPTY
    relationships: msgspec.Raw = EMPTY


class Pagination(msgspec.Struct, rename="kebab", gc=False):
    next_page: int | None = None


class Meta(msgspec.Struct, gc=False):
    pagination: Pagination | None = None


class Links(msgspec.Struct, gc=False):
    next: Any = None


class Document(msgspec.Struct, gc=False):
    data: Resource
    included: list[Resource] | None = None


class ListDocument(msgspec.Struct, gc=False):
    data: list[Resource]
    included: list[Resource] | None = None
    meta: Meta | None = None
    links: Links | None = None


class Identity(msgspec.Struct, gc=False):
    id: str | int
    type: str = ""


class Relation(msgspec.Struct, gc=False):
    data: Identity | list[Identity] | None = None

    @property
    def one(self) -> Identity | None:
        return self.data if isinstance(self.data, Identity) else None

    @property
    def many(self) -> list[Identity]:
        return self.data if isinstance(self.data, list) else []


class Actions(msgspec.Struct, rename="kebab", gc=False):
    is_confirmable: bool | None = None
    is_discardable: bool | None = None
    is_cancelable: bool | None = None
    is_force_cancelable: bool | None = None


class Permissions(msgspec.Struct, rename="kebab", gc=False):
    can_apply: bool | None = None
    can_discard: bool | None = None
    can_cancel: bool | None = None
    can_force_cancel: bool | None = None
    can_comment: bool | None = None
    can_override_policy_check: bool | None = None


class RunAttributes(msgspec.Struct, rename="kebab", gc=False):
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
    force_cancel_available_at: Any = None
    status_timestamps: dict[str, Any] | None = None
    actions: Actions | None = None
    permissions: Permissions | None = None
    may_confirm: bool | None = None
    may_discarded: bool | None = None
    may_canceled: bool | None = None


class RunRelations(msgspec.Struct, rename="kebab", gc=False):
    workspace: Relation | None = None
    plan: Relation | None = None
    apply: Relation | None = None
    configuration_version: Relation | None = None
    created_by: Relation | None = None
    policy_checks: Relation | None = None
    cost_estimate: Relation | None = None
    task_stages: Relation | None = None


NO_RUN_RELATIONS = RunRelations()


class RunResource(msgspec.Struct, gc=False):
    """A run whose place says that it is one, read in one go."""

    id: str | int
    attributes: RunAttributes
    relationships: RunRelations | None = None


class RunDocument(msgspec.Struct, gc=False):
    data: RunResource
    included: list[Resource] | None = None


class RunList(msgspec.Struct, gc=False):
    data: list[RunResource]
    included: list[Resource] | None = None
    meta: Meta | None = None
    links: Links | None = None


class LatestRun(msgspec.Struct, gc=False):
    """What a server without the `current-run` relationship says of a workspace's newest run."""

    id: str | int | None = None


class WorkspaceAttributes(msgspec.Struct, rename="kebab", gc=False):
    name: str
    auto_apply: bool | None = None
    allow_destroy_plan: bool | None = None
    locked: bool | None = None
    execution_mode: str | None = None
    tag_names: list[str] | None = None
    latest_run: LatestRun | None = None


class WorkspaceRelations(msgspec.Struct, rename="kebab", gc=False):
    organization: Relation | None = None
    project: Relation | None = None
    current_run: Relation | None = None


NO_WORKSPACE_RELATIONS = WorkspaceRelations()


class WorkspaceResource(msgspec.Struct, gc=False):
    id: str | int
    attributes: WorkspaceAttributes
    relationships: WorkspaceRelations | None = None


class WorkspaceList(msgspec.Struct, gc=False):
    data: list[WorkspaceResource]
    included: list[Resource] | None = None
    meta: Meta | None = None
    links: Links | None = None


class UserAttributes(msgspec.Struct, gc=False):
    username: str | None = None


def decode(body: bytes | msgspec.Raw, shape: type[Shape], what: str) -> Shape:
    """JSON as the shape wanted; UnexpectedAnswer names `what` it should have been, and where it is not."""
    found = DECODERS.get(shape) or DECODERS.setdefault(shape, msgspec.json.Decoder(shape))
    try:
        read: Shape = found.decode(body)
    except msgspec.ValidationError as error:
        raise UnexpectedAnswer(f"{what}: {str(error)[:200]}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise UnexpectedAnswer(f"{what} that is no JSON") from None
    return read


def part(raw: msgspec.Raw, shape: type[Shape], what: str) -> Shape:
    """Attributes or relationships as the shape wanted; null stands for none at all."""
    return decode(EMPTY if bytes(raw).strip() == b"null" else raw, shape, what)


def as_run(resource: Resource) -> RunResource:
    """A run that came along with something else."""
    relations = part(resource.relationships, RunRelations, "a run")
    return RunResource(resource.id, part(resource.attributes, RunAttributes, "a run"), relations)


def as_workspace(resource: Resource) -> WorkspaceResource:
    relations = part(resource.relationships, WorkspaceRelations, "a workspace")
    return WorkspaceResource(resource.id, part(resource.attributes, WorkspaceAttributes, "a workspace"), relations)


def id_of(thing: Resource | Identity | RunResource | WorkspaceResource) -> str:
    """The id as text; UnexpectedAnswer where it is empty."""
    found = text(thing.id if isinstance(thing.id, str) else str(thing.id))
    if not found:
        raise UnexpectedAnswer("something without an id")
    return found


def related_id(relation: Relation | None) -> str | None:
    """The id of the one thing it is about, or None."""
    if relation is None or not isinstance(relation.data, Identity):
        return None
    return id_of(relation.data)


def text(value: str | None) -> str:
    """Text as a database takes it: without NUL, and of a length that somebody may have written."""
    if value is None:
        return ""
    return value.replace("\x00", "")[:LONGEST_TEXT] if "\x00" in value else value[:LONGEST_TEXT]
