"""What is evaluated beside a run's plan and apply, as plain records: task stages, policy evaluations and checks, cost estimates."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

WAITING = ("pending", "queued", "running", "awaiting_override")


@dataclass(slots=True)
class TaskResult:
    """What a run task said. `outcome` is what it will say once it has run."""

    id: str
    stage_id: str
    stage: str
    task_id: str
    task_name: str
    enforcement: str
    outcome: str
    status: str = "pending"
    message: str | None = None
    timestamps: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class SetOutcome:
    """One policy set's outcome: `policies` are name, enforcement level and status."""

    id: str
    evaluation_id: str
    set_name: str
    policies: list[tuple[str, str, str]]


@dataclass(slots=True)
class PolicyEvaluation:
    id: str
    stage_id: str
    outcome: str
    status: str = "pending"
    outcomes: list[SetOutcome] = field(default_factory=list)
    timestamps: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class TaskStage:
    id: str
    run_id: str
    stage: str
    status: str = "pending"
    results: list[TaskResult] = field(default_factory=list)
    evaluation: PolicyEvaluation | None = None
    timestamps: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class PolicyCheck:
    """A check in the manner of Sentinel. A `soft_failed` one can be overridden."""

    id: str
    run_id: str
    outcome: str
    status: str = "pending"
    timestamps: dict[str, str] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        return self.status not in ("pending", "queued", "canceled", "unreachable")


@dataclass(slots=True)
class CostEstimate:
    """Dollars a month, known once it is `finished`."""

    id: str
    run_id: str
    outcome: str
    status: str = "pending"
    resources: int = 0
    prior: float = 0.0
    proposed: float = 0.0
    timestamps: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Evaluations:
    """All that one run is evaluated by."""

    stages: list[TaskStage] = field(default_factory=list)
    cost_estimate: CostEstimate | None = None
    policy_check: PolicyCheck | None = None

    def stage(self, name: str) -> TaskStage | None:
        return next((each for each in self.stages if each.stage == name), None)

    def give_up(self, status: str) -> None:
        """The run is over: what still waited or ran is `canceled` or `unreachable`."""
        for each in self._all():
            if each.status in WAITING:
                each.status = status

    def _all(self) -> Iterator[TaskStage | TaskResult | PolicyEvaluation | CostEstimate | PolicyCheck]:
        for stage in self.stages:
            yield stage
            yield from stage.results
            if stage.evaluation is not None:
                yield stage.evaluation
        yield from (each for each in (self.cost_estimate, self.policy_check) if each is not None)
