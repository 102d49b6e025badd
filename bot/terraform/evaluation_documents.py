"""Configurations, policy checks, task stages, cost estimates, comments and run events, read into core objects. Pure."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from bot.core.configurations import ConfigurationVersion, Ingress
from bot.core.costs import CostEstimate
from bot.core.histories import Comment, RunEvent
from bot.core.policies import PolicyCheck, PolicyEvaluation, PolicyOutcome, TaskResult, TaskStage
from bot.terraform.parts import (
    CheckAttributes,
    CheckResult,
    CommentAttributes,
    CommentRelations,
    ConfigurationAttributes,
    ConfigurationRelations,
    CostAttributes,
    EvaluationAttributes,
    EventAttributes,
    EventRelations,
    IngressAttributes,
    MayOverride,
    OutcomeAttributes,
    Overridable,
    ResultAttributes,
    ResultCount,
    StageAttributes,
    StageRelations,
)
from bot.terraform.resources import Document, ListDocument, Relation, Resource, UserAttributes, decode, id_of, part, related_id, text
from bot.terraform.run_documents import Included
from bot.terraform.times import read_time, read_timestamps

MANDATORY = "mandatory"
MOST_DIGITS = 30


def decode_configuration(body: bytes) -> ConfigurationVersion:
    document = decode(body, Document, "a configuration version")
    return configuration_of(document.data, beside(document))


def decode_configurations(body: bytes) -> tuple[ConfigurationVersion, ...]:
    """In the server's order, the newest first."""
    document = decode(body, ListDocument, "a list of configuration versions")
    return tuple(configuration_of(resource, beside(document)) for resource in document.data)


def decode_ingress(body: bytes) -> Ingress:
    return ingress_of(decode(body, Document, "ingress attributes").data)


def decode_checks(body: bytes) -> tuple[PolicyCheck, ...]:
    return tuple(map(check_of, decode(body, ListDocument, "a list of policy checks").data))


def decode_check(body: bytes) -> PolicyCheck:
    return check_of(decode(body, Document, "a policy check").data)


def decode_stages(body: bytes) -> tuple[TaskStage, ...]:
    document = decode(body, ListDocument, "a list of task stages")
    return tuple(stage_of(resource, beside(document)) for resource in document.data)


def decode_stage(body: bytes) -> TaskStage:
    document = decode(body, Document, "a task stage")
    return stage_of(document.data, beside(document))


def decode_outcomes(body: bytes) -> tuple[PolicyOutcome, ...]:
    """One for each policy, in the order of the policy sets."""
    sets = (part(each.attributes, OutcomeAttributes, "policy outcomes") for each in decode(body, ListDocument, "policy outcomes").data)
    return tuple(
        PolicyOutcome(
            policy_set=text(found.policy_set_name),
            policy=text(outcome.policy_name),
            status_word=text(outcome.status),
            enforcement=text(outcome.enforcement_level),
            description=text(outcome.description),
            is_overridable=bool(found.overridable),
        )
        for found in sets
        for outcome in found.outcomes or ()
    )


def decode_cost(body: bytes) -> CostEstimate:
    return cost_of(decode(body, Document, "a cost estimate").data)


def decode_comments(body: bytes) -> tuple[Comment, ...]:
    """In the server's order."""
    return tuple(map(comment_of, decode(body, ListDocument, "a list of comments").data))


def decode_comment(body: bytes) -> Comment:
    return comment_of(decode(body, Document, "a comment").data)


def decode_events(body: bytes) -> tuple[RunEvent, ...]:
    document = decode(body, ListDocument, "a list of run events")
    return tuple(event_of(resource, beside(document)) for resource in document.data)


def beside(document: Document | ListDocument) -> Included:
    return {(resource.type, id_of(resource)): resource for resource in document.included or ()}


def configuration_of(resource: Resource, included: Included) -> ConfigurationVersion:
    facts = part(resource.attributes, ConfigurationAttributes, "a configuration version")
    source = related_id(part(resource.relationships, ConfigurationRelations, "a configuration version").ingress_attributes)
    ingress = included.get(("ingress-attributes", source or ""))
    return ConfigurationVersion(
        id=id_of(resource),
        status_word=text(facts.status),
        source=text(facts.source),
        speculative=bool(facts.speculative),
        provisional=bool(facts.provisional),
        auto_queue_runs=bool(facts.auto_queue_runs),
        error=text(facts.error),
        error_message=text(facts.error_message),
        ingress=ingress_of(ingress) if ingress is not None else None,
        timestamps=read_timestamps(facts.status_timestamps),
        upload_url=facts.upload_url or "",
    )


