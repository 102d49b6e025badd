from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.contents import Effect, Unreadable, plan_contents
from bot.core.reviews import Part, Review
from bot.sandbox.terraform.plan_json import redacted
from bot.terraform import plan_documents
from bot.terraform.plan_documents import read_review

CANARY = "canary-7f3a"


def entry(number: int, actions: list[str], **facts: Any) -> dict[str, Any]:
    change = {
        "actions": actions,
        "before": {"a": 1, "key": CANARY},
        "after": {"a": 2},
        "before_sensitive": {"key": True},
        "after_sensitive": {},
    }
    return {"address": f"a.b[{number}]", "mode": "managed", "type": "a", "name": "b", "change": change, **facts}


def document(*entries: dict[str, Any], **facts: Any) -> dict[str, Any]:
    return {"format_version": "1.2", "terraform_version": "1.15.0", "resource_changes": [*entries], **facts}


def read(found: Any, folder: Path, **options: Any) -> Review:
    path = folder / "plan.json"
    path.write_text(found if isinstance(found, str) else json.dumps(found, **options), encoding="utf-8")
    return read_review(path, lambda: None)


COMPACT = {"separators": (",", ":")}


def test_everything_that_changes_is_found(tmp_path: Path) -> None:
    found = read(
        document(
            entry(1, ["delete"], module_address="module.m", deposed="d1", action_reason="delete_because_no_resource_config"),
            entry(2, ["no-op"]),
            entry(3, ["no-op"], previous_address="a.c"),
            entry(4, ["update"], change={"actions": ["update"], "importing": {"id": "x"}}),
            entry(5, ["no-op"], previous_address="a.b[5]"),
            resource_drift=[entry(6, ["update"])],
            action_invocations=[{"address": "action.x.y", "type": "x"}],
            output_changes={"url": {"actions": ["update"], "before": 1, "after": 2}, "same": {"actions": ["no-op"]}},
            complete=False,
            errored=True,
        ),
        tmp_path,
    )

    assert [(piece.part, piece.address) for piece in found.pieces] == [
        (Part.DESTROY, "a.b[1]"),
        (Part.UPDATE, "a.b[4]"),
        (Part.MOVE, "a.b[3]"),
        (Part.INVOKE, "action.x.y"),
        (Part.OUTPUT, "output.url"),
        (Part.DRIFT, "a.b[6]"),
    ]
    first, second, moved, *_ = found.pieces
    assert (first.module, first.deposed, first.reason) == ("module.m", "d1", "delete_because_no_resource_config")
    assert second.is_imported
    assert moved.moved_from == "a.c"
    assert (found.is_partial, found.has_errors) == (True, True)
    assert CANARY not in repr(found)
    assert found.pieces[4].lines == ("~ value: 1 → 2",)


def test_the_kind_that_hcp_terraform_redacts_is_read_and_its_hashes_are_hidden(tmp_path: Path) -> None:
    """Its key is another, and what is sensitive is a hash ("testdata" of Terraform's own client)."""
    secret = {"actions": ["create"], "before": None, "after": "8517896e" * 8, "before_sensitive": True, "after_sensitive": True}
    plan = {
        "plan_format_version": "1.1",
        "resource_drift": [],
        "resource_changes": [entry(1, ["create"])],
        "relevant_attributes": [],
        "output_changes": {"secret": secret},
        "provider_schemas": {"x": {"provider": {"version": 0}}},
        "provider_format_version": "1.0",
    }

    found = read(plan, tmp_path, **COMPACT)

    assert [piece.lines for piece in found.pieces if piece.part is Part.OUTPUT] == [("+ value: (sensitive value)",)]
    contents = plan_contents(plan)
    assert contents is not None
    assert [change.effect for change in contents.changes] == [Effect.CREATE]


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "[]",
        "{}",
        '{"format_version":"2.0"}',
        '{"format_version":1}',
        '{"format_version":"1.0","resource_changes":{}}',
        '{"format_version":"1.0","resource_changes":[1]}',
        '{"format_version":"1.0","resource_changes":[{"address":"a"}]}',
        '{"format_version":"1.0","resource_changes":[{"address":"a","change":{}}]}',
        '{"format_version":"1.0","resource_changes":[{"address":1,"change":{"actions":[]}}]}',
        '{"format_version":"1.0","resource_changes":[],"resource_changes":[]} x',
        '{"format_version":"1.0","checks":[],"checks":[],"resource_changes":[]',
        '{"format_version":"1.0","output_changes":[]}',
        '{"format_version":"1.0","action_invocations":{}}',
        '{"format_version":"1.0"' + ',"x":' + "[" * 100_000 + "}",
        '{"format_version":"1.0","resource_changes":[],"output_changes":{},"resource_changes":[]}',
    ],
)
def test_anything_else_is_refused(odd: str, tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        read(odd, tmp_path)


def test_too_many_changes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_documents, "MOST_CHANGES", 2)

    with pytest.raises(Unreadable):
        read(document(*(entry(number, ["update"]) for number in range(3))), tmp_path)


