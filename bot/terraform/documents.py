"""The answers of the Runs API, read into core objects. Pure: bytes in, objects or UnexpectedAnswer out; runs are in run_documents.py.

Unknown attributes are passed over, unknown words kept, and nothing but an id, a name or a status is demanded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.core.errors import UnexpectedAnswer
from bot.core.plans import PlanFacts
from bot.core.readings import Account, RunPage, RunReading, WorkspacePage
from bot.core.runs import Run
from bot.core.workspaces import Workspace
from bot.terraform.resources import (
    AccountRelations,
    CommentAttributes,
    Document,
    ListDocument,
    OrganizationAttributes,
    PlanAttributes,
    Resource,
    UserAttributes,
    WorkspaceAttributes,
    WorkspaceRelations,
    decode,
    id_of,
    part,
    related_id,
    text,
)
from bot.terraform.run_documents import Included, run_of
from bot.terraform.times import read_timestamps


def decode_run(body: bytes) -> Run:
    """A run alone, as `POST /runs` answers."""
    return run_of(decode(body, Document, "a run").data, {})


def decode_reading(body: bytes) -> RunReading:
    """A run with the workspace and the plan that the server sent along."""
    document = decode(body, Document, "a run")
    included = by_identity(document.included)
    run = run_of(document.data, included)
    plan, workspace = included.get(("plans", run.plan_id or "")), included.get(("workspaces", run.workspace_id))
    facts = plan_of(plan) if plan is not None else None
    if run.has_changes is None and facts is not None and facts.is_finished:
        run = replace(run, has_changes=facts.has_changes)
    return RunReading(run=run, workspace=workspace_of(workspace) if workspace is not None else None, plan=facts)


def decode_plan(body: bytes) -> PlanFacts:
    return plan_of(decode(body, Document, "a plan").data)


def decode_workspace(body: bytes, organization: str) -> Workspace:
    """A workspace asked for by its organization's name, which the answer need not repeat."""
    return workspace_in(organization, decode(body, Document, "a workspace").data)


def decode_workspace_page(body: bytes, organization: str, page: int) -> WorkspacePage:
    """A page of an organization's workspaces, each with its current run where that came along."""
    document = decode(body, ListDocument, "a list of workspaces")
    included = by_identity(document.included)
    rows: list[tuple[Workspace, Run | None]] = []
    for resource in document.data:
        workspace = workspace_in(organization, resource)
        run = included.get(("runs", workspace.current_run_id or ""))
        rows.append((workspace, run_of(run, included, workspace.id) if run is not None else None))
    return WorkspacePage(tuple(rows), next_page(document, page))


def decode_run_page(body: bytes, page: int, workspace_id: str = "") -> RunPage:
    """A page of runs; `workspace_id` stands where a run does not name its workspace."""
    document = decode(body, ListDocument, "a list of runs")
    included = by_identity(document.included)
    runs = tuple(run_of(resource, included, workspace_id) for resource in document.data)
    workspaces = (workspace_of(resource) for resource in included.values() if resource.type == "workspaces")
    return RunPage(runs, tuple(workspace for workspace in workspaces if workspace is not None), next_page(document, page))


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
    return text(part(resource.attributes, OrganizationAttributes, "an organization").name) or id_of(resource)


def decode_comments(body: bytes) -> tuple[str, ...]:
    """The bodies, in the server's order."""
    document = decode(body, ListDocument, "a list of comments")
    return tuple(text(part(resource.attributes, CommentAttributes, "a comment").body) for resource in document.data)


def by_identity(included: Iterable[Resource] | None) -> Included:
    return {(resource.type, id_of(resource)): resource for resource in included or ()}


def next_page(document: ListDocument, page: int) -> int | None:
    """The page after this one; None on the last, and where the server knows no pages. It is always a later one, so readers end."""
    pagination = document.meta.pagination if document.meta is not None else None
    if pagination is None:
        return page + 1 if (document.links or {}).get("next") else None
    following = pagination.next_page or None
    if following is not None and following <= page:
        raise UnexpectedAnswer("a list whose next page is not a later one")
    return following


def plan_of(resource: Resource) -> PlanFacts:
    facts = part(resource.attributes, PlanAttributes, "a plan")
    return PlanFacts(
        plan_id=id_of(resource),
        status_word=text(facts.status),
        additions=facts.resource_additions,
        changes=facts.resource_changes,
        destructions=facts.resource_destructions,
        imports=facts.resource_imports,
        has_changes=facts.has_changes,
        finished_at=read_timestamps(facts.status_timestamps).get("finished"),
    )


def workspace_of(resource: Resource) -> Workspace | None:
    """A workspace that came along with something else; None where it does not say whose it is."""
    owner = related_id(part(resource.relationships, WorkspaceRelations, "a workspace").organization)
    return workspace_in(owner, resource) if owner else None


def workspace_in(organization: str, resource: Resource) -> Workspace:
    facts = part(resource.attributes, WorkspaceAttributes, "a workspace")
    relations = part(resource.relationships, WorkspaceRelations, "a workspace")
    latest = facts.latest_run.id if facts.latest_run is not None else None
    return Workspace(
        id=id_of(resource),
        name=text(facts.name),
        organization=organization,
        project_id=related_id(relations.project),
        tags=frozenset(map(text, facts.tag_names or ())),
        auto_apply=bool(facts.auto_apply),
        allow_destroy_plan=facts.allow_destroy_plan is not False,
        locked=bool(facts.locked),
        execution_mode=text(facts.execution_mode) or "remote",
        current_run_id=related_id(relations.current_run) or (text(str(latest)) if latest is not None else None),
    )
