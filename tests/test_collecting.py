"""Every process of a parallel run collects the same tests: no parameter may come out of an unordered set."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
SETS = ("set", "frozenset")


def is_unordered(node: ast.expr) -> bool:
    """Return whether an expression is spelled as a set: its order is another one in each process."""
    match node:
        case ast.Set() | ast.SetComp():
            return True
        case ast.Call(func=ast.Name(id=name)):
            return name in SETS
        case ast.BinOp(left=left, right=right):
            return is_unordered(left) or is_unordered(right)
        case _:
            return False


def unordered(source: str) -> list[int]:
    """Return the lines of `parametrize` and `params` that take a set."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        values = [keyword.value for keyword in node.keywords if keyword.arg in {"params", "argvalues"}]
        if isinstance(node.func, ast.Attribute) and node.func.attr == "parametrize":
            values += node.args[1:2]
        found += [value.lineno for value in values if is_unordered(value)]
    return found


def test_no_parameters_come_in_an_order_of_chance() -> None:
    assert {str(path): lines for path in sorted(TESTS.rglob("*.py")) if (lines := unordered(path.read_text(encoding="utf-8")))} == {}


@pytest.mark.parametrize("values", ["set(Right)", "{1, 2}", "set(Right) - {1}", "{one for one in Right}", "frozenset(Right)"])
def test_a_set_is_found_wherever_parameters_stand(values: str) -> None:
    assert unordered(f'pytest.mark.parametrize("one", {values})') == [1]
    assert unordered(f"pytest.fixture(params={values})") == [1]
    assert unordered(f'pytest.mark.parametrize("one", sorted({values}))') == []
