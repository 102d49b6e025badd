"""Every process of a parallel run collects the same tests: no parameter may come out of an unordered set."""

from __future__ import annotations

import ast
from collections.abc import Iterator
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


def calls_besides_tests(tree: ast.Module) -> Iterator[ast.Call]:
    """Yield each call but those in the bodies of tests, which are most of the code: they run only once all is collected."""
    left: list[ast.AST] = [tree]
    while left:
        node = left.pop()
        if isinstance(node, ast.Call):
            yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            left += [*node.decorator_list, node.args]
        else:
            left += ast.iter_child_nodes(node)


def unordered(source: str) -> list[int]:
    """Return the lines of `parametrize` and `params` that take a set."""
    found = []
    for node in calls_besides_tests(ast.parse(source)):
        values = [keyword.value for keyword in node.keywords if keyword.arg in {"params", "argvalues"}]
        if isinstance(node.func, ast.Attribute) and node.func.attr == "parametrize":
            values += node.args[1:2]
        found += [value.lineno for value in values if is_unordered(value)]
    return found


def test_no_parameters_come_in_an_order_of_chance() -> None:
    texts = {str(path): path.read_text(encoding="utf-8") for path in TESTS.rglob("*.py")}
    naming = {path: text for path, text in texts.items() if "param" in text}
    assert {path: lines for path, text in naming.items() if (lines := unordered(text))} == {}


@pytest.mark.parametrize("values", ["set(Right)", "{1, 2}", "set(Right) - {1}", "{one for one in Right}", "frozenset(Right)"])
def test_a_set_is_found_wherever_parameters_stand(values: str) -> None:
    assert unordered(f'BOTH = pytest.mark.parametrize("one", {values})') == [1]
    assert unordered(f"@pytest.fixture(params={values})\ndef one(): pass") == [1]
    assert unordered(f"@pytest.mark.parametrize('one', {values})\nasync def test_x(one): pass") == [1]
    assert unordered(f'pytest.mark.parametrize("one", sorted({values}))') == []