def ingress_of(resource: Resource) -> Ingress:
    facts = part(resource.attributes, IngressAttributes, "ingress attributes")
    return Ingress(
        branch=text(facts.branch),
        tag=text(facts.tag),
        commit_sha=text(facts.commit_sha),
        commit_message=text(facts.commit_message),
        commit_url=text(facts.commit_url),
        compare_url=text(facts.compare_url),
        identifier=text(facts.identifier),
        is_pull_request=bool(facts.is_pull_request),
        pull_request_number=facts.pull_request_number,
        pull_request_url=text(facts.pull_request_url),
        pull_request_title=text(facts.pull_request_title),
        sender=text(facts.sender_username),
    )


def check_of(resource: Resource) -> PolicyCheck:
    facts = part(resource.attributes, CheckAttributes, "a policy check")
    result = facts.result or CheckResult()
    return PolicyCheck(
        id=id_of(resource),
        status_word=text(facts.status),
        scope=text(facts.scope),
        passed=result.passed,
        hard_failed=result.hard_failed,
        soft_failed=result.soft_failed,
        advisory_failed=result.advisory_failed,
        is_overridable=bool((facts.actions or Overridable()).is_overridable),
        may_override=bool((facts.permissions or MayOverride()).can_override),
    )


def stage_of(resource: Resource, included: Included) -> TaskStage:
    facts = part(resource.attributes, StageAttributes, "a task stage")
    relations = part(resource.relationships, StageRelations, "a task stage")
    permissions = facts.permissions or MayOverride()
    evaluation_ids = ids_of(relations.policy_evaluations)
    return TaskStage(
        id=id_of(resource),
        stage=text(facts.stage),
        status_word=text(facts.status),
        is_overridable=bool((facts.actions or Overridable()).is_overridable),
        may_override=bool(permissions.can_override or permissions.can_override_policy),
        results=tuple(result_of(found) for key in ids_of(relations.task_results) if (found := included.get(("task-results", key)))),
        evaluations=tuple(evaluation_of(found) for key in evaluation_ids if (found := included.get(("policy-evaluations", key)))),
        evaluation_ids=evaluation_ids,
    )


def ids_of(relation: Relation | None) -> tuple[str, ...]:
    return tuple(map(id_of, relation.many)) if relation is not None else ()


def result_of(resource: Resource) -> TaskResult:
    facts = part(resource.attributes, ResultAttributes, "a task result")
    return TaskResult(
        id=id_of(resource),
        status_word=text(facts.status),
        name=text(facts.task_name),
        message=text(facts.message),
        url=text(facts.url),
        is_mandatory=facts.workspace_task_enforcement_level == MANDATORY,
    )


def evaluation_of(resource: Resource) -> PolicyEvaluation:
    facts = part(resource.attributes, EvaluationAttributes, "a policy evaluation")
    counts = facts.result_count or ResultCount()
    return PolicyEvaluation(
        id=id_of(resource),
        status_word=text(facts.status),
        kind=text(facts.policy_kind),
        passed=counts.passed or 0,
        advisory_failed=counts.advisory_failed or 0,
        mandatory_failed=counts.mandatory_failed or 0,
        errored=counts.errored or 0,
    )


def cost_of(resource: Resource) -> CostEstimate:
    facts = part(resource.attributes, CostAttributes, "a cost estimate")
    return CostEstimate(
        id=id_of(resource),
        status_word=text(facts.status),
        prior=amount(facts.prior_monthly_cost),
        proposed=amount(facts.proposed_monthly_cost),
        delta=amount(facts.delta_monthly_cost),
        resources=facts.resources_count,
        matched=facts.matched_resources_count,
        unmatched=facts.unmatched_resources_count,
        error_message=text(facts.error_message),
    )


def amount(value: Any) -> Decimal | None:
    """Dollars; None for what is no sum of money. The API writes strings, other servers may write numbers."""
    if isinstance(value, bool) or not isinstance(value, str | int | float) or len(str(value)) > MOST_DIGITS:
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def comment_of(resource: Resource) -> Comment:
    event = related_id(part(resource.relationships, CommentRelations, "a comment").run_event)
    return Comment(id=id_of(resource), body=text(part(resource.attributes, CommentAttributes, "a comment").body), event_id=event)


def event_of(resource: Resource, included: Included) -> RunEvent:
    facts = part(resource.attributes, EventAttributes, "a run event")
    relations = part(resource.relationships, EventRelations, "a run event")
    actor = included.get(("users", related_id(relations.actor) or ""))
    comment = included.get(("comments", related_id(relations.comment) or ""))
    return RunEvent(
        id=id_of(resource),
        action=text(facts.action),
        description=text(facts.description),
        created_at=read_time(facts.created_at),
        actor=text(part(actor.attributes, UserAttributes, "a user").username) or None if actor is not None else None,
        comment=comment_of(comment).body if comment is not None else None,
    )
