from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.core.plans import PlanFacts, weak_digest
from tests.core.making import NOON, ago

PLAN = PlanFacts(plan_id="plan-1", status_word="finished", additions=3, changes=1, destructions=0, has_changes=True, finished_at=NOON)


def test_a_plan_is_finished_when_its_status_says_so() -> None:
    assert PLAN.is_finished
    assert not replace(PLAN, status_word="running").is_finished


@pytest.mark.parametrize("missing", [{"additions": None}, {"changes": None}, {"destructions": None}])
def test_counts_are_there_when_all_three_are(missing: dict[str, Any]) -> None:
    assert PLAN.has_counts
    assert not replace(PLAN, **missing).has_counts


@pytest.mark.parametrize(
    "facts, only",
    [
        ({"additions": 0, "changes": 0}, True),
        ({"additions": 0, "changes": 0, "imports": 0}, True),
        ({"additions": 0, "changes": 0, "imports": 2}, False),
        ({"additions": 0, "changes": 0, "has_changes": False}, False),
        ({"additions": 0, "changes": 0, "has_changes": None}, False),
        ({"additions": None, "changes": 0}, False),
        ({}, False),
    ],
)
def test_a_plan_without_counts_but_with_changes_changes_only_outputs(facts: dict[str, Any], only: bool) -> None:  # noqa: FBT001 - a table
    assert replace(PLAN, **facts).only_outputs is only


@pytest.mark.parametrize(
    "other",
    [
        {"plan_id": "plan-2"},
        {"additions": 4},
        {"changes": None},
        {"destructions": 1},
        {"imports": 0},
        {"finished_at": ago(seconds=1)},
        {"finished_at": None},
    ],
)
def test_a_weak_digest_tells_plans_apart(other: dict[str, Any]) -> None:
    assert weak_digest("run-1", replace(PLAN, **other)) != weak_digest("run-1", PLAN)


def test_a_weak_digest_is_of_the_plan_in_its_run_and_says_that_it_is_weak() -> None:
    assert weak_digest("run-1", PLAN) == weak_digest("run-1", replace(PLAN))
    assert weak_digest("run-1", PLAN) != weak_digest("run-2", PLAN)
    assert weak_digest("run-1", PLAN).startswith("weak:")
