"""A run resource read into core.runs.Run: what its state allows, what the token may, and when it changes something. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.core.runs import OVERRIDABLE, Action, Phase, Run, RunStatus, infer_confirmable, phase_of
from bot.terraform.resources import (
    Actions,
    Permissions,
    Relation,
    Resource,
    RunAttributes,
    RunRelations,
    UserAttributes,
    id_of,
    part,
    related_id,
    text,
)
from bot.terraform.times import read_time, read_timestamps

Included = Mapping[tuple[str, str], Resource]

PLAN_IS_THERE = frozenset({Phase.CHECKING, Phase.APPLYING})
ENDED_WITH_A_PLAN = frozenset({RunStatus.APPLIED, RunStatus.PLANNED_AND_FINISHED, RunStatus.POLICY_SOFT_FAILED})
STOPPABLE = frozenset({Phase.QUEUED, Phase.PLANNING, Phase.APPLYING})


def run_of(resource: Resource, included: Included, workspace_id: str = "") -> Run:
    """The run; `workspace_id` stands where the run does not name its workspace."""
    facts = part(resource.attributes, RunAttributes, "a run")
    relations = part(resource.relationships, RunRelations, "a run")
    stamps = read_timestamps(facts.status_timestamps)
    return Run(
        id=id_of(resource),
        workspace_id=related_id(relations.workspace) or workspace_id,
        status_word=text(facts.status),
        message=text(facts.message),
        source=text(facts.source),
        trigger_reason=text(facts.trigger_reason),
        created_at=read_time(facts.created_at),
        created_by=creator(facts, relations, included),
        plan_id=related_id(relations.plan),
        configuration_version_id=related_id(relations.configuration_version),
        auto_apply=bool(facts.auto_apply),
        is_destroy=bool(facts.is_destroy),
        plan_only=bool(facts.plan_only),
        refresh_only=bool(facts.refresh_only),
        save_plan=bool(facts.save_plan),
        has_changes=known_changes(facts, stamps),
        allowed=allowed(facts, relations),
        permitted=permitted(facts.permissions or Permissions()),
        timestamps=stamps,
    )


def known_changes(facts: RunAttributes, stamps: Mapping[str, datetime]) -> bool | None:
    """Whether the run changes something, once its plan is there; until then the API says false of every run."""
    status = RunStatus.of(facts.status)
    is_there = "planned" in stamps or phase_of(status) in PLAN_IS_THERE or status in ENDED_WITH_A_PLAN
    return facts.has_changes if facts.has_changes or is_there else None


def creator(facts: RunAttributes, relations: RunRelations, included: Included) -> str | None:
    """The user's name where the user came along, or where the server writes it into the run itself."""
    user = included.get(("users", related_id(relations.created_by) or ""))
    if user is not None:
        return text(part(user.attributes, UserAttributes, "a user").username) or None
    return text(facts.created_by) or None if isinstance(facts.created_by, str) else None


def permitted(permissions: Permissions) -> frozenset[Action]:
    """What the token may: all that is not denied, for a server that says nothing refuses by itself."""
    said = {Action.APPLY: permissions.can_apply, Action.DISCARD: permissions.can_discard, Action.CANCEL: permissions.can_cancel}
    return frozenset(action for action, may in said.items() if may is not False)


def allowed(facts: RunAttributes, relations: RunRelations) -> frozenset[Action]:
    """What the state allows: by `actions`, by the words of 2017, or by the confirm rule where there is neither."""
    old = Actions(facts.may_confirm, facts.may_discarded, facts.may_canceled)
    flags = facts.actions or old
    if flags == Actions():
        return inferred(facts, relations)
    said = {Action.APPLY: flags.is_confirmable, Action.DISCARD: flags.is_discardable, Action.CANCEL: flags.is_cancelable}
    return frozenset(action for action, is_allowed in said.items() if is_allowed)


def inferred(facts: RunAttributes, relations: RunRelations) -> frozenset[Action]:
    """What a status that we know allows by the table of the API; a status that nobody knows allows nothing."""
    status = RunStatus.of(facts.status)
    rests = infer_confirmable(
        status=status,
        auto_apply=bool(facts.auto_apply),
        plan_only=bool(facts.plan_only),
        save_plan=bool(facts.save_plan),
        has_changes=bool(facts.has_changes or facts.allow_empty_apply),
        has_policy_checks=is_there(relations.policy_checks),
        has_cost_estimate=is_there(relations.cost_estimate),
        has_post_plan_stage=is_there(relations.task_stages),
    )
    if rests:
        return frozenset({Action.APPLY, Action.DISCARD})
    if status in OVERRIDABLE:
        return frozenset({Action.DISCARD})
    return frozenset({Action.CANCEL}) if phase_of(status) in STOPPABLE else frozenset()


def is_there(relation: Relation | None) -> bool:
    return relation is not None and bool(relation.data)
