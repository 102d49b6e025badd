from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from bot.core.costs import CostEstimate
from bot.core.details import Check, Details, Failure, Said, Source, checks_of, cost_of, decode_details, encode_details, mark_of
from bot.core.policies import PolicyCheck, PolicyEvaluation, TaskResult, TaskStage
from bot.core.runs import Run

AT = datetime(2026, 3, 1, tzinfo=UTC)


def run(status: str, *reached: str) -> Run:
    return Run(id="run-1", workspace_id="ws-1", status_word=status, timestamps=dict.fromkeys(reached, AT))


@pytest.mark.parametrize(
    "shown, mark",
    [
        (run("planning", "planning"), ""),
        (run("cost_estimated", "planned", "cost-estimated"), "cost-estimated"),
        (run("policy_override", "cost-estimated", "policy-override"), "cost-estimated policy-override policy_override"),
        (run("errored"), "errored"),
        (run("odd_and_new", "odd-and-new"), ""),
    ],
)
def test_a_mark_names_the_stages_that_bring_something(shown: Run, mark: str) -> None:
    assert mark_of(shown) == mark


def test_only_a_finished_estimate_tells_a_cost() -> None:
    assert cost_of(None) is None
    assert cost_of(CostEstimate(id="ce-1", status_word="queued", delta=Decimal(3))) is None
    assert cost_of(CostEstimate(id="ce-1", status_word="finished", delta=Decimal(3))) == Decimal(3)


def policy(**counts: Any) -> PolicyCheck:
    return PolicyCheck(id="polchk-1", status_word="done", **counts)


@pytest.mark.parametrize(
    "check, said, number, failed",
    [
        (policy(passed=3), Said.PASSED, 3, 0),
        (policy(passed=1, advisory_failed=1), Said.ADVISED, 2, 1),
        (policy(passed=1, soft_failed=1, advisory_failed=1), Said.FAILED, 3, 2),
        (policy(passed=0, hard_failed=2), Said.FAILED, 2, 2),
    ],
)
def test_a_check_is_told_by_its_worst_policy(check: PolicyCheck, said: Said, number: int, failed: int) -> None:
    assert checks_of([check], []) == (Check(source=Source.POLICIES, said=said, word="done", number=number, failed=failed),)


def test_a_check_that_is_not_done_is_not_told() -> None:
    assert checks_of([policy()], [TaskStage(id="ts-1", stage="post_plan", status_word="running")]) == ()


def test_what_stops_a_run_is_told_first() -> None:
    results = [
        TaskResult(id="1", status_word="passed", name="scan"),
        TaskResult(id="2", status_word="running", name="slow"),
        TaskResult(id="3", status_word="failed", name="advice"),
        TaskResult(id="4", status_word="failed", name="gate", message="No.", is_mandatory=True),
        TaskResult(id="5", status_word="odd", name="new"),
    ]
    evaluations = (PolicyEvaluation(id="poleval-1", status_word="passed", passed=2),)
    stage = TaskStage(id="ts-1", stage="post_plan", status_word="failed", results=tuple(results), evaluations=evaluations)
    found = checks_of([], [stage])
    assert [(one.name, one.said) for one in found] == [
        ("gate", Said.FAILED),
        ("advice", Said.ADVISED),
        ("new", Said.OTHER),
        ("", Said.PASSED),
        ("scan", Said.PASSED),
    ]


def test_details_are_read_as_they_were_written() -> None:
    check, failure = Check(source=Source.TASK, said=Said.FAILED, name="scan"), Failure(summary="No", file="main.tf", line=3)
    for details in (Details(mark="m"), Details(mark="m", cost=Decimal("1.20"), checks=(check,), failures=(failure,))):
        assert decode_details("m", encode_details(details)) == details


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"cost": "many", "checks": [], "failures": []}', '{"cost": null, "checks": [1], "failures": []}']
)
def test_what_this_release_cannot_read_is_nothing(text: str) -> None:
    assert decode_details("m", text) is None
