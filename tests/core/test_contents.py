"""Plans as `terraform show -json` writes them: what changes, what counts as what, and what is no plan at all."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import contents
from bot.core.contents import Effect, ResourceChange, believed, plan_contents, strong_digest
from bot.core.plans import PlanFacts


def entry(*actions: str, address: str = "aws_vm.web", **more: Any) -> dict[str, Any]:
    return {"address": address, "type": "aws_vm", "change": {"actions": list(actions), **more}}


def document(*entries: Any, **more: Any) -> dict[str, Any]:
    return {"format_version": "1.2", "resource_changes": list(entries), **more}


@pytest.mark.parametrize(
    "actions, effect",
    [
        (["no-op"], None),
        (["read"], None),
        (["create"], Effect.CREATE),
        (["update"], Effect.UPDATE),
        (["delete"], Effect.DESTROY),
        (["delete", "create"], Effect.REPLACE),
        (["create", "delete"], Effect.REPLACE),
        (["forget"], Effect.FORGET),
        (["create", "forget"], Effect.REPLACE),
        (["transmute"], Effect.UNKNOWN),
        ([], Effect.UNKNOWN),
    ],
)
def test_actions_become_effects(actions: list[str], effect: Effect | None) -> None:
    found = plan_contents(document(entry(*actions)))
    assert found is not None
    assert [change.effect for change in found.changes] == ([] if effect is None else [effect])


def test_what_a_newer_terraform_does_counts_as_the_worst() -> None:
    assert Effect.UNKNOWN in contents.DESTROYS & contents.REPLACES


def test_importing_is_a_change_and_reading_is_none() -> None:
    found = plan_contents(document(entry("no-op", importing={"id": "i-1"}), entry("update", address="aws_vm.b", importing={"id": "i-2"})))
    assert found is not None
    assert [change.effect for change in found.changes] == [Effect.UPDATE, Effect.IMPORT]


def test_changes_are_told_by_address_with_their_types() -> None:
    found = plan_contents(
        document(
            entry("delete", address="b.x"),
            entry("create", address="a.x"),
            action_invocations=[{"address": "action.aws_lambda_invoke.warm", "type": "aws_lambda_invoke"}],
        )
    )
    assert found is not None
    assert found.changes == (
        ResourceChange("a.x", "aws_vm", Effect.CREATE),
        ResourceChange("action.aws_lambda_invoke.warm", "aws_lambda_invoke", Effect.INVOKE),
        ResourceChange("b.x", "aws_vm", Effect.DESTROY),
    )
    assert found.with_effect(Effect.DESTROY, Effect.REPLACE) == (ResourceChange("b.x", "aws_vm", Effect.DESTROY),)


def test_a_plan_without_changes_is_read() -> None:
    found = plan_contents({"format_version": "0.2"})
    assert found is not None
    assert found.changes == ()


@pytest.mark.parametrize(
    "version, is_known", [("0.1", True), ("1", True), ("1.9", True), ("1.10.2", True), ("10.1", False), ("2.1.1", False), ("", False)]
)
def test_a_plan_is_known_by_the_first_number_of_its_format(version: str, is_known: bool) -> None:  # noqa: FBT001 - a table
    for key in ("format_version", "plan_format_version"):
        assert (plan_contents({key: version}) is not None) is is_known


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        {},
        {"format_version": "2.0"},
        {"format_version": 3},
        document() | {"resource_changes": {}},
        document(1),
        document({}),
        document({"address": "a", "type": "b", "change": 1}),
        document({"address": "a", "type": "b", "change": {"actions": "create"}}),
        document({"type": "b", "change": {"actions": ["create"]}}),
        document({"address": "a", "change": {"actions": ["create"]}}),
        document(entry("create", address="a\nb")),
        document(action_invocations=[{"address": "a", "type": "b\nc"}]),
    ],
)
def test_what_is_no_plan_is_not_taken_for_one(wrong: object) -> None:
    assert plan_contents(wrong) is None


@pytest.mark.parametrize(
    "counts, is_believed",
    [
        ({}, True),
        ({"additions": 2, "changes": 1, "destructions": 2}, True),
        ({"additions": 0, "changes": 0, "destructions": 0}, True),
        ({"additions": 3}, False),
        ({"changes": 2}, False),
        ({"destructions": 3}, False),
    ],
)
def test_contents_that_show_less_than_the_server_counts_are_not_believed(
    counts: dict[str, int],
    is_believed: bool,  # noqa: FBT001 - a table
) -> None:
    found = plan_contents(document(entry("create"), entry("update"), entry("delete"), entry("delete", "create")))
    facts = PlanFacts(plan_id="plan-1", status_word="finished", **counts)  # type: ignore[arg-type]  # counts are all that is given
    assert believed(found, facts) == (found if is_believed else None)
    assert believed(found, None) == found
    assert believed(None, facts) is None


@pytest.mark.parametrize("name", ["additions", "changes", "destructions"])
def test_what_nobody_understands_may_be_any_of_what_the_server_counts(name: str) -> None:
    found = plan_contents(document(entry("create"), entry("update"), entry("delete"), entry("transmute")))
    for count, is_believed in ((2, True), (3, False)):
        counts: dict[str, Any] = {name: count}
        assert (believed(found, PlanFacts(plan_id="plan-1", status_word="finished", **counts)) == found) is is_believed


def test_a_plan_beyond_all_bounds_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "MOST_CHANGES", 2)
    assert plan_contents(document(entry("create"), entry("create"))) is not None
    assert plan_contents(document(entry("create"), entry("create"), action_invocations=[{"address": "a", "type": "b"}])) is None


def test_a_plan_nested_too_deep_is_not_read() -> None:
    deep: Any = {}
    for _ in range(20_000):
        deep = {"a": deep}
    assert plan_contents(document(prior_state=deep)) is None


def test_the_digest_is_of_what_is_said_and_not_of_how_it_is_written() -> None:
    plan = document(entry("create", after={"name": "wéb", "size": 1.5}))
    again = json.loads(json.dumps(plan, indent=2, sort_keys=True, ensure_ascii=False))
    assert strong_digest(plan) == strong_digest(again)
    assert strong_digest({"b": [1, None], "a": "é"}) == "sha256:" + hashlib.sha256(b'{"a":"\\u00e9","b":[1,null]}').hexdigest()
    assert strong_digest(plan) != strong_digest(document(entry("create", after={"name": "wéb", "size": 1.6})))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.sampled_from(["create", "1.0"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["address", "type", "change", "actions", "format_version", "resource_changes"]), inner, max_size=4
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_whatever_a_server_sends_is_a_plan_or_none(sent: object) -> None:
    found = plan_contents(sent)
    assert found is None or (isinstance(sent, dict) and len(found.changes) <= len(sent.get("resource_changes") or []))


@given(JSON, JSON)
def test_two_documents_share_a_digest_only_where_they_say_the_same(one: object, other: object) -> None:
    assert (strong_digest(one) == strong_digest(other)) is (json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True))