def test_what_is_missing_is_empty(tmp_path: Path) -> None:
    nothing: dict[str, Any] = {"resource_changes": None, "output_changes": None, "action_invocations": None, "deferred_changes": []}

    assert read({"format_version": "1.0"} | nothing, tmp_path) == Review()


TRAP = {"x": [{"address": "evil"}, {"address": "evil", "resource_changes": [{"address": "evil"}], "output_changes": {}}], "prior_state": 1}
"""Keys and entries as Terraform writes them, deep inside of values, where nothing may be cut."""


@pytest.mark.parametrize("spaces", [COMPACT, {"indent": 1}])
def test_a_large_plan_is_read_in_portions_wherever_they_may_be_cut(
    spaces: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_documents, "PORTION", 700)
    monkeypatch.setattr(plan_documents, "WINDOW", 1000)
    inner = {"x": [{"address": "evil"}] * 40}
    trapped = {"actions": ["update"], "before": inner, "after": inner}
    entries = [entry(number, ["update"]) if number % 20 else entry(number, [], change=trapped) for number in range(60)]
    plan = {"format_version": "1.2", "planned_values": {"a": TRAP}, **document(*entries), "prior_state": TRAP, "complete": True}

    found = read(plan, tmp_path, **spaces)

    assert [piece.address for piece in found.pieces] == [f"a.b[{number}]" for number in range(60)]
    assert not found.is_partial


def test_a_plan_full_of_traps_is_read_in_one_go(tmp_path: Path) -> None:
    traps = {str(number): TRAP for number in range(200)}

    found = read({"format_version": "1.2", "variables": traps, **document(entry(1, ["delete"]))}, tmp_path, **COMPACT)

    assert [piece.address for piece in found.pieces] == ["a.b[1]"]


KEYS = st.sampled_from(["resource_changes", "prior_state", "address", 'a"b', "\\"])
PLAIN = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5))
VALUES = st.recursive(PLAIN, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)), max_leaves=8)
OTHERS = sorted(set(plan_documents.NAMES) - {"resource_changes", "resource_drift", "output_changes"})
ACTIONS = st.sampled_from([["no-op"], ["create"], ["delete"], ["update"], ["delete", "create"]])


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(ACTIONS, VALUES), max_size=6), st.dictionaries(st.sampled_from(OTHERS), VALUES, max_size=4))
def test_it_finds_what_reading_all_at_once_finds(tmp_path: Path, rows: list[tuple[list[str], Any]], more: dict[str, Any]) -> None:
    entries = [
        {"address": f"a.b[{number}]", "type": "a", "change": {"actions": actions, "before": value}}
        for number, (actions, value) in enumerate(rows)
    ]
    plan = {"format_version": "1.2", **more, "resource_changes": entries, "zzz": more}

    found, contents = read(plan, tmp_path, **COMPACT), plan_contents(plan)

    assert contents is not None
    assert sorted(piece.address for piece in found.pieces) == [change.address for change in contents.changes]
    assert [json.loads(piece.change)["before"] for piece in sorted(found.pieces, key=lambda one: one.address)] == [
        value for actions, value in rows if actions != ["no-op"]
    ]


def test_the_sandbox_redacts_plans_that_are_read(tmp_path: Path) -> None:
    found = read(redacted(document(entry(1, ["delete"]))), tmp_path)

    assert found.pieces[0].lines == ("~ a: 1 → 2", "- key: (sensitive value)")
