"""What keeps a run waiting until somebody overrides it: which check or stage it is, and what was found there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace

import structlog

from bot.core.errors import NotVisible, TerraformTrouble
from bot.core.findings import Finding, findings_of_check, findings_of_stage
from bot.core.policies import SOFT_FAILED, PolicyCheck, TaskStage
from bot.core.runs import NO_HURDLE, Hurdle, HurdleKind, Run, RunStatus
from bot.services.ports import Policies

log = structlog.get_logger(__name__)


class Hurdles:
    def __init__(self, policies: Policies) -> None:
        self._policies = policies

    async def told(self, run: Run, stages: Iterable[TaskStage] = ()) -> Run:
        """The run with what waits to be overridden there; as it was where that cannot be read now. `stages` came along with it.

        The stages tell it, and not the run's status: that is not the same on every server.
        """
        waiting = next((stage for stage in stages if stage.waits_for_override), None)
        if waiting is not None and not run.is_final:
            return replace(run, hurdle=of_stage(waiting))
        if not run.lacks_hurdle:
            return run
        try:
            return replace(run, hurdle=await self._found(run))
        except NotVisible:
            return replace(run, hurdle=Hurdle(id=run.status_word))
        except TerraformTrouble as trouble:
            log.warning("hurdle_unread", run=run.id, error=trouble.sentence)
            return run

    async def _found(self, run: Run) -> Hurdle:
        match run.status:
            case RunStatus.POLICY_OVERRIDE:
                check = next((one for one in await self._policies.checks(run.id) if one.status_word == SOFT_FAILED), None)
                return of_check(check) if check is not None else NO_HURDLE
            case RunStatus.TF_POLICY_OVERRIDE:
                return Hurdle(id=run.status_word)
            case _:
                stage = next((one for one in await self._policies.stages(run.id) if one.waits_for_override), None)
                return of_stage(stage) if stage is not None else NO_HURDLE

    async def findings(self, run: Run) -> tuple[Finding, ...]:
        """What was found at the hurdle of a run; nothing where that cannot be read."""
        hurdle = run.hurdle
        if hurdle is None or hurdle.kind is HurdleKind.UNKNOWN:
            return ()
        try:
            return await (self._of_check(run.id, hurdle.id) if hurdle.kind is HurdleKind.CHECK else self._of_stage(hurdle.id))
        except TerraformTrouble as trouble:
            log.warning("findings_unread", run=run.id, error=trouble.sentence)
            return ()

    async def _of_check(self, run_id: str, check_id: str) -> tuple[Finding, ...]:
        checks, output = await asyncio.gather(self._policies.checks(run_id), self._output(check_id))
        check = next((one for one in checks if one.id == check_id), None)
        return findings_of_check(check, output) if check is not None else ()

    async def _output(self, check_id: str) -> str:
        try:
            return await self._policies.output(check_id)
        except TerraformTrouble as trouble:
            log.info("output_unread", check=check_id, error=trouble.sentence)
            return ""

    async def _of_stage(self, stage_id: str) -> tuple[Finding, ...]:
        stage = await self._policies.stage(stage_id)
        outcomes = await asyncio.gather(*(self._policies.outcomes(one) for one in stage.evaluation_ids))
        return findings_of_stage(stage, [outcome for some in outcomes for outcome in some])


def of_check(check: PolicyCheck) -> Hurdle:
    return Hurdle(id=check.id, kind=HurdleKind.CHECK, is_overridable=check.waits_for_override, may_override=check.may_override)


def of_stage(stage: TaskStage) -> Hurdle:
    return Hurdle(id=stage.id, kind=HurdleKind.STAGE, is_overridable=stage.is_overridable, may_override=stage.may_override)
