"""`make mutants`: change the approval core in thousands of small ways, and count for how many of them a test fails.

mutmut makes the mutants and runs the tests. What is mutated, and by which tests it is judged, is in `[tool.mutmut]` of pyproject.toml.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.mutants.copying import copy_tests, make_copy

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "build" / "mutants"
GOAL = 95.0
KILLED = ("killed", "timeout")
"""A mutant that never ends would be noticed."""

Results = Mapping[str, str]
"""The name of a mutant to what became of it, in the words of mutmut."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="how many mutants are tested at a time")
    parser.add_argument("--again", action="store_true", help="test with the tests of now only what none of them noticed the last time")
    parser.add_argument("names", nargs="*", help="test only these mutants; `bot.core.claims*` is all of a module")
    chosen = parser.parse_args()
    began = time.monotonic()
    if chosen.again:
        copy_tests(ROOT, FOLDER)
        names = [name for name, result in last_results().items() if result != "killed"]
    else:
        make_copy(ROOT, FOLDER, mutated_modules())
        names = chosen.names
    if mutmut("run", "--max-children", str(chosen.workers), *names).returncode:
        return 1
    # Only who names mutants leaves the others untested. In a run that broke off, what was not tested counts as not noticed.
    tested = {name: result for name, result in last_results().items() if not chosen.names or result != "not checked"}
    score = print_table(tested)
    show(f"{(time.monotonic() - began) / 60:.0f} minutes")
    print_unnoticed(tested)
    return 0 if score >= GOAL else 1


def mutated_modules() -> Sequence[str]:
    """Return the paths that mutmut is told to mutate, from the root."""
    found: list[str] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mutmut"]["only_mutate"]
    return found


def mutmut(*words: str, quietly: bool = False) -> subprocess.CompletedProcess[str]:
    """Run mutmut in the copy. The order of sets is always the same, so the same mutants survive each time."""
    command = [str(Path(sys.executable).with_name("mutmut")), *words]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    return subprocess.run(  # noqa: S603 - our own words
        command, cwd=FOLDER, env=environment, text=True, check=False, stdout=subprocess.PIPE if quietly else None
    )


def last_results() -> Results:
    return results_of(mutmut("results", "--all", "true", quietly=True).stdout)


def results_of(printed: str) -> Results:
    """Parse what `mutmut results` prints: a mutant a line, `name: result`."""
    lines = (line.strip().rpartition(": ") for line in printed.splitlines() if "__mutmut_" in line)
    return {name: result for name, _, result in lines}


def print_table(results: Results) -> float:
    """Print a line for each module; return the score of all of them in percent."""
    modules: dict[str, Counter[str]] = {}
    for name, result in results.items():
        modules.setdefault(module_of(name), Counter())[result] += 1
    show(f"\n{'module':<28} {'mutants':>8} {'killed':>8} {'timeout':>8} {'survived':>9} {'other':>6} {'score':>8}")
    for module in sorted(modules):
        print_row(module, modules[module])
    whole = sum(modules.values(), Counter[str]())
    print_row("all", whole)
    return percent(whole)


def print_unnoticed(results: Results) -> None:
    """Print what each mutant changes that no test noticed."""
    for name, result in results.items():
        if result not in KILLED:
            show(f"\n{result}: {name}\n{changed_lines(mutmut('show', name, quietly=True).stdout)}")


def module_of(name: str) -> str:
    return name.rpartition(".")[0]


def print_row(module: str, counts: Counter[str]) -> None:
    known = {"killed", "timeout", "survived"}
    other = sum(number for result, number in counts.items() if result not in known)
    show(
        f"{module:<28} {counts.total():>8,} {counts['killed']:>8,} {counts['timeout']:>8,} {counts['survived']:>9,} {other:>6,}"
        f" {percent(counts):>6.1f} %"
    )


def show(text: str) -> None:
    print(text)  # noqa: T201 - the report is what this is run for


def percent(counts: Counter[str]) -> float:
    """Everything counts that was not killed: what survived, what no test reaches, and what ended in an unknown way."""
    return 100 * sum(counts[result] for result in KILLED) / counts.total() if counts else 0.0


def changed_lines(diff: str) -> str:
    return "\n".join(line for line in diff.splitlines() if line[:1] in "+-" and line[:3] not in {"+++", "---"})


if __name__ == "__main__":
    sys.exit(main())
