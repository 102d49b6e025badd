"""A Terraform run as one look at the server shows it, what its state and our token allow, and when it waits for a person.

Facts: "API reference, Runs" of HCP Terraform; a status that nobody knows is kept as a word and never acted on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import assert_never


class RunStatus(StrEnum):
    """Every status the API documents or its own clients know, and UNKNOWN for any other word."""

    PENDING = "pending"
    FETCHING = "fetching"
    FETCHING_COMPLETED = "fetching_completed"
    PRE_PLAN_RUNNING = "pre_plan_running"
    PRE_PLAN_AWAITING_DECISION = "pre_plan_awaiting_decision"
    PRE_PLAN_COMPLETED = "pre_plan_completed"
    QUEUING = "queuing"
    PLAN_QUEUED = "plan_queued"
    PLANNING = "planning"
    PLANNED = "planned"
    TF_POLICY_CHECKED = "tf_policy_checked"
    TF_POLICY_OVERRIDE = "tf_policy_override"
    POST_PLAN_RUNNING = "post_plan_running"
    POST_PLAN_AWAITING_DECISION = "post_plan_awaiting_decision"
    POST_PLAN_COMPLETED = "post_plan_completed"
    COST_ESTIMATING = "cost_estimating"
    COST_ESTIMATED = "cost_estimated"
    POLICY_CHECKING = "policy_checking"
    POLICY_OVERRIDE = "policy_override"
    POLICY_SOFT_FAILED = "policy_soft_failed"
    POLICY_CHECKED = "policy_checked"
    CONFIRMED = "confirmed"
    PRE_APPLY_RUNNING = "pre_apply_running"
    PRE_APPLY_AWAITING_DECISION = "pre_apply_awaiting_decision"
    PRE_APPLY_COMPLETED = "pre_apply_completed"
    QUEUING_APPLY = "queuing_apply"
    APPLY_QUEUED = "apply_queued"
    APPLYING = "applying"
    POST_APPLY_RUNNING = "post_apply_running"
    POST_APPLY_COMPLETED = "post_apply_completed"
    APPLIED = "applied"
    PLANNED_AND_FINISHED = "planned_and_finished"
    PLANNED_AND_SAVED = "planned_and_saved"
    DISCARDED = "discarded"
    ERRORED = "errored"
    CANCELED = "canceled"
    FORCE_CANCELED = "force_canceled"
    ASSESSING = "assessing"
    ASSESSED = "assessed"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, word: str) -> RunStatus:
        """The status a word of the server stands for; UNKNOWN where nobody knows it."""
        return BY_WORD.get(word, cls.UNKNOWN)


BY_WORD: Mapping[str, RunStatus] = {**{status.value: status for status in RunStatus}, "queued": RunStatus.PLAN_QUEUED}
"""`queued` is what a compatible server calls it."""


class Phase(StrEnum):
    """Where on its way a run is, as a person would say it."""

    QUEUED = "queued"
    PLANNING = "planning"
    CHECKING = "checking"
    APPLYING = "applying"
    ENDED = "ended"
    UNKNOWN = "unknown"


class Action(StrEnum):
    """What can be done to a run."""

    APPLY = "apply"
    OVERRIDE = "override"
    DISCARD = "discard"
    CANCEL = "cancel"
    FORCE_CANCEL = "force-cancel"


FINAL = frozenset(
    {
        RunStatus.APPLIED,
        RunStatus.PLANNED_AND_FINISHED,
        RunStatus.POLICY_SOFT_FAILED,
        RunStatus.DISCARDED,
        RunStatus.ERRORED,
        RunStatus.CANCELED,
        RunStatus.FORCE_CANCELED,
        RunStatus.ASSESSED,
    }
)
"""A run in one of these never moves again."""

FAILED = frozenset({RunStatus.ERRORED, RunStatus.POLICY_SOFT_FAILED})
"""Final, and not as anybody wished."""

CONFIRMED_OR_LATER = frozenset(
    {
        RunStatus.CONFIRMED,
        RunStatus.PRE_APPLY_RUNNING,
        RunStatus.PRE_APPLY_AWAITING_DECISION,
        RunStatus.PRE_APPLY_COMPLETED,
        RunStatus.QUEUING_APPLY,
        RunStatus.APPLY_QUEUED,
        RunStatus.APPLYING,
        RunStatus.POST_APPLY_RUNNING,
        RunStatus.POST_APPLY_COMPLETED,
        RunStatus.APPLIED,
    }
)
"""Somebody has confirmed the run; `errored` and `canceled` can be either and are told by the timestamps."""

OVERRIDABLE = frozenset(
    {
        RunStatus.POLICY_OVERRIDE,
        RunStatus.TF_POLICY_OVERRIDE,
        RunStatus.PRE_PLAN_AWAITING_DECISION,
        RunStatus.POST_PLAN_AWAITING_DECISION,
        RunStatus.PRE_APPLY_AWAITING_DECISION,
    }
)
"""A failed policy or task waits for somebody to override it."""

FROM_VERSION_CONTROL = "tfe-configuration-version"
"""The source of a run that a new configuration has begun, as a push to a repository makes one."""

CONFIRM = "confirm"
"""The gate at which a run waits for somebody to apply or discard it."""

OVERRIDES = "override:"
"""What the name of a gate begins with at which a run waits for somebody to override something; the id of that follows."""


def action_at(gate: str) -> Action:
    """What whoever says yes at a gate asks for."""
    return Action.OVERRIDE if gate.startswith(OVERRIDES) else Action.APPLY


def phase_of(status: RunStatus) -> Phase:
    """The phase a status belongs to; a new status must be given one here."""
    match status:
        case RunStatus.PENDING | RunStatus.QUEUING | RunStatus.PLAN_QUEUED:
            return Phase.QUEUED
        case (
            RunStatus.FETCHING
            | RunStatus.FETCHING_COMPLETED
            | RunStatus.PRE_PLAN_RUNNING
            | RunStatus.PRE_PLAN_AWAITING_DECISION
            | RunStatus.PRE_PLAN_COMPLETED
            | RunStatus.PLANNING
            | RunStatus.ASSESSING
        ):
            return Phase.PLANNING
        case (
            RunStatus.PLANNED
            | RunStatus.TF_POLICY_CHECKED
            | RunStatus.TF_POLICY_OVERRIDE
            | RunStatus.POST_PLAN_RUNNING
            | RunStatus.POST_PLAN_AWAITING_DECISION
            | RunStatus.POST_PLAN_COMPLETED
            | RunStatus.COST_ESTIMATING
            | RunStatus.COST_ESTIMATED
            | RunStatus.POLICY_CHECKING
            | RunStatus.POLICY_OVERRIDE
            | RunStatus.POLICY_CHECKED
            | RunStatus.PLANNED_AND_SAVED
        ):
            return Phase.CHECKING
        case (
            RunStatus.CONFIRMED
            | RunStatus.PRE_APPLY_RUNNING
            | RunStatus.PRE_APPLY_AWAITING_DECISION
            | RunStatus.PRE_APPLY_COMPLETED
            | RunStatus.QUEUING_APPLY
            | RunStatus.APPLY_QUEUED
            | RunStatus.APPLYING
            | RunStatus.POST_APPLY_RUNNING
            | RunStatus.POST_APPLY_COMPLETED
        ):
            return Phase.APPLYING
        case (
            RunStatus.APPLIED
            | RunStatus.PLANNED_AND_FINISHED
            | RunStatus.POLICY_SOFT_FAILED
            | RunStatus.DISCARDED
            | RunStatus.ERRORED
            | RunStatus.CANCELED
            | RunStatus.FORCE_CANCELED
            | RunStatus.ASSESSED
        ):
            return Phase.ENDED
        case RunStatus.UNKNOWN:
            return Phase.UNKNOWN
        case _:
            assert_never(status)


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """What in version control a run plans; everything but the sha is "" where the server does not say."""

    sha: str
    author: str = ""
    url: str = ""
    message: str = ""


class HurdleKind(StrEnum):
    """UNKNOWN is one that the server does not let us see: it is overridden on its own page."""

    CHECK = "check"
    STAGE = "stage"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hurdle:
    """What keeps a run waiting until somebody overrides it: a policy check or a task stage, by its id.

    `is_overridable` is what its state allows, `may_override` what our token may.
    """

    id: str
    kind: HurdleKind = HurdleKind.UNKNOWN
    is_overridable: bool = False
    may_override: bool = False


NO_HURDLE = Hurdle(id="")
"""Somebody has looked, and nothing waits to be overridden."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One look at a run.

    `status_word` is what the server said; `allowed` is what the state allows, `permitted` what our token may.
    `timestamps` maps a status word (`planned`, `plan-queueable`) to the aware time it was reached, as the server keeps it.
    `has_changes` is None until the plan is there; `commit` comes with a read by id alone. `apply_doubted`: the server says that the run
    can be applied, in a state in which none can, or in one that nobody knows; that is not believed, and `allowed` lacks it.
    `hurdle` comes with a read by id alone, too; None where nobody has looked. A cancel that does not end the run can be forced from
    `force_cancel_at` on, once the server allows it.
    """

    id: str
    workspace_id: str
    status_word: str
    message: str = ""
    source: str = ""
    trigger_reason: str = ""
    created_at: datetime | None = None
    created_by: str | None = None
    plan_id: str | None = None
    configuration_version_id: str | None = None
    auto_apply: bool = False
    is_destroy: bool = False
    plan_only: bool = False
    refresh_only: bool = False
    save_plan: bool = False
    has_changes: bool | None = None
    allowed: frozenset[Action] = frozenset()
    permitted: frozenset[Action] = frozenset()
    apply_doubted: bool = False
    timestamps: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))
    commit: Commit | None = None
    hurdle: Hurdle | None = None
    force_cancel_at: datetime | None = None

    @property
    def status(self) -> RunStatus:
        return RunStatus.of(self.status_word)

    @property
    def phase(self) -> Phase:
        return phase_of(self.status)

    @property
    def is_final(self) -> bool:
        return self.status in FINAL

    @property
    def has_failed(self) -> bool:
        return self.status in FAILED

    @property
    def waits_for_confirm(self) -> bool:
        """Whether the run rests until somebody applies or discards it; the server's flag alone says so (go-tfe #535)."""
        return Action.APPLY in self.allowed and not self.is_final

    @property
    def gate(self) -> str | None:
        """The open question of the run, or None. A run with nothing to change asks none."""
        if self.hurdle is not None and self.hurdle.id and not self.is_final:
            return f"{OVERRIDES}{self.hurdle.id}"
        return CONFIRM if self.waits_for_confirm and self.has_changes is not False else None

    @property
    def lacks_hurdle(self) -> bool:
        """Whether something waits to be overridden of which nobody has read what it is."""
        return self.hurdle is None and self.status in OVERRIDABLE

    @property
    def override_applies(self) -> bool:
        """Whether nobody is asked any more once it is overridden: then whoever overrides it applies it."""
        return self.auto_apply or self.was_confirmed

    @property
    def was_confirmed(self) -> bool:
        return self.status in CONFIRMED_OR_LATER or "confirmed" in self.timestamps

    @property
    def ended_at(self) -> datetime | None:
        """When the run ended, by the server's clock; None while it goes on or where the server does not say."""
        if not self.is_final:
            return None
        return self.timestamps.get(self.status_word.replace("_", "-")) or max(self.timestamps.values(), default=None)

    @property
    def lacks_commit(self) -> bool:
        """Whether version control has begun the run and we have not read yet with which commit."""
        return self.source == FROM_VERSION_CONTROL and self.commit is None

    def allows(self, action: Action) -> bool:
        """Whether the state allows it."""
        if action is Action.OVERRIDE:
            return self.hurdle is not None and self.hurdle.is_overridable and not self.is_final
        return action in self.allowed

    def permits(self, action: Action) -> bool:
        """Whether our token may."""
        if action is Action.OVERRIDE:
            return self.hurdle is not None and self.hurdle.may_override
        return action in self.permitted

    def may(self, action: Action) -> bool:
        """Whether the state allows it and our token may; who in Slack may is for core/policy.py to say."""
        return self.allows(action) and self.permits(action)


def infer_confirmable(
    *,
    status: RunStatus,
    auto_apply: bool,
    plan_only: bool,
    save_plan: bool,
    has_changes: bool,
    has_policy_checks: bool,
    has_cost_estimate: bool,
    has_post_plan_stage: bool,
) -> bool:
    """The confirm rule for a server that sends no `actions`: the last stage this run reaches is where it rests.

    A saved plan never applies by itself, whatever `auto_apply` says.
    """
    if plan_only or not has_changes:
        return False
    if save_plan:
        return status is RunStatus.PLANNED_AND_SAVED
    if auto_apply:
        return False
    if has_policy_checks:
        return status is RunStatus.POLICY_CHECKED
    if has_cost_estimate:
        return status is RunStatus.COST_ESTIMATED
    return status is (RunStatus.POST_PLAN_COMPLETED if has_post_plan_stage else RunStatus.PLANNED)
