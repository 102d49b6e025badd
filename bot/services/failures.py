"""Which policies of a run have failed, of whatever enforcement and by whichever of the server's ways."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator, Sequence
from typing import TypeVar

from bot.core.errors import NotVisible, TerraformTrouble
from bot.core.policies import PolicyCheck, TaskStage
from bot.services.ports import Policies

Part = TypeVar("Part")

FAILED = frozenset({"soft_failed", "hard_failed", "overridden"})
PASSED = "passed"


async def failed_policies(policies: Policies, run_id: str) -> tuple[str, ...] | None:
    """Names of what failed; None where that cannot be known: not done yet, not to be seen, or the server does not answer."""
    try:
        checks, stages = await asyncio.gather(seen(policies.checks(run_id)), seen(policies.stages(run_id)))
        if checks is None and stages is None:
            return None
        return (*failed_checks(checks or ()), *failed_stages(stages or ()))
    except (TerraformTrouble, Unknown):
        return None


class Unknown(Exception):
    """Something has no result that we could read."""


async def seen(asked: Awaitable[Sequence[Part]]) -> Sequence[Part] | None:
    """A server may have one of the two ways and not the other."""
    try:
        return await asked
    except NotVisible:
        return None


def failed_checks(checks: Sequence[PolicyCheck]) -> Iterator[str]:
    for check in checks:
        counts = (check.hard_failed, check.soft_failed, check.advisory_failed)
        if check.status_word in FAILED or any(counts):
            yield check.id
        elif check.status_word != PASSED:
            raise Unknown(check.id)


def failed_stages(stages: Sequence[TaskStage]) -> Iterator[str]:
    """Only stages in which policies are evaluated are of interest; tasks are not policies."""
    for stage in stages:
        if len(stage.evaluations) < len(stage.evaluation_ids):
            raise Unknown(stage.id)
        for evaluation in stage.evaluations:
            if (
                evaluation.advisory_failed
                or evaluation.mandatory_failed
                or evaluation.errored
                or evaluation.status_word in FAILED | {"failed"}
            ):
                yield evaluation.id
            elif evaluation.status_word != PASSED:
                raise Unknown(evaluation.id)
