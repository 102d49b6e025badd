"""The answers of the Runs API about runs, plans and workspaces, read into core objects. Pure: bytes in, objects or UnexpectedAnswer out.

Unknown attributes are passed over, unknown words kept, and nothing but an id, a name or a status is demanded. The other families are
in evaluation_documents.py and member_documents.py, a run itself in run_documents.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from bot.core.errors import UnexpectedAnswer
from bot.core.locks import Lock
from bot.core.plans import PlanFacts
from bot.core.readings import RunPage, RunReading, WorkspacePage
from bot.core.runs import Run
from bot.core.workspaces import Workspace, WorkspaceDetail
from bot.terraform.evaluation_documents import configuration_of, cost_of, stage_of
from bot.terraform.option_documents import decode_options
from bot.terraform.parts import DetailAttributes, DetailRelations, HolderAttributes, LogAttributes, PlanAttributes
from bot.terraform.resources import (
    NO_RUN_RELATIONS,
    NO_WORKSPACE_RELATIONS,
    Actions,
    Document,
    ListDocument,
    Permissions,
    Relation,
    Resource,
    RunDocument,
    RunList,
    WorkspaceList,
    WorkspaceResource,
    as_run,
    as_workspace,
    decode,
    id_of,
    part,
    related_id,
    text,
)
from bot.terraform.run_documents import Included, run_of
from bot.terraform.times import read_time, read_timestamps


def decode_run(body: bytes) -> Run:
    """A run alone, as `POST /runs` answers."""
    return run_of(decode(body, RunDocument, "a run").data, {})


def decode_reading(body: bytes) -> RunReading:
    """A run with whatever of its workspace, plan, cost, configuration and stages the server sent along."""
    document = decode(body, RunDocument, "a run")
    included, resource = by_identity(document.included), document.data
    run = run_of(resource, included)
    relations = resource.relationships or NO_RUN_RELATIONS
    actions, permissions = resource.attributes.actions or Actions(), resource.attributes.permissions or Permissions()
    plan, workspace = included.get(("plans", run.plan_id or "")), included.get(("workspaces", run.workspace_id))
    cost = included.get(("cost-estimates", related_id(relations.cost_estimate) or ""))
    configuration = included.get(("configuration-versions", run.configuration_version_id or ""))
    facts = plan_of(plan) if plan is not None else None
    if run.has_changes is None and facts is not None and facts.is_finished:
        run = replace(run, has_changes=facts.has_changes)
    return RunReading(
        run=run,
        workspace=workspace_of(workspace) if workspace is not None else None,
        plan=facts,
        apply_id=related_id(relations.apply),
        cost=cost_of(cost) if cost is not None else None,
        configuration=configuration_of(configuration, included) if configuration is not None else None,
        stages=tuple(stage_of(stage, included) for stage in named(relations.task_stages, "task-stages", included)),
        is_force_cancelable=bool(actions.is_force_cancelable),
        force_cancel_at=read_time(resource.attributes.force_cancel_available_at),
        may_comment=permissions.can_comment is not False,
        may_override=bool(permissions.can_override_policy_check),
        options=decode_options(body),
    )


def named(relation: Relation | None, kind: str, included: Included) -> list[Resource]:
    """The things that a relationship names, as far as they came along."""
    many = relation.many if relation is not None else []
    return [found for each in many if (found := included.get((kind, id_of(each)))) is not None]


def decode_plan(body: bytes) -> PlanFacts:
    return plan_of(decode(body, Document, "a plan").data)


def decode_log(body: bytes) -> tuple[str, str]:
    """Of a plan or an apply its status, and the address of its log, "" while there is none."""
    facts = part(decode(body, Document, "a plan or an apply").data.attributes, LogAttributes, "a plan or an apply")
    return text(facts.status), facts.log_read_url or ""


def decode_workspace(body: bytes, organization: str) -> Workspace:
    """A workspace asked for by its organization's name, which the answer need not repeat."""
    return workspace_in(organization, as_workspace(decode(body, Document, "a workspace").data))


def decode_workspace_detail(body: bytes, organization: str = "") -> WorkspaceDetail:
    """A workspace with its lock; `organization` stands where the workspace does not name its own."""
    document = decode(body, Document, "a workspace")
    resource = as_workspace(document.data)
    facts = part(document.data.attributes, DetailAttributes, "a workspace")
    owner = related_id((resource.relationships or NO_WORKSPACE_RELATIONS).organization)
    configuration = part(document.data.relationships, DetailRelations, "a workspace").current_configuration_version
    return WorkspaceDetail(
        workspace=workspace_in(owner or organization, resource),
        lock=lock_of(document.data, by_identity(document.included)),
        description=text(facts.description),
        terraform_version=text(facts.terraform_version),
        working_directory=text(facts.working_directory),
        repository=text(facts.vcs_repo.display_identifier or facts.vcs_repo.identifier) if facts.vcs_repo else "",
        branch=text(facts.vcs_repo.branch) if facts.vcs_repo else "",
        queue_all_runs=bool(facts.queue_all_runs),
        speculative_enabled=facts.speculative_enabled is not False,
        structured_output=bool(facts.structured_run_output_enabled),
        average_plan=seconds(facts.plan_duration_average),
        average_apply=seconds(facts.apply_duration_average),
        may=frozenset(text(word).removeprefix("can-") for word, may in (facts.permissions or {}).items() if may is True),
        lacks_configuration=configuration is not None and configuration.data is None,
    )


