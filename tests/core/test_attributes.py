from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.attributes import FORCES, PERHAPS, TOO_DEEP, UNKNOWN, Attribute, attributes, lines
from bot.core.secret_values import SENSITIVE

CANARY = "canary-7f3a-of-the-plan"


def change(before: Any, after: Any, **facts: Any) -> dict[str, Any]:
    return {"actions": ["update"], "before": before, "after": after, **facts}


def said(found: dict[str, Any], name: str = "") -> list[str]:
    return [line for one in attributes(found, name) for line in lines(one)]


def test_what_differs_is_told_and_nothing_else() -> None:
    found = change({"size": "small", "port": 80, "same": [1], "gone": "x"}, {"size": "large", "port": 80, "same": [1], "new": True})

    assert said(found) == ['- gone: "x"', "+ new: true", '~ size: "small" → "large"']


def test_what_forces_a_replacement_comes_first() -> None:
    found = change(
        {"a": 1, "zone": "a", "disk": [{"size": 1, "type": "x"}]},
        {"a": 2, "zone": "b", "disk": [{"size": 2, "type": "y"}]},
        replace_paths=[["zone"], ["disk", 0, "size"], "odd"],
    )

    assert said(found) == [
        f"~ disk[0].size: 1 → 2  ← {FORCES}",
        f'~ zone: "a" → "b"  ← {FORCES}',
        "~ a: 1 → 2",
        '~ disk[0].type: "x" → "y"',
    ]


def test_what_is_known_after_the_apply_is_told() -> None:
    found = change(
        {"id": "i-1", "tags": {"a": "1"}}, {"tags": {}}, after_unknown={"id": True, "tags": {"b": True}, "list": [True, {"x": True}]}
    )

    assert said(found) == [
        f'~ id: "i-1" → {UNKNOWN}',
        f"+ list[0]: {UNKNOWN}",
        f"+ list[1].x: {UNKNOWN}",
        '- tags.a: "1"',
        f"+ tags.b: {UNKNOWN}",
    ]
    assert said(change(None, {}, after_unknown=True)) == [f"+ value: {UNKNOWN}"]


def test_sensitive_values_are_told_of_and_never_shown() -> None:
    found = change(
        {"key": CANARY, "same": "0" * 64, "word": "REDACTED", "deep": {"a": [CANARY]}, "gone": CANARY},
        {"key": CANARY + "2", "same": "0" * 64, "word": "REDACTED", "deep": {"a": [CANARY, CANARY]}, "new": CANARY},
        before_sensitive={"key": True, "word": True, "gone": True},
        after_sensitive={"key": False, "same": True, "deep": {"a": [False, True]}, "new": True, "nowhere": True},
    )

    assert said(found) == [
        f"+ deep.a[1]: {SENSITIVE}",
        f"- gone: {SENSITIVE}",
        f"~ key: {SENSITIVE} → {SENSITIVE}",
        f"+ new: {SENSITIVE}",
        f"~ word: {SENSITIVE} → {PERHAPS}",
    ]


def test_marks_of_what_is_not_there_mean_nothing() -> None:
    assert said(change({"a": None}, {"a": None}, before_sensitive={"a": True})) == []
    assert said(change(None, {"a": {"b": 1}}, before_sensitive={"a": {"b": True}})) == [f"+ a.b: {SENSITIVE}"]


@pytest.mark.parametrize(
    "before, after, marks",
    [
        ({"a": {"b": CANARY}}, {"a": {"b": "x"}}, [{"a": True}]),
        ({"a": [CANARY]}, {"a": "x"}, {"a": [True]}),
        ({"a": [CANARY, "b"]}, {"a": []}, {"a": [True]}),
        ({"a": CANARY}, {"a": "x"}, {"a": {"b": True}}),
        ({"a": {"b": CANARY}}, {"a": [1]}, {"a": {"b": True}}),
        ({"a": {"b": CANARY}}, {}, {"a": {"b": True}}),
        ([CANARY, 1], [2], [True, False]),
        (CANARY, "x", True),
        (CANARY, {"x": 1}, [True]),
    ],
)
def test_marks_that_do_not_fit_hide_more_rather_than_less(before: Any, after: Any, marks: Any) -> None:
    for found in (change(before, after, before_sensitive=marks), change(after, before, after_sensitive=marks)):
        for unknown in (None, {"a": True}, True):
            assert CANARY not in "\n".join(said(found | {"after_unknown": unknown}))


@pytest.mark.parametrize(
    "before, after",
    [
        ({}, {"db_password": CANARY}),
        ({"client_secret": CANARY}, {"client_secret": "x"}),
        ({}, {"tokens": [CANARY]}),
        ({}, {"secret": {"value": CANARY}}),
        ({}, {"user_data": f"#!/bin/sh\nexport DB_PASSWORD={CANARY}\necho"}),
        ({"env": f'{{"password": "{CANARY}"}}'}, {"env": "{}"}),
        ({"x": {"password": CANARY}}, {"x": [1]}),
        ({}, {"url": f"https://me:{CANARY}@example.com/x"}),
    ],
)
def test_what_looks_like_a_secret_is_hidden_although_nobody_marked_it(before: Any, after: Any) -> None:
    assert CANARY not in "\n".join(said(change(before, after)))


