"""What `make mutants` tests: every module that it names, with the same behavior as the original, and no function left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.mutants.__main__ import changed_lines, mutated_modules, print_table, results_of
from tests.mutants.copying import without_decorators

ROOT = Path(__file__).parents[1]
MODULES = [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "bot").rglob("*.py"))]
SOURCE = '''
from functools import cached_property, lru_cache

class Pair:
    def __init__(self, left, right):
        self.left, self.right = left, right

    @property
    def total(self):
        """Return both."""
        return self.left + self.right

    @cached_property
    def half(self):
        return self.total / 2

    @classmethod
    def of(cls, number):
        return cls(number, number)

@lru_cache(maxsize=8)
def double(number):
    return number * 2
'''


def test_the_copy_behaves_the_same_and_has_no_decorator_that_hides_a_function() -> None:
    copied = without_decorators(SOURCE)
    assert [line.strip() for line in copied.splitlines() if "@" in line] == ["@classmethod"]
    names: dict[str, Any] = {}
    exec(compile(copied, "copied", "exec"), names)  # noqa: S102 - our own source
    pair = names["Pair"].of(3)
    assert (pair.total, pair.half, names["double"](4)) == (6, 3.0, 8)
    pair.left = 5
    assert (pair.total, pair.half) == (8, 4.0)  # nothing is cached


@pytest.mark.parametrize("module", mutated_modules())
def test_every_module_that_is_named_exists_and_can_be_copied(module: str) -> None:
    assert module in MODULES
    compile(without_decorators((ROOT / module).read_text("utf-8")), module, "exec")


PRINTED = """
    bot.core.a.x_f__mutmut_1: killed
    bot.core.a.x_f__mutmut_2: timeout
    bot.core.b.xǁCǁf__mutmut_1: survived
    bot.core.b.xǁCǁf__mutmut_2: no tests
"""


def test_the_score_is_what_was_killed_of_everything_that_was_made(capsys: pytest.CaptureFixture[str]) -> None:
    assert print_table(results_of(PRINTED)) == 50
    assert print_table(results_of(PRINTED.replace("survived", "killed").replace("no tests", "killed"))) == 100
    assert print_table({}) == 0
    assert "bot.core.b" in capsys.readouterr().out


def test_of_a_diff_the_changed_lines_are_shown() -> None:
    assert changed_lines("--- a\n+++ b\n@@ -1 +1 @@\n def f():\n-    a\n+    b\n") == "-    a\n+    b"
