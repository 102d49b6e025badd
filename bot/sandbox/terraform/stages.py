"""Which optional stages the runs of a workspace pass and how each comes out; the evaluations that a new run gets from that."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Literal

from bot.sandbox.terraform.evaluations import CostEstimate, Evaluations, PolicyCheck, PolicyEvaluation, SetOutcome, TaskResult, TaskStage
from bot.sandbox.terraform.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TaskOutcome = Literal["passed", "advisory_failed", "failed"]
CheckOutcome = Literal["passed", "advisory_failed", "soft_failed", "hard_failed"]
CostOutcome = Literal["finished", "errored"]
StageName = Literal["pre_plan", "post_plan", "pre_apply", "post_apply"]
STAGES: tuple[StageName, ...] = ("pre_plan", "post_plan", "pre_apply", "post_apply")
TASK_OUTCOMES = ("passed", "advisory_failed", "failed")
OUTCOMES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys((*STAGES, "policy_evaluation"), TASK_OUTCOMES),
    "cost_estimate": ("finished", "errored"),
    "policy_check": ("passed", "advisory_failed", "soft_failed", "hard_failed"),
}
LONGEST_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Stages:
    """What runs go through beside plan and apply; None leaves a stage out.

    A task that is `failed` is mandatory and ends the run, an `advisory_failed` one does not. A `failed` policy evaluation and a
    `soft_failed` policy check wait for an override; a `hard_failed` check ends the run. `seconds` is how long each stage takes.
    """

    fetching: bool = False
    pre_plan: TaskOutcome | None = None
    post_plan: TaskOutcome | None = None
    policy_evaluation: TaskOutcome | None = None
    cost_estimate: CostOutcome | None = None
    policy_check: CheckOutcome | None = None
    pre_apply: TaskOutcome | None = None
    post_apply: TaskOutcome | None = None
    seconds: float = 0.5

    def changed(self, wanted: Mapping[str, Any]) -> Stages:
        """These stages with what the mapping says; ValueError where it says something that stages cannot."""
        known = {field.name for field in fields(self)}
        for name, value in wanted.items():
            if name not in known:
                raise ValueError(f"stages are {', '.join(sorted(known))}")
            if name == "fetching" and not isinstance(value, bool):
                raise ValueError("fetching must be true or false")
            if name == "seconds" and not _is_duration(value):
                raise ValueError(f"seconds must be a number from 0 to {LONGEST_SECONDS:g}")
            if name in OUTCOMES and value is not None and value not in OUTCOMES[name]:
                raise ValueError(f"{name} must be null or one of {', '.join(OUTCOMES[name])}")
        return replace(self, **wanted)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def evaluations(self, run_id: str, *, targeted: bool) -> Evaluations:
        """The evaluations of one new run, all of them still pending. Costs are not estimated where the run has targets."""
        cost = None if self.cost_estimate is None else CostEstimate(new_id("ce"), run_id, self.cost_estimate)
        if cost is not None and targeted:
            cost.status = cost.outcome = "skipped_due_to_targeting"
        check = None if self.policy_check is None else PolicyCheck(new_id("polchk"), run_id, self.policy_check)
        return Evaluations(list(self._task_stages(run_id)), cost, check)

    def _task_stages(self, run_id: str) -> Iterator[TaskStage]:
        for name in STAGES:
            outcome: TaskOutcome | None = getattr(self, name)
            judged = self.policy_evaluation if name == "post_plan" else None
            if outcome is None and judged is None:
                continue
            stage = TaskStage(new_id("ts"), run_id, name)
            if outcome is not None:
                stage.results.append(_task_result(stage, outcome))
            if judged is not None:
                stage.evaluation = _policy_evaluation(stage, judged)
            yield stage


NO_STAGES = Stages()


def _task_result(stage: TaskStage, outcome: TaskOutcome) -> TaskResult:
    return TaskResult(
        id=new_id("taskrs"),
        stage_id=stage.id,
        stage=stage.stage,
        task_id=new_id("task"),
        task_name=f"{stage.stage.replace('_', '-')}-scan",
        enforcement="mandatory" if outcome == "failed" else "advisory",
        outcome="passed" if outcome == "passed" else "failed",
    )


def _policy_evaluation(stage: TaskStage, outcome: TaskOutcome) -> PolicyEvaluation:
    evaluation = PolicyEvaluation(new_id("poleval"), stage.id, outcome)
    level = "mandatory" if outcome == "failed" else "advisory"
    policies = [("tags-are-set", "mandatory", "passed"), ("no-public-buckets", level, "passed" if outcome == "passed" else "failed")]
    evaluation.outcomes.append(SetOutcome(new_id("psout"), evaluation.id, "house-rules", policies))
    return evaluation


def _is_duration(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LONGEST_SECONDS