def test_an_output_is_one_value_with_a_name() -> None:
    assert said(change(None, "v2"), "revision") == ['+ value: "v2"']
    assert said(change(None, CANARY), "db_password") == [f"+ value: {SENSITIVE}"]
    assert said(change({"b": 1}, {"b": 2}), "db_password") == ["~ b: 1 → 2"]


def test_texts_of_several_lines_are_compared_by_line() -> None:
    old, new = "".join(f"line {number}\n" for number in range(20)), "".join(f"line {number}\n" for number in range(20) if number != 9)

    assert said(change({"script": old}, {"script": new})) == ["~ script:", "    …", "     line 8", "    -line 9", "     line 10"]
    assert said(change(None, {"script": "a\nb"}))[0] == "+ script:"
    assert "too many" in said(change({"script": "a\n" * 300}, {"script": "b\n" * 300}))[1]


def test_long_values_are_cut_with_how_much_is_missing() -> None:
    [line] = said(change(None, {"name": "n" * 1414}))

    assert line.endswith("… 1,206 characters more")
    assert len(line) < 300


@pytest.mark.parametrize("value", [None, "", [], {}])
def test_nothing_and_empty_is_the_same(value: Any) -> None:
    assert said(change({"a": value}, {"a": None})) == []


def test_one_and_true_are_not_the_same() -> None:
    assert said(change({"a": 1, "b": [1]}, {"a": True, "b": [True]})) == ["~ a: 1 → true", "~ b: [1] → [true]"]
    assert said(change({"a": "x", "b": {}}, {"a": None, "b": {"c": "d"}})) == ['- a: "x"', '+ b.c: "d"']


def test_names_are_written_as_terraform_does() -> None:
    found = change({}, {"tags": {"the name": "x"}, "9": [{"a": 1}]})

    assert [one.name for one in attributes(found)] == ['["9"][0].a', 'tags["the name"]']


def test_what_is_nested_too_deeply_is_said() -> None:
    value: Any = {"a": CANARY}
    for _ in range(60):
        value = {"a": value}

    assert TOO_DEEP in said(change(None, value))[0]
    assert TOO_DEEP in said(change(value, None))[0]


def test_a_list_at_the_top_and_odd_shapes_are_read() -> None:
    assert said(change([{"a": 1}], [{"a": 1}, {"a": 2}])) == ["+ [1].a: 2"]
    assert said(change({"a": [1, 2]}, {"a": [1, 3]})) == ["~ a: [1, 2] → [1, 3]"]
    assert said(change({"a": {}}, {"a": [1]})) == ["~ a: {} → [1]"]
    assert list(lines(Attribute(name="x", before=None, after=None))) == ["+ x: null"]
    assert said({"actions": ["create"]}) == []


PLAIN = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.text(alphabet="abc\n ", max_size=6))
TREES = st.recursive(
    PLAIN, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=3))
)


def places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner: list[tuple[Any, Any]] = list(tree.items()) if isinstance(tree, dict) else list(enumerate(tree)) if isinstance(tree, list) else []
    return [path, *(found for key, value in inner for found in places(value, (*path, key)))]


def planted(tree: Any, path: tuple[Any, ...]) -> tuple[Any, Any]:
    """The tree with a canary at a path, and the marks that call it sensitive."""
    if not path:
        return CANARY, True
    key, *rest = path
    value, mark = planted(tree[key], tuple(rest))
    if isinstance(tree, dict):
        return tree | {key: value}, {key: mark}
    return [value if number == key else one for number, one in enumerate(tree)], [
        mark if number == key else False for number in range(len(tree))
    ]


@given(TREES, TREES, TREES, st.data())
def test_a_sensitive_value_anywhere_never_shows(tree: Any, other: Any, unknown: Any, data: st.DataObject) -> None:
    """Wherever it stands in a plan, on either side, whatever is on the other, marked at its place or above it."""
    path = data.draw(st.sampled_from(places(tree)))
    holding, marks = planted(tree, path)
    if data.draw(st.booleans()):
        marks = planted(tree, path[: data.draw(st.integers(0, len(path)))])[1]
    sides = [("before", holding), ("after", other)] if data.draw(st.booleans()) else [("after", holding), ("before", other)]
    found = {"actions": ["update"], f"{sides[0][0]}_sensitive": marks, "after_unknown": unknown, "replace_paths": [[*path]], **dict(sides)}

    assert CANARY not in "\n".join(said(found))
    assert CANARY not in json.dumps([one.before for one in attributes(found)])


@given(TREES, TREES)
def test_equal_trees_show_nothing_and_others_something(one: Any, other: Any) -> None:
    assert said(change(one, json.loads(json.dumps(one)))) == []
    assert all(line.strip() for line in said(change(one, other)) if not line.startswith("    "))
