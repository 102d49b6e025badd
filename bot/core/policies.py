"""What a run is judged by besides people: policy checks, task stages with their tasks and evaluations, and whether one can be overridden.

Facts: "Policy checks API", "Policy evaluations API" and "Run task stages and results API". Unknown words are kept.
"""

from __future__ import annotations

from dataclasses import dataclass

SOFT_FAILED = "soft_failed"
AWAITING_OVERRIDE = "awaiting_override"
POST_PLAN = "post_plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyCheck:
    """Of Sentinel's older way. Counts are of policies, None until the check is done. `may_override` is what our token may."""

    id: str
    status_word: str
    scope: str = ""
    passed: int | None = None
    hard_failed: int | None = None
    soft_failed: int | None = None
    advisory_failed: int | None = None
    is_overridable: bool = False
    may_override: bool = False

    @property
    def waits_for_override(self) -> bool:
        return self.status_word == SOFT_FAILED and self.is_overridable


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskResult:
    """What an outside service said of a run. `is_mandatory`: a failure stops the run."""

    id: str
    status_word: str
    name: str = ""
    message: str = ""
    url: str = ""
    is_mandatory: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyEvaluation:
    """Of OPA, or of Sentinel in agents. Counts are of policies."""

    id: str
    status_word: str
    kind: str = ""
    passed: int = 0
    advisory_failed: int = 0
    mandatory_failed: int = 0
    errored: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStage:
    """`stage` is pre_plan, post_plan, pre_apply or post_apply; results and evaluations are there where the server sent them along."""

    id: str
    stage: str
    status_word: str
    is_overridable: bool = False
    may_override: bool = False
    results: tuple[TaskResult, ...] = ()
    evaluations: tuple[PolicyEvaluation, ...] = ()
    evaluation_ids: tuple[str, ...] = ()

    @property
    def waits_for_override(self) -> bool:
        """The run's own status does not tell this on every server, so the stage does."""
        return self.status_word == AWAITING_OVERRIDE


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyOutcome:
    """One policy of an evaluation: what became of it, and what it is about."""

    policy_set: str
    policy: str
    status_word: str
    enforcement: str = ""
    description: str = ""
    is_overridable: bool = False
