"""The JSON:API resources besides runs and workspaces, as msgspec structs: only what is read of them.

Facts: the pages of the API named in core: configuration versions, policy checks, task stages, cost estimates, notification configurations,
organization memberships, projects, comments, run events, account.
"""

from __future__ import annotations

from typing import Any

import msgspec

from bot.terraform.resources import Identity, Relation


class PlanAttributes(msgspec.Struct, rename="kebab", gc=False):
    status: str
    resource_additions: int | None = None
    resource_changes: int | None = None
    resource_destructions: int | None = None
    resource_imports: int | None = None
    has_changes: bool | None = None
    status_timestamps: dict[str, Any] | None = None


class LogAttributes(msgspec.Struct, rename="kebab", gc=False):
    """Of a plan or an apply: how far it is, and the secret address of its log."""

    status: str
    log_read_url: str | None = None


class DetailAttributes(msgspec.Struct, rename="kebab", gc=False):
    """Of a workspace, beyond what its list is read for. Averages are milliseconds."""

    description: str | None = None
    locked: bool | None = None
    locked_reason: str | None = None
    terraform_version: str | None = None
    working_directory: str | None = None
    vcs_repo: VcsRepo | None = None
    queue_all_runs: bool | None = None
    speculative_enabled: bool | None = None
    structured_run_output_enabled: bool | None = None
    plan_duration_average: float | None = None
    apply_duration_average: float | None = None
    permissions: dict[str, Any] | None = None


class VcsRepo(msgspec.Struct, rename="kebab", gc=False):
    identifier: str | None = None
    display_identifier: str | None = None
    branch: str | None = None


class Perhaps(msgspec.Struct, gc=False):
    """A relation that may say that there is none, which is not the same as saying nothing."""

    data: Identity | msgspec.UnsetType | None = msgspec.UNSET


class DetailRelations(msgspec.Struct, rename="kebab", gc=False):
    locked_by: Relation | None = None
    current_configuration_version: Perhaps | None = None


class HolderAttributes(msgspec.Struct, gc=False):
    """Of whoever holds a lock: a user, a team, or a run."""

    username: str | None = None
    name: str | None = None
    message: str | None = None


class AccountRelations(msgspec.Struct, rename="kebab", gc=False):
    authenticated_resource: Relation | None = None


class NamedAttributes(msgspec.Struct, gc=False):
    """Of an organization or a project."""

    name: str | None = None
    description: str | None = None


class CommentAttributes(msgspec.Struct, gc=False):
    body: str | None = None


class CommentRelations(msgspec.Struct, rename="kebab", gc=False):
    run_event: Relation | None = None


class EventAttributes(msgspec.Struct, rename="kebab", gc=False):
    action: str | None = None
    description: str | None = None
    created_at: Any = None


class EventRelations(msgspec.Struct, gc=False):
    actor: Relation | None = None
    comment: Relation | None = None


class ConfigurationAttributes(msgspec.Struct, rename="kebab", gc=False):
    status: str
    source: str | None = None
    speculative: bool | None = None
    provisional: bool | None = None
    auto_queue_runs: bool | None = None
    error: str | None = None
    error_message: str | None = None
    upload_url: str | None = None
    status_timestamps: dict[str, Any] | None = None


class ConfigurationRelations(msgspec.Struct, rename="kebab", gc=False):
    ingress_attributes: Relation | None = None


class IngressAttributes(msgspec.Struct, rename="kebab", gc=False):
    branch: str | None = None
    tag: str | None = None
    commit_sha: str | None = None
    commit_message: str | None = None
    commit_url: str | None = None
    compare_url: str | None = None
    identifier: str | None = None
    is_pull_request: bool | None = None
    pull_request_number: int | None = None
    pull_request_url: str | None = None
    pull_request_title: str | None = None
    sender_username: str | None = None


class CheckResult(msgspec.Struct, rename="kebab", gc=False):
    passed: int | None = None
    hard_failed: int | None = None
    soft_failed: int | None = None
    advisory_failed: int | None = None


class Overridable(msgspec.Struct, rename="kebab", gc=False):
    is_overridable: bool | None = None


class MayOverride(msgspec.Struct, rename="kebab", gc=False):
    can_override: bool | None = None
    can_override_policy: bool | None = None


class CheckAttributes(msgspec.Struct, rename="kebab", gc=False):
    status: str
    scope: str | None = None
    result: CheckResult | None = None
    actions: Overridable | None = None
    permissions: MayOverride | None = None


class StageAttributes(msgspec.Struct, rename="kebab", gc=False):
    status: str
    stage: str
    actions: Overridable | None = None
    permissions: MayOverride | None = None


class StageRelations(msgspec.Struct, rename="kebab", gc=False):
    task_results: Relation | None = None
    policy_evaluations: Relation | None = None


class ResultAttributes(msgspec.Struct, rename="kebab", gc=False):
    status: str
    task_name: str | None = None
    message: str | None = None
    url: str | None = None
    workspace_task_enforcement_level: str | None = None


class ResultCount(msgspec.Struct, rename="kebab", gc=False):
    passed: int | None = None
    advisory_failed: int | None = None
    mandatory_failed: int | None = None
    errored: int | None = None


class EvaluationAttributes(msgspec.Struct, rename="kebab", gc=False):
    status: str
    policy_kind: str | None = None
    result_count: ResultCount | None = None


class Outcome(msgspec.Struct, gc=False):
    """Written with underscores, unlike all else of the API."""

    policy_name: str | None = None
    enforcement_level: str | None = None
    status: str | None = None
    description: str | None = None


class OutcomeAttributes(msgspec.Struct, rename="kebab", gc=False):
    policy_set_name: str | None = None
    overridable: bool | None = None
    outcomes: list[Outcome] | None = None


class CostAttributes(msgspec.Struct, rename="kebab", gc=False):
    status: str
    error_message: str | None = None
    resources_count: int | None = None
    matched_resources_count: int | None = None
    unmatched_resources_count: int | None = None
    prior_monthly_cost: Any = None
    proposed_monthly_cost: Any = None
    delta_monthly_cost: Any = None


class DeliveryAttributes(msgspec.Struct, rename="kebab", gc=False):
    code: Any = None
    successful: Any = None
    sent_at: Any = None


class NotificationAttributes(msgspec.Struct, rename="kebab", gc=False):
    name: str | None = None
    url: str | None = None
    destination_type: str | None = None
    enabled: bool | None = None
    triggers: list[str] | None = None
    delivery_responses: list[DeliveryAttributes] | None = None


class MembershipAttributes(msgspec.Struct, gc=False):
    status: str | None = None
    email: str | None = None


class MembershipRelations(msgspec.Struct, gc=False):
    user: Relation | None = None
