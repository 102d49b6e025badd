"""Read in portions, a plan is to rules what it is when all of it is read at once: the same changes, and the same digest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.contents import PlanContents, plan_contents
from bot.terraform import plan_contents as subject
from bot.terraform import plan_documents
from bot.terraform.plan_contents import read_contents

PLAIN = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=5))
KEYS = st.sampled_from(["resource_changes", "prior_state", "address", 'a"b', "\\", "ü"])
VALUES = st.recursive(PLAIN, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)), max_leaves=8)
ACTIONS = st.sampled_from([["no-op"], ["create"], ["delete"], ["update"], ["delete", "create"], ["dance"]])
NAMES = st.sampled_from(sorted({*plan_documents.NAMES, "zzz", "action_invocations"} - {"resource_changes", "resource_drift"}))


def read(document: Any, folder: Path, **options: Any) -> PlanContents | None:
    path = folder / "plan.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document, **options), encoding="utf-8")
    return read_contents(path, lambda: None)


def entry(number: int, actions: list[str], value: Any = None) -> dict[str, Any]:
    return {"address": f"a.b[{number}]", "type": "a", "change": {"actions": actions, "before": value}}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(ACTIONS, VALUES), max_size=6),
    more=st.dictionaries(NAMES, VALUES, max_size=4),
    spaces=st.sampled_from([{"separators": (",", ":")}, {"indent": 1}]),
    small=st.sampled_from([10, 70, 10**6]),
)
def test_it_is_the_same_as_reading_all_at_once(
    tmp_path: Path, rows: list[tuple[list[str], Any]], more: dict[str, Any], spaces: dict[str, Any], small: int
) -> None:
    plan = {"format_version": "1.2", **more, "resource_changes": [entry(number, *row) for number, row in enumerate(rows)]}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subject, "SMALL", small)
        patch.setattr(subject, "PAUSE_EVERY", small)
        patch.setattr(plan_documents, "PORTION", small)
        found = read(plan, tmp_path, **spaces)

    assert found == plan_contents(plan)


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "[]",
        "{}",
        '{"format_version":"2.0"}',
        '{"format_version":"1.0","resource_changes":{}}',
        '{"format_version":"1.0","resource_changes":[1]}',
        '{"format_version":"1.0","resource_changes":[{"address":"a","type":"a"}]}',
        '{"format_version":"1.0","resource_changes":[{"address":"a\\n","type":"a","change":{"actions":["create"]}}]}',
        '{"format_version":"1.0","action_invocations":[1]}',
        '{"format_version":"1.0","action_invocations":3}',
        '{"format_version":"1.0","x":NaN}',
        '{"format_version":"1.0","x":' + "[" * 100_000 + "}",
    ],
)
def test_anything_else_is_none(odd: str, tmp_path: Path) -> None:
    assert read(odd, tmp_path) is None


def test_what_is_not_there_is_empty(tmp_path: Path) -> None:
    for plan in ({"format_version": "1.2"}, {"plan_format_version": "1.1", "resource_changes": None, "action_invocations": None}):
        found = read(plan, tmp_path)

        assert found is not None
        assert found.changes == ()


def test_too_many_changes_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "MOST_CHANGES", 2)
    entries = [entry(number, ["create"]) for number in range(3)]
    invocations = [{"address": "action.x", "type": "x"}]

    assert read({"format_version": "1.2", "resource_changes": entries}, tmp_path) is None
    assert read({"format_version": "1.2", "resource_changes": entries[:2], "action_invocations": invocations}, tmp_path) is None
    assert read({"format_version": "1.2", "resource_changes": entries[:1], "action_invocations": invocations}, tmp_path) is not None
