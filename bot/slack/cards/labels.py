"""How a run's state is said: one table from status to label, and the few facts that change the words. Never colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from bot.core.decisions import Deed, IntentState, has_moved
from bot.core.pictures import RunPicture
from bot.core.runs import CONFIRM, Action, Run, RunStatus
from bot.slack.text import cut, one_line


@dataclass(frozen=True, slots=True)
class Label:
    """`words` hold no markup and may carry a word of the server."""

    emoji: str
    words: str

    def __str__(self) -> str:
        return f"{self.emoji} {self.words}"


QUEUED = Label("⏳", "Queued")
FETCHING = Label("🔄", "Fetching the configuration")
PLANNING = Label("🔄", "Planning")
PLANNED = Label("🔄", "Planned")
CHECKING = Label("🔄", "Checking policies")
STOPPED = Label("🛑", "Waits for an override")
CONFIRMED = Label("🔄", "Confirmed")
APPLYING = Label("🔄", "Applying")

LABELS = MappingProxyType(
    {
        RunStatus.PENDING: Label("⏳", "Waits for its turn"),
        RunStatus.FETCHING: FETCHING,
        RunStatus.FETCHING_COMPLETED: FETCHING,
        RunStatus.PRE_PLAN_RUNNING: Label("🔄", "Running tasks before the plan"),
        RunStatus.PRE_PLAN_AWAITING_DECISION: STOPPED,
        RunStatus.PRE_PLAN_COMPLETED: PLANNING,
        RunStatus.QUEUING: QUEUED,
        RunStatus.PLAN_QUEUED: QUEUED,
        RunStatus.PLANNING: PLANNING,
        RunStatus.PLANNED: PLANNED,
        RunStatus.TF_POLICY_CHECKED: CHECKING,
        RunStatus.TF_POLICY_OVERRIDE: STOPPED,
        RunStatus.POST_PLAN_RUNNING: Label("🔄", "Running tasks after the plan"),
        RunStatus.POST_PLAN_AWAITING_DECISION: STOPPED,
        RunStatus.POST_PLAN_COMPLETED: PLANNED,
        RunStatus.COST_ESTIMATING: Label("🔄", "Estimating costs"),
        RunStatus.COST_ESTIMATED: Label("🔄", "Costs estimated"),
        RunStatus.POLICY_CHECKING: CHECKING,
        RunStatus.POLICY_OVERRIDE: STOPPED,
        RunStatus.POLICY_SOFT_FAILED: Label("❌", "Stopped by a policy"),
        RunStatus.POLICY_CHECKED: Label("🔄", "Policies passed"),
        RunStatus.CONFIRMED: CONFIRMED,
        RunStatus.PRE_APPLY_RUNNING: Label("🔄", "Running tasks before the apply"),
        RunStatus.PRE_APPLY_AWAITING_DECISION: STOPPED,
        RunStatus.PRE_APPLY_COMPLETED: CONFIRMED,
        RunStatus.QUEUING_APPLY: Label("⏳", "Apply queued"),
        RunStatus.APPLY_QUEUED: Label("⏳", "Apply queued"),
        RunStatus.APPLYING: APPLYING,
        RunStatus.POST_APPLY_RUNNING: Label("🔄", "Running tasks after the apply"),
        RunStatus.POST_APPLY_COMPLETED: APPLYING,
        RunStatus.APPLIED: Label("✅", "Applied"),
        RunStatus.PLANNED_AND_FINISHED: Label("✅", "Plan finished"),
        RunStatus.PLANNED_AND_SAVED: Label("✅", "Plan saved"),
        RunStatus.DISCARDED: Label("🚫", "Discarded"),
        RunStatus.ERRORED: Label("❌", "Failed"),
        RunStatus.CANCELED: Label("⛔", "Canceled"),
        RunStatus.FORCE_CANCELED: Label("⛔", "Canceled by force"),
        RunStatus.ASSESSING: Label("🔄", "Checking health"),
        RunStatus.ASSESSED: Label("✅", "Health checked"),
    }
)

NO_CHANGES = Label("✅", "No changes")
DECISION_NEEDED = Label("🔔", "Decision needed")
OVERRIDE_NEEDED = Label("🛑", "Override needed")
UNSURE = Label("🔎", "Waiting for the server")
UNDER_WAY = MappingProxyType(
    {
        Action.APPLY: Label("🔄", "Approved"),
        Action.OVERRIDE: Label("🔄", "Overriding"),
        Action.DISCARD: Label("🔄", "Discarding"),
        Action.CANCEL: Label("🔄", "Canceling"),
        Action.FORCE_CANCEL: Label("🔄", "Canceling by force"),
    }
)


def run_label(run: Run) -> Label:
    """What a run is doing, from its snapshot alone."""
    if run.gate:
        return DECISION_NEEDED if run.gate == CONFIRM else OVERRIDE_NEEDED
    if found_nothing(run):
        return NO_CHANGES
    match run.status:
        case RunStatus.ERRORED:
            return Label("❌", "Apply failed" if run.was_confirmed else "Plan failed")
        case RunStatus.APPLIED if run.is_destroy:
            return Label("✅", "Destroyed")
        case RunStatus.APPLYING if run.is_destroy:
            return Label("🔄", "Destroying")
        case RunStatus.UNKNOWN:
            return Label("❔", f"Status “{cut(one_line(run.status_word), 40) or '?'}”")
        case status:
            return LABELS[status]


def found_nothing(run: Run) -> bool:
    """Whether the plan is there and has nothing to change; a run that rests on such a plan asks nothing."""
    if run.status is RunStatus.PLANNED_AND_FINISHED:
        return run.has_changes is False or not run.plan_only
    return run.waits_for_confirm and run.has_changes is False


def label(picture: RunPicture) -> Label:
    """What a message says first: what is under way because of somebody's decision, else what the run is doing."""
    decision, run = picture.decision, picture.run
    if decision is None or not picture.decision_stands or has_moved(Deed(decision.action.value), run, decision.gate):
        return run_label(run)
    is_unsure = picture.intent is not None and picture.intent.state is IntentState.UNSURE
    return UNSURE if is_unsure else UNDER_WAY[decision.action]
