"""The statuses a run of this server goes through, which of them are final, and what each allows a person to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from bot.sandbox.terraform.records import Run

FINAL = frozenset({"applied", "planned_and_finished", "discarded", "errored", "canceled", "force_canceled", "policy_soft_failed"})
DISCARDABLE_GROUP = frozenset(
    {"planned", "planned_and_saved", "cost_estimated", "policy_checked", "policy_override", "post_plan_running", "post_plan_completed"}
)
AWAITING_OVERRIDE = frozenset(
    {"policy_override", "pre_plan_awaiting_decision", "post_plan_awaiting_decision", "pre_apply_awaiting_decision"}
)
RUNNING_TERRAFORM = frozenset({"planning", "applying"})
AFTER_APPLY = frozenset({"post_apply_running", "post_apply_completed"})
WITHOUT_TIMESTAMP = AWAITING_OVERRIDE | {"pending", "policy_checking"}
OPERATIONS = frozenset({"plan_and_apply", "plan_only", "save_plan", "refresh_only", "destroy", "empty_apply", "action_only"})


def is_final(run: Run) -> bool:
    return run.status in FINAL


def resting_status(run: Run) -> str:
    """The last status before the apply: where the run rests if it needs a person, and passes if it does not."""
    evaluations = run.evaluations
    if run.request.save_plan:
        return "planned_and_saved"
    if evaluations.policy_check is not None:
        return "policy_checked"
    if evaluations.cost_estimate is not None:
        return "cost_estimated"
    return "planned" if evaluations.stage("post_plan") is None else "post_plan_completed"


def rests_for_confirmation(run: Run) -> bool:
    """Whether the run stands still until a person confirms it: the statuses themselves are passed through by other runs."""
    request = run.request
    is_automatic = request.auto_apply and not request.save_plan
    return run.plan.has_changes and not is_automatic and not request.plan_only and run.status == resting_status(run)


def awaits_override(run: Run) -> bool:
    return run.status in AWAITING_OVERRIDE


def is_appliable(run: Run) -> bool:
    """Whether the run goes beyond its plan. An empty plan that may be applied is applied without anybody's confirmation."""
    return not run.request.plan_only and (run.plan.has_changes or run.request.allow_empty_apply)


def actions_of(run: Run, now: datetime) -> dict[str, bool]:
    """What the run's state allows, whoever asks."""
    resting, awaiting = rests_for_confirmation(run), awaits_override(run)
    was_interrupted = run.interrupted.is_set()
    is_open = not is_final(run) and run.status not in AFTER_APPLY
    cancelable = is_open and not resting and not awaiting and not was_interrupted
    is_waiting = run.status == "pending" and not run.has_begun
    forceable = was_interrupted and not is_final(run) and run.force_cancel_at is not None and now >= run.force_cancel_at
    return {
        "is-cancelable": cancelable,
        "is-confirmable": resting,
        "is-discardable": resting or awaiting or is_waiting or run.status == "post_plan_running",
        "is-force-cancelable": forceable,
    }


def in_group(run: Run, group: str) -> bool:
    """Whether the run belongs to a value of `filter[status_group]`."""
    if group == "final":
        return is_final(run)
    if group == "non_final":
        return not is_final(run)
    return group == "discardable" and run.status in DISCARDABLE_GROUP


def timestamp_key(status: str) -> str | None:
    """The key of `status-timestamps` for a status, None where the API has none."""
    if status in WITHOUT_TIMESTAMP:
        return None
    return "fetched-at" if status == "fetching_completed" else f"{status.replace('_', '-')}-at"


def milliseconds(moment: datetime) -> str:
    """The spelling of `created-at`: 2025-01-02T03:04:05.678Z. The moment is in UTC, as all of the sandbox's are."""
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def seconds(moment: datetime) -> str:
    """The spelling inside `status-timestamps`: 2025-01-02T03:04:05+00:00."""
    return moment.isoformat(timespec="seconds")
