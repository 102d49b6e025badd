"""Faults: matched by glob, counted, cleared."""

from __future__ import annotations

import pytest

from bot.sandbox.faults import Faults

APPLY = "POST /api/v2/runs/*/actions/apply"


def test_a_fault_strikes_what_it_matches_as_often_as_it_says() -> None:
    faults = Faults()
    fault = faults.add({"side": "terraform", "match": APPLY, "kind": "lost", "times": 2})
    assert faults.take("terraform", "GET /api/v2/runs/run-1") is None
    assert faults.take("slack", "POST /api/v2/runs/run-1/actions/apply") is None
    struck = [faults.take("terraform", "POST /api/v2/runs/run-1/actions/apply") for _ in range(3)]
    assert struck == [fault, fault, None]
    assert faults.in_force() == []


def test_a_fault_without_a_number_stays_until_it_is_cleared() -> None:
    faults = Faults()
    first = faults.add({"match": "chat.*", "kind": "down"}, side="slack")
    second = faults.add({"match": "*", "kind": "slow", "seconds": 2}, side="slack")
    assert [faults.take("slack", "chat.postMessage") for _ in range(3)] == [first] * 3
    assert faults.clear(fault_id=first.id) == 1
    assert faults.take("slack", "chat.postMessage") == second
    assert second.as_dict()["seconds"] == 2.0


def test_one_side_is_cleared_without_the_other() -> None:
    faults = Faults()
    faults.add({"side": "slack", "match": "*", "kind": "cut"})
    faults.add({"side": "terraform", "match": "*", "kind": "cut"})
    assert faults.clear(side="slack") == 1
    assert [fault.side for fault in faults.in_force()] == ["terraform"]
    assert faults.in_force("slack") == []


def test_a_status_has_a_default_for_its_kind() -> None:
    faults = Faults()
    statuses = [faults.add({"side": "terraform", "match": "*", "kind": kind}).status for kind in ("refused", "status")]
    assert statuses == [409, 500]


@pytest.mark.parametrize(
    "wanted",
    [
        {"match": "*", "kind": "lost"},
        {"side": "moon", "match": "*", "kind": "lost"},
        {"side": "slack", "match": "*", "kind": "odd"},
        {"side": "slack", "match": "", "kind": "lost"},
        {"side": "slack", "kind": "lost"},
        {"side": "slack", "match": "*", "kind": "lost", "times": True},
        {"side": "slack", "match": "*", "kind": "lost", "times": -1},
        {"side": "slack", "match": "*", "kind": "status", "status": 200},
        {"side": "slack", "match": "*", "kind": "slow", "seconds": "2"},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(wanted: dict[str, object]) -> None:
    faults = Faults()
    with pytest.raises(ValueError, match="must be"):
        faults.add(wanted)
    assert faults.in_force() == []
