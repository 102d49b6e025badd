"""How a run passes its optional stages: run tasks, policy evaluations and checks, the cost estimate, and the overrides they wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.terraform.statuses import is_appliable, seconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.clock import Clock
    from bot.sandbox.terraform.evaluations import CostEstimate, PolicyCheck, TaskStage
    from bot.sandbox.terraform.records import Run

DOLLARS_FOR_EACH = 12.5


class Judgements:
    """`move` and `end` change a run's status. Every judgement answers whether the run goes on."""

    def __init__(self, clock: Clock, move: Callable[[Run, str], None], end: Callable[[Run, str], None], passing_seconds: float) -> None:
        self._clock, self._move, self._end, self._passing_seconds = clock, move, end, passing_seconds

    async def pass_all_after_plan(self, run: Run) -> bool:
        """Post-plan tasks and policy evaluations, the cost estimate, the policy check, in the order of the platform."""
        if not await self.pass_stage(run, "post_plan"):
            return False
        if (cost := run.evaluations.cost_estimate) is not None:
            await self._estimate(run, cost)
        check = run.evaluations.policy_check
        return check is None or await self._check(run, check)

    async def pass_stage(self, run: Run, name: str, *, stops: bool = True) -> bool:
        """One task stage. After the apply nothing can stop the run any more (`stops` is false)."""
        stage = run.evaluations.stage(name)
        if stage is None:
            return True
        await self._clock.sleep(self._passing_seconds)
        self._move(run, f"{name}_running")
        _mark(stage.timestamps, "running", self._now())
        stage.status = "running"
        await self._clock.sleep(run.stages.seconds)
        self._hear_tasks(stage)
        has_failed = any(each.status == "failed" and each.enforcement == "mandatory" for each in stage.results)
        if has_failed or (self._evaluate(stage) and not await self._await_stage_override(run, stage)):
            stage.status = "failed"
            _mark(stage.timestamps, "failed", self._now())
            if stops:
                self._end(run, "errored")
                return False
        else:
            stage.status = "passed"
            _mark(stage.timestamps, "passed", self._now())
        self._move(run, f"{name}_completed")
        return True

    def _hear_tasks(self, stage: TaskStage) -> None:
        for result in stage.results:
            result.status = result.outcome
            result.message = "Nothing found" if result.outcome == "passed" else "2 findings of high severity"
            _mark(result.timestamps, result.status, self._now())

    def _evaluate(self, stage: TaskStage) -> bool:
        """Let the policies have their say: whether one of them stands in the way."""
        evaluation = stage.evaluation
        if evaluation is None:
            return False
        evaluation.status = "failed" if evaluation.outcome == "failed" else "passed"
        _mark(evaluation.timestamps, evaluation.status, self._now())
        return evaluation.outcome == "failed"

    async def _await_stage_override(self, run: Run, stage: TaskStage) -> bool:
        """Wait until somebody overrides the stage; False where nobody can because the run applies nothing."""
        if not is_appliable(run):
            return False
        stage.status = "awaiting_override"
        _mark(stage.timestamps, "awaiting-override", self._now())
        self._move(run, f"{stage.stage}_awaiting_decision")
        await run.overridden.wait()
        run.overridden.clear()
        self._move(run, f"{stage.stage}_running")
        await self._clock.sleep(self._passing_seconds)
        return True

    async def _estimate(self, run: Run, cost: CostEstimate) -> None:
        """An estimate that fails does not stop the run."""
        await self._clock.sleep(self._passing_seconds)
        self._move(run, "cost_estimating")
        if cost.status == "pending":
            cost.status = "queued"
            await self._clock.sleep(run.stages.seconds)
            added, taken = run.plan.additions or 0, run.plan.destructions or 0
            cost.resources = added + (run.plan.changes or 0)
            cost.prior = DOLLARS_FOR_EACH * taken
            cost.proposed = DOLLARS_FOR_EACH * added
            cost.status = cost.outcome
        _mark(cost.timestamps, cost.status, self._now())
        self._move(run, "cost_estimated")

    async def _check(self, run: Run, check: PolicyCheck) -> bool:
        await self._clock.sleep(self._passing_seconds)
        self._move(run, "policy_checking")
        check.status = "queued"
        _mark(check.timestamps, "queued", self._now())
        await self._clock.sleep(run.stages.seconds)
        check.status = check.outcome if check.outcome in ("soft_failed", "hard_failed") else "passed"
        _mark(check.timestamps, check.status, self._now())
        if check.status == "hard_failed":
            self._end(run, "errored")
            return False
        if check.status == "soft_failed":
            if not is_appliable(run):
                self._end(run, "policy_soft_failed")
                return False
            self._move(run, "policy_override")
            await run.overridden.wait()
            run.overridden.clear()
        self._move(run, "policy_checked")
        return True

    def _now(self) -> str:
        return seconds(self._clock.now())


def _mark(timestamps: dict[str, str], status: str, moment: str) -> None:
    timestamps[f"{status.replace('_', '-')}-at"] = moment
