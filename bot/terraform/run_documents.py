"""A run resource read into core.runs.Run: what its state allows, what the token may, and when it changes something. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import product

from bot.core.runs import OVERRIDABLE, Action, Phase, Run, RunStatus, infer_confirmable, phase_of
from bot.terraform.resources import (
    NO_RUN_RELATIONS,
    Actions,
    Permissions,
    Relation,
    Resource,
    RunAttributes,
    RunRelations,
    RunResource,
    UserAttributes,
    id_of,
    part,
    related_id,
    text,
)
from bot.terraform.times import read_time, read_timestamps

Included = Mapping[tuple[str, str], Resource]

PHASES = {status: phase_of(status) for status in RunStatus}
PLAN_IS_THERE = frozenset({Phase.CHECKING, Phase.APPLYING})
ENDED_WITH_A_PLAN = frozenset({RunStatus.APPLIED, RunStatus.PLANNED_AND_FINISHED, RunStatus.POLICY_SOFT_FAILED})
STOPPABLE = frozenset({Phase.QUEUED, Phase.PLANNING, Phase.APPLYING})
DOUBTFUL = frozenset({Phase.QUEUED, Phase.PLANNING, Phase.UNKNOWN})
"""A run that is in one of these cannot be applied, or nobody knows: a flag that says so is worth nothing."""
EVERYTHING = frozenset(Action)
FLAGGED = (Action.APPLY, Action.DISCARD, Action.CANCEL, Action.FORCE_CANCEL)
SETS = {
    flags: frozenset(action for action, is_in in zip(FLAGGED, flags, strict=True) if is_in) for flags in product((False, True), repeat=4)
}


def run_of(resource: RunResource, included: Included, workspace_id: str = "") -> Run:
    """The run; `workspace_id` stands where the run does not name its workspace."""
    facts, relations = resource.attributes, resource.relationships or NO_RUN_RELATIONS
    status = RunStatus.of(facts.status)
    stamps = read_timestamps(facts.status_timestamps)
    claimed = allowed(facts, relations, status)
    believed = claimed if Action.APPLY not in claimed or PHASES[status] is Phase.CHECKING else claimed - {Action.APPLY}
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
        has_changes=known_changes(facts, stamps, status),
        allowed=believed,
        permitted=permitted(facts.permissions),
        apply_doubted=believed is not claimed and PHASES[status] in DOUBTFUL,
        timestamps=stamps,
        force_cancel_at=read_time(facts.force_cancel_available_at),
    )


def known_changes(facts: RunAttributes, stamps: Mapping[str, datetime], status: RunStatus) -> bool | None:
    """Whether the run changes something, once its plan is there; until then the API says false of every run."""
    is_there = PHASES[status] in PLAN_IS_THERE or status in ENDED_WITH_A_PLAN or "planned" in stamps
    return facts.has_changes if facts.has_changes or is_there else None


def creator(facts: RunAttributes, relations: RunRelations, included: Included) -> str | None:
    """The user's name where the user came along, or where the server writes it into the run itself."""
    user = included.get(("users", related_id(relations.created_by) or "")) if included else None
    if user is not None:
        return text(part(user.attributes, UserAttributes, "a user").username) or None
    return text(facts.created_by) or None if isinstance(facts.created_by, str) else None


def permitted(permissions: Permissions | None) -> frozenset[Action]:
    """What the token may: all that is not denied, for a server that says nothing refuses by itself."""
    if permissions is None:
        return EVERYTHING
    return SETS[
        permissions.can_apply is not False,
        permissions.can_discard is not False,
        permissions.can_cancel is not False,
        permissions.can_force_cancel is not False,
    ]


def allowed(facts: RunAttributes, relations: RunRelations, status: RunStatus) -> frozenset[Action]:
    """What the state allows: by `actions`, by the words of 2017, or by the confirm rule where there is neither."""
    flags = facts.actions
    if flags is None or (flags.is_confirmable is None and flags.is_discardable is None and flags.is_cancelable is None):
        flags = Actions(facts.may_confirm, facts.may_discarded, facts.may_canceled, flags.is_force_cancelable if flags else None)
        if flags == Actions():
            return inferred(facts, relations, status)
    return SETS[bool(flags.is_confirmable), bool(flags.is_discardable), bool(flags.is_cancelable), bool(flags.is_force_cancelable)]


def inferred(facts: RunAttributes, relations: RunRelations, status: RunStatus) -> frozenset[Action]:
    """What a status that we know allows by the table of the API; a status that nobody knows allows nothing."""
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
    return frozenset({Action.CANCEL}) if PHASES[status] in STOPPABLE else frozenset()


def is_there(relation: Relation | None) -> bool:
    return relation is not None and bool(relation.data)