def decode_lock(body: bytes) -> Lock:
    document = decode(body, Document, "a workspace")
    return lock_of(document.data, by_identity(document.included))


def lock_of(resource: Resource, included: Included) -> Lock:
    facts = part(resource.attributes, DetailAttributes, "a workspace")
    by = part(resource.relationships, DetailRelations, "a workspace").locked_by
    holder = by.one if by is not None else None
    known = included.get((holder.type, id_of(holder))) if holder is not None else None
    names = part(known.attributes, HolderAttributes, "who holds a lock") if known is not None else HolderAttributes()
    return Lock(
        workspace_id=id_of(resource),
        is_locked=bool(facts.locked),
        reason=text(facts.locked_reason),
        holder_kind=text(holder.type) if holder is not None else "",
        holder_id=id_of(holder) if holder is not None else "",
        holder_name=text(names.username or names.name or names.message),
    )


def decode_workspace_page(body: bytes, organization: str, page: int, size: int = 0) -> WorkspacePage:
    """A page of an organization's workspaces, each with its current run where that came along; `size` as for `next_page`."""
    document = decode(body, WorkspaceList, "a list of workspaces")
    return WorkspacePage(tuple(workspace_rows(document, organization)), next_page(document, page, size))


def workspace_rows(document: WorkspaceList, organization: str) -> Iterator[tuple[Workspace, Run | None]]:
    """The rows of a page one by one, so that whoever reads a large one can let others go on in between."""
    included = by_identity(document.included)
    for resource in document.data:
        workspace = workspace_in(organization, resource)
        run = included.get(("runs", workspace.current_run_id or ""))
        yield workspace, run_of(as_run(run), included, workspace.id) if run is not None else None


def decode_run_page(body: bytes, page: int, workspace_id: str = "", size: int = 0) -> RunPage:
    """A page of runs; `workspace_id` stands where a run does not name its workspace, `size` as for `next_page`."""
    document = decode(body, RunList, "a list of runs")
    included = by_identity(document.included)
    runs = tuple([run_of(resource, included, workspace_id) for resource in document.data])
    workspaces = (workspace_of(resource) for resource in included.values() if resource.type == "workspaces")
    return RunPage(runs, tuple(workspace for workspace in workspaces if workspace is not None), next_page(document, page, size))


def by_identity(included: Iterable[Resource] | None) -> Included:
    return {(resource.type, id_of(resource)): resource for resource in included or ()}


def next_page(document: ListDocument | RunList | WorkspaceList, page: int, size: int = 0) -> int | None:
    """The page after this one; None on the last. It is always a later one, so readers end.

    A server that says nothing of pages may have another one where this one is as full as was asked for, of `size`.
    """
    pagination = document.meta.pagination if document.meta is not None else None
    if pagination is None:
        has_more = bool(document.links.next) if document.links is not None else 0 < size == len(document.data)
        return page + 1 if has_more else None
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
    found = as_workspace(resource)
    owner = related_id((found.relationships or NO_WORKSPACE_RELATIONS).organization)
    return workspace_in(owner, found) if owner else None


def workspace_in(organization: str, resource: WorkspaceResource) -> Workspace:
    """The workspace; its organization's name is spelled as the server spells it, where it names the same in other capitals.

    Another word there is no spelling: some servers have ids of their own for organizations.
    """
    facts, relations = resource.attributes, resource.relationships or NO_WORKSPACE_RELATIONS
    owner = related_id(relations.organization)
    latest = facts.latest_run.id if facts.latest_run is not None else None
    return Workspace(
        id=id_of(resource),
        name=text(facts.name),
        organization=owner if owner is not None and owner.casefold() == organization.casefold() else organization,
        project_id=related_id(relations.project),
        tags=frozenset(map(text, facts.tag_names or ())),
        auto_apply=bool(facts.auto_apply),
        allow_destroy_plan=facts.allow_destroy_plan is not False,
        locked=bool(facts.locked),
        execution_mode=text(facts.execution_mode) or "remote",
        current_run_id=related_id(relations.current_run) or (text(str(latest)) if latest is not None else None),
    )


def seconds(milliseconds: float | None) -> float | None:
    return milliseconds / 1000 if milliseconds is not None else None
