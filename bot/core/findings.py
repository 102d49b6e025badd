"""What policies and tasks found fault with, in words that are short enough to be shown where somebody decides about an override."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from bot.core.masking import masked
from bot.core.policies import PolicyCheck, PolicyOutcome, TaskResult, TaskStage

MOST = 20
SAID_MOST = 1500
NAME_MOST = 200
FAILED = frozenset({"failed", "errored", "unreachable"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`subject` is a policy or a task by its name, or (not `is_named`) in our words where the server gives none, such as how many policies.

    `enforcement` is the server's word, "" where it gives none; `said` what it says. All of it is text from outside.
    """

    subject: str
    enforcement: str = ""
    said: str = ""
    is_named: bool = True


def findings_of_check(check: PolicyCheck, output: str) -> tuple[Finding, ...]:
    """The server counts and lets the policies speak: what they printed stands with the first."""
    counts = ((check.soft_failed, "soft-mandatory"), (check.hard_failed, "hard-mandatory"), (check.advisory_failed, "advisory"))
    found = [Finding(subject=policies(number), enforcement=level, is_named=False) for number, level in counts if number]
    first, *others = found or [Finding(subject="A policy", is_named=False)]
    return (replace(first, said=short(output, SAID_MOST)), *others)


def findings_of_stage(stage: TaskStage, outcomes: Iterable[PolicyOutcome]) -> tuple[Finding, ...]:
    return tuple([*of_outcomes(outcomes), *of_tasks(stage.results)][:MOST])


def of_outcomes(outcomes: Iterable[PolicyOutcome]) -> Iterator[Finding]:
    for outcome in outcomes:
        if outcome.status_word in FAILED:
            where = f"{outcome.policy_set}/" if outcome.policy_set else ""
            found = called(f"{where}{outcome.policy}", "A policy")
            yield replace(found, enforcement=short(outcome.enforcement, NAME_MOST), said=short(outcome.description, SAID_MOST))


def of_tasks(results: Iterable[TaskResult]) -> Iterator[Finding]:
    for result in results:
        if result.status_word in FAILED:
            level = "mandatory" if result.is_mandatory else "advisory"
            yield replace(called(result.name, "A task"), enforcement=level, said=short(result.message, SAID_MOST))


def called(name: str, nameless: str) -> Finding:
    told = short(name, NAME_MOST)
    return Finding(subject=told or nameless, is_named=bool(told))


def policies(number: int) -> str:
    return "1 policy" if number == 1 else f"{number} policies"


def short(text: str, most: int) -> str:
    """Without what looks like a secret, and cut."""
    kept = masked(text.strip())
    return kept if len(kept) <= most else f"{kept[: most - 1]}…"
