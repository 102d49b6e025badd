"""Policy checks, task stages, cost estimates: read and, where they wait for it, overridden."""

from __future__ import annotations

from bot.core.costs import CostEstimate
from bot.core.policies import PolicyCheck, PolicyOutcome, TaskStage
from bot.terraform.bodies import Memory
from bot.terraform.evaluation_documents import (
    decode_check,
    decode_checks,
    decode_cost,
    decode_outcomes,
    decode_stage,
    decode_stages,
)
from bot.terraform.exchanges import Exchanges
from bot.terraform.lists import Lists
from bot.terraform.outbound import Outbound
from bot.terraform.paths import encodable, path_of
from bot.terraform.plan_texts import poured

LONGEST_OUTPUT = 1024 * 1024


class PoliciesClient:
    """NotVisible where the server has none of what is asked for, as where the token may not see it: the two cannot be told apart."""

    def __init__(self, exchanges: Exchanges, lists: Lists, outbound: Outbound) -> None:
        self._exchanges, self._lists, self._outbound = exchanges, lists, outbound

    async def checks(self, run_id: str) -> tuple[PolicyCheck, ...]:
        what = f"The policy checks of run {run_id}"
        return decode_checks(await self._exchanges.read(path_of(what, "runs", run_id, "policy-checks"), what))

    async def output(self, check_id: str) -> str:
        """What the policies printed, "" while they have not; cut at 1 MB."""
        what = f"The output of policy check {check_id}"
        memory = Memory(what, LONGEST_OUTPUT, cuts=True)
        path = path_of(what, "policy-checks", check_id, "output")
        await poured(self._exchanges, self._outbound, path, what, memory, self._exchanges.deadline())
        return memory.content.decode(errors="replace")

    async def stages(self, run_id: str) -> tuple[TaskStage, ...]:
        """With results and evaluations where the server sends them along; `stage` reads one with them."""
        what = f"The task stages of run {run_id}"
        path = path_of(what, "runs", run_id, "task-stages")
        return decode_stages(await self._lists.read_with(("task_results,policy_evaluations", "task_results"), path, what))

    async def stage(self, stage_id: str) -> TaskStage:
        what = f"Task stage {stage_id}"
        path = path_of(what, "task-stages", stage_id)
        return decode_stage(await self._lists.read_with(("task_results,policy_evaluations", "task_results"), path, what))

    async def outcomes(self, evaluation_id: str) -> tuple[PolicyOutcome, ...]:
        what = f"Policy evaluation {evaluation_id}"
        path = path_of(what, "policy-evaluations", evaluation_id, "policy-set-outcomes")
        return decode_outcomes(await self._exchanges.read(path, what))

    async def override_check(self, check_id: str, comment: str) -> PolicyCheck:
        """Once: never sent again where it may have been received. StateMovedOn where it does not wait for it. The run is not confirmed."""
        what = f"Policy check {check_id}"
        path = path_of(what, "policy-checks", check_id, "actions", "override")
        return decode_check(await self._exchanges.write(path, what, {"comment": encodable(comment)}))

    async def override_stage(self, stage_id: str, comment: str) -> TaskStage:
        """As `override_check`; not every server keeps the comment."""
        what = f"Task stage {stage_id}"
        path = path_of(what, "task-stages", stage_id, "actions", "override")
        return decode_stage(await self._exchanges.write(path, what, {"comment": encodable(comment)}))

    async def cost(self, estimate_id: str) -> CostEstimate:
        what = f"Cost estimate {estimate_id}"
        return decode_cost(await self._exchanges.read(path_of(what, "cost-estimates", estimate_id), what))
