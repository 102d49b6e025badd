"""Which of a run's statuses are told of, under which trigger of the API's page on notifications, in which words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox.terraform.statuses import awaits_override, rests_for_confirmation

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.sandbox.terraform.records import Run

VERIFICATION = "verification"
COARSE = ("run:created", "run:planning", "run:needs_attention", "run:applying", "run:completed", "run:errored")
FINE = (
    "run:pending_apply_approval",
    "run:cost_estimated",
    "run:policy_override_required",
    "run:policies_checked",
    "run:run_errored",
    "run:run_canceled",
    "run:policy_soft_failed",
)
OTHERS = (
    "assessment:drifted",
    "assessment:check_failure",
    "assessment:failed",
    "workspace:auto_destroy_reminder",
    "workspace:auto_destroy_run_results",
    "workspace:deleted",
)
TRIGGERS = frozenset((*COARSE, *FINE, *OTHERS))


@dataclass(frozen=True, slots=True)
class Notice:
    """`trigger_type` is the finer word where there is one; who subscribed to either of them is told."""

    trigger: str
    trigger_type: str
    message: str
    for_coarse: bool = True

    def concerns(self, triggers: Collection[str]) -> bool:
        return self.trigger_type in triggers or (self.for_coarse and self.trigger in triggers)


BY_STATUS = {
    "pending": Notice("run:created", "run:created", "Run Created"),
    "planning": Notice("run:planning", "run:planning", "Run Planning"),
    "cost_estimated": Notice("run:planning", "run:cost_estimated", "Cost Estimated", for_coarse=False),
    "policy_checked": Notice("run:planning", "run:policies_checked", "Policies Checked", for_coarse=False),
    "applying": Notice("run:applying", "run:applying", "Run Applying"),
    "applied": Notice("run:completed", "run:completed", "Run Applied"),
    "planned_and_finished": Notice("run:completed", "run:completed", "Run Planned and Finished"),
    "errored": Notice("run:errored", "run:run_errored", "Run Errored"),
    "policy_soft_failed": Notice("run:errored", "run:policy_soft_failed", "Run Policy Soft Failed"),
    "canceled": Notice("run:errored", "run:run_canceled", "Run Canceled"),
    "force_canceled": Notice("run:errored", "run:run_canceled", "Run Canceled"),
    "discarded": Notice("run:errored", "run:errored", "Run Discarded"),
}


def notice_for(run: Run) -> Notice | None:
    """What is told of the status that the run has just got; None where nobody hears of it."""
    if awaits_override(run):
        return Notice("run:needs_attention", "run:policy_override_required", "Run Needs Attention")
    if rests_for_confirmation(run):
        return Notice("run:needs_attention", "run:pending_apply_approval", "Run Needs Attention")
    return BY_STATUS.get(run.status)
