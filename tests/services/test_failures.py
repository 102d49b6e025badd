"""Which policies of a run failed, by checks and by stages, and when that is not known."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.errors import TerraformUnreachable
from bot.core.policies import PolicyCheck, PolicyEvaluation, TaskStage
from bot.services.failures import failed_policies
from tests.fakes.terraform import FakePolicies


def check(status: str = "passed", **counts: int) -> PolicyCheck:
    return PolicyCheck(id="polchk-1", status_word=status, **counts)  # type: ignore[arg-type]  # counts are all that is given


def stage(*evaluations: PolicyEvaluation, ids: tuple[str, ...] | None = None) -> TaskStage:
    known = tuple(one.id for one in evaluations) if ids is None else ids
    return TaskStage(id="ts-1", stage="post_plan", status_word="passed", evaluations=evaluations, evaluation_ids=known)


def evaluation(status: str = "passed", **counts: int) -> PolicyEvaluation:
    return PolicyEvaluation(id="poleval-1", status_word=status, **counts)  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize(
    "checks, stages, failed",
    [
        ((), (), ()),
        ((check(passed=3),), (), ()),
        ((check("soft_failed"),), (), ("polchk-1",)),
        ((check("overridden"),), (), ("polchk-1",)),
        ((check(advisory_failed=1),), (), ("polchk-1",)),
        ((check("queued"),), (), None),
        ((check("errored"),), (), None),
        ((), (stage(),), ()),
        ((), (stage(evaluation(passed=2)),), ()),
        ((), (stage(evaluation("failed")),), ("poleval-1",)),
        ((), (stage(evaluation(advisory_failed=1)),), ("poleval-1",)),
        ((), (stage(evaluation(errored=1)),), ("poleval-1",)),
        ((), (stage(evaluation("running")),), None),
        ((), (stage(ids=("poleval-1",)),), None),
        ((check("hard_failed"),), (stage(evaluation(mandatory_failed=1)),), ("polchk-1", "poleval-1")),
        (None, (stage(evaluation("failed")),), ("poleval-1",)),
        ((check("soft_failed"),), None, ("polchk-1",)),
        (None, None, None),
    ],
)
async def test_what_failed_is_told_and_what_is_not_known_is_none(checks: Any, stages: Any, failed: tuple[str, ...] | None) -> None:
    policies = FakePolicies()
    if checks is not None:
        policies.of_run["run-1"] = checks
    if stages is not None:
        policies.stages_of["run-1"] = stages
    assert await failed_policies(policies, "run-1") == failed


async def test_where_the_server_does_not_answer_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    async def down(_: str) -> tuple[PolicyCheck, ...]:
        raise TerraformUnreachable("terraform.test")

    policies = FakePolicies()
    policies.stages_of["run-1"] = ()
    monkeypatch.setattr(policies, "checks", down)
    assert await failed_policies(policies, "run-1") is None
