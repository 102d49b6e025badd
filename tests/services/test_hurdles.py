"""What a run waits at, by checks and stages, where the server shows them, hides them, or does not answer."""

from __future__ import annotations

import pytest

from bot.core.errors import NotVisible, TerraformUnreachable
from bot.core.findings import Finding
from bot.core.policies import AWAITING_OVERRIDE, SOFT_FAILED, PolicyCheck, TaskResult, TaskStage
from bot.core.runs import NO_HURDLE, Hurdle, HurdleKind, Run
from bot.services.hurdles import Hurdles
from tests.fakes.terraform import FakePolicies

CHECK = PolicyCheck(id="polchk-1", status_word=SOFT_FAILED, soft_failed=1, is_overridable=True, may_override=True)
STAGE = TaskStage(id="ts-1", stage="post_plan", status_word=AWAITING_OVERRIDE, is_overridable=True)
OF_CHECK = Hurdle(id="polchk-1", kind=HurdleKind.CHECK, is_overridable=True, may_override=True)
OF_STAGE = Hurdle(id="ts-1", kind=HurdleKind.STAGE, is_overridable=True)


def run(status: str) -> Run:
    return Run(id="run-1", workspace_id="ws-1", status_word=status)


def policies() -> FakePolicies:
    found = FakePolicies()
    found.of_run["run-1"], found.stages_of["run-1"] = (CHECK,), (STAGE,)
    return found


@pytest.mark.parametrize(
    "status, hurdle",
    [
        ("policy_override", OF_CHECK),
        ("post_plan_awaiting_decision", OF_STAGE),
        ("pre_plan_awaiting_decision", OF_STAGE),
        ("pre_apply_awaiting_decision", OF_STAGE),
        ("tf_policy_override", Hurdle(id="tf_policy_override")),
        ("planned", None),
        ("post_plan_running", None),
    ],
)
async def test_it_is_read_where_the_status_says_that_there_is_one(status: str, hurdle: Hurdle | None) -> None:
    assert (await Hurdles(policies()).told(run(status))).hurdle == hurdle


async def test_a_stage_that_came_along_tells_it_whatever_the_status_says() -> None:
    """Some servers go on saying `post_plan_running`."""
    hurdles = Hurdles(FakePolicies())
    assert (await hurdles.told(run("post_plan_running"), [STAGE])).hurdle == OF_STAGE
    assert (await hurdles.told(run("discarded"), [STAGE])).hurdle is None


async def test_where_nothing_waits_any_more_that_is_known() -> None:
    found = FakePolicies()
    found.of_run["run-1"], found.stages_of["run-1"] = (), ()
    for status in ("policy_override", "post_plan_awaiting_decision"):
        assert (await Hurdles(found).told(run(status))).hurdle == NO_HURDLE


async def test_what_the_server_hides_is_overridden_on_its_own_page_and_what_it_does_not_answer_stays_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hidden = await Hurdles(FakePolicies()).told(run("policy_override"))
    assert (hidden.hurdle, hidden.gate) == (Hurdle(id="policy_override"), "override:policy_override")
    assert await Hurdles(FakePolicies()).findings(hidden) == ()

    async def silent(_run_id: str) -> tuple[PolicyCheck, ...]:
        raise TerraformUnreachable("terraform.test")

    found = policies()
    monkeypatch.setattr(found, "checks", silent)
    assert (await Hurdles(found).told(run("policy_override"))).lacks_hurdle


async def test_findings_are_told_as_far_as_they_can_be_read() -> None:
    found = policies()
    hurdles, waits = Hurdles(found), await Hurdles(found).told(run("policy_override"))
    assert await hurdles.findings(waits) == (Finding(subject="1 policy", enforcement="soft-mandatory", is_named=False),)
    found.of_run["run-1"] = ()
    assert await hurdles.findings(waits) == ()
    del found.of_run["run-1"]
    assert await hurdles.findings(waits) == ()
    assert await hurdles.findings(run("planned")) == ()


async def test_a_task_that_failed_is_a_finding_of_its_stage() -> None:
    found = policies()
    task = TaskResult(id="taskrs-1", status_word="failed", name="scan", message="2 findings", is_mandatory=True)
    found.stages_of["run-1"] = (TaskStage(id="ts-1", stage="post_plan", status_word=AWAITING_OVERRIDE, results=(task,)),)
    waits = await Hurdles(found).told(run("post_plan_awaiting_decision"))
    assert await Hurdles(found).findings(waits) == (Finding(subject="scan", enforcement="mandatory", said="2 findings"),)
    found.stages_of.clear()
    with pytest.raises(NotVisible):
        await found.stage("ts-1")
    assert await Hurdles(found).findings(waits) == ()
