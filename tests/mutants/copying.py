"""A copy of the code for mutmut, in which it can reach what it leaves out where it is: properties and cached functions.

mutmut mutates no function that has a decorator. So the copy says `x = property(x_)` below an undecorated `x_`. It also drops caches:
a value that was cached before a mutant is switched on would hide the mutant.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import libcst as cst
from libcst import matchers as m

PROPERTIES = frozenset({"property", "cached_property"})
CACHE = m.Decorator(m.Name("lru_cache") | m.Call(m.Name("lru_cache")))
COPIED = ("bot", "handlers", "pyproject.toml", "manifest.yml")


def make_copy(root: Path, folder: Path, modules: Iterable[str]) -> None:
    """Copy what the tests need into an empty folder, with the modules (paths from the root) written for mutmut."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in COPIED:
        if (root / name).is_dir():
            shutil.copytree(root / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(root / name, folder / name)
    copy_tests(root, folder)
    for module in modules:
        path = folder / module
        path.write_text(without_decorators(path.read_text("utf-8")), "utf-8")


def copy_tests(root: Path, folder: Path) -> None:
    """Copy the tests beside the code, over older ones."""
    shutil.copytree(root / "tests", folder / "tests", dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", "screenshots"))


def without_decorators(source: str) -> str:
    return cst.parse_module(source).visit(Undecorated()).code


class Undecorated(cst.CSTTransformer):
    def leave_ClassDef(self, original_node: cst.ClassDef, updated_node: cst.ClassDef) -> cst.ClassDef:  # noqa: N802 - libcst's name
        del original_node
        if not isinstance(updated_node.body, cst.IndentedBlock):
            return updated_node
        body: list[cst.BaseStatement] = []
        for statement in updated_node.body.body:
            body += as_calls(statement) if isinstance(statement, cst.FunctionDef) else [statement]
        return updated_node.with_changes(body=updated_node.body.with_changes(body=body))

    def leave_FunctionDef(self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef) -> cst.FunctionDef:  # noqa: N802 - as above
        del original_node
        kept = [one for one in updated_node.decorators if not m.matches(one, CACHE)]
        return updated_node.with_changes(decorators=kept)


def as_calls(function: cst.FunctionDef) -> Sequence[cst.BaseStatement]:
    """Return a property as a function and a call of `property`; any other function as it is."""
    decorators = [one.decorator for one in function.decorators]
    if len(decorators) != 1 or not isinstance(decorators[0], cst.Name) or decorators[0].value not in PROPERTIES:
        return [function]
    name = function.name.value
    plain = function.with_changes(name=cst.Name(f"{name}_"), decorators=[])
    return [plain, *cst.parse_module(f"{name} = property({name}_)\n").body]
