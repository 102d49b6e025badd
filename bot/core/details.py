"""What a run's card tells besides its state: costs, what policies and run tasks said, and why it failed. Read once for each stage."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from bot.core.costs import CostEstimate
from bot.core.policies import PolicyCheck, PolicyEvaluation, TaskStage
from bot.core.runs import OVERRIDABLE, Run, RunStatus

STAGES = frozenset(
    {
        "pre-plan-completed",
        "cost-estimated",
        "policy-checked",
        "policy-override",
        "policy-soft-failed",
        "tf-policy-checked",
        "post-plan-completed",
        "pre-apply-completed",
        "errored",
    }
)
"""The times of a run after which there is something more to tell of it, as the server names them."""


class Source(StrEnum):
    """Who has looked at a run."""

    POLICIES = "policies"
    TASK = "task"


class Said(StrEnum):
    """What came of it. `ADVISED`: it failed, and stops nothing."""

    PASSED = "passed"
    FAILED = "failed"
    ADVISED = "advised"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One run task, or all policies of one check or evaluation. `failed` of `number` policies did; `word` is the server's own."""

    source: Source
    said: Said
    name: str = ""
    word: str = ""
    message: str = ""
    number: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a run failed, as its log says first; `line` is 0 and the rest "" where it does not say. Holds no secret that we know of."""

    summary: str
    detail: str = ""
    file: str = ""
    line: int = 0
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """`mark` tells the stages for which it was read. `cost` is the change of the monthly bill in dollars, None where nobody knows."""

    mark: str
    cost: Decimal | None = None
    checks: tuple[Check, ...] = ()
    failures: tuple[Failure, ...] = ()


def mark_of(run: Run) -> str:
    """The stages of a run that bring something to tell, as one word; "" where there was none yet."""
    passed = STAGES & run.timestamps.keys()
    resting = {run.status_word} if run.status in OVERRIDABLE or run.status is RunStatus.ERRORED else set()
    return " ".join(sorted(passed | resting))


def cost_of(estimate: CostEstimate | None) -> Decimal | None:
    return estimate.delta if estimate is not None and estimate.is_finished else None


def checks_of(checks: Iterable[PolicyCheck], stages: Iterable[TaskStage]) -> tuple[Check, ...]:
    """What has come to an end, worst first."""
    stages = tuple(stages)
    found = [
        *(found for check in checks if (found := checked(check)) is not None),
        *(evaluated(stage) for stage in stages if any(one.passed + failures(one) for one in stage.evaluations)),
        *(task for stage in stages for task in tasks(stage)),
    ]
    return tuple(sorted(found, key=lambda check: list(WORST_FIRST).index(check.said)))


WORST_FIRST = (Said.FAILED, Said.ADVISED, Said.OTHER, Said.PASSED)


def checked(check: PolicyCheck) -> Check | None:
    if check.passed is None:
        return None
    stopping, advising = (check.hard_failed or 0) + (check.soft_failed or 0), check.advisory_failed or 0
    return counted(check.status_word, check.passed, stopping, advising)


def evaluated(stage: TaskStage) -> Check:
    evaluations = stage.evaluations
    stopping = sum(one.mandatory_failed + one.errored for one in evaluations)
    return counted(stage.status_word, sum(one.passed for one in evaluations), stopping, sum(one.advisory_failed for one in evaluations))


def failures(evaluation: PolicyEvaluation) -> int:
    return evaluation.mandatory_failed + evaluation.errored + evaluation.advisory_failed


def counted(word: str, passed: int, stopping: int, advising: int) -> Check:
    said = Said.FAILED if stopping else Said.ADVISED if advising else Said.PASSED
    failed = stopping + advising
    return Check(source=Source.POLICIES, said=said, word=word, number=passed + failed, failed=failed)


PENDING_TASKS = frozenset({"pending", "running", ""})
TASK_SAID = {"passed": Said.PASSED, "failed": Said.FAILED, "errored": Said.FAILED, "unreachable": Said.FAILED}


def tasks(stage: TaskStage) -> Iterable[Check]:
    for result in stage.results:
        if result.status_word in PENDING_TASKS:
            continue
        said = TASK_SAID.get(result.status_word, Said.OTHER)
        if said is Said.FAILED and not result.is_mandatory:
            said = Said.ADVISED
        yield Check(source=Source.TASK, said=said, name=result.name, word=result.status_word, message=result.message)


def encode_details(details: Details) -> str:
    """As JSON, without the mark: that stands in a column of its own."""
    body = asdict(details)
    del body["mark"]
    return json.dumps(body | {"cost": None if details.cost is None else str(details.cost)}, sort_keys=True)


def decode_details(mark: str, text: str) -> Details | None:
    """None for what this release cannot read: it is read afresh then."""
    try:
        body: dict[str, Any] = json.loads(text)
        return Details(
            mark=mark,
            cost=None if body["cost"] is None else Decimal(body["cost"]),
            checks=tuple(Check(**{**one, "source": Source(one["source"]), "said": Said(one["said"])}) for one in body["checks"]),
            failures=tuple(Failure(**one) for one in body["failures"]),
        )
    except (ValueError, KeyError, TypeError, InvalidOperation):
        return None
