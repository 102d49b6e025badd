"""Runs that go as their workspace's script says, on the sandbox's clock. No terraform, no files; the logs say so."""

from __future__ import annotations

import asyncio
import json
from contextlib import nullcontext
from typing import TYPE_CHECKING

from bot.sandbox.terraform.engines import ApplyOutcome, Counts, Job, PlanOutcome
from bot.sandbox.terraform.plan_json import scripted_plan

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from bot.sandbox.clock import Clock
    from bot.sandbox.terraform.logs import LogStream
    from bot.sandbox.terraform.records import Run, Script

STEPS = 4


class ScriptedEngine:
    name = "scripted"
    terraform_version = "1.11.4"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def slot(self) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    async def plan(self, job: Job) -> PlanOutcome:
        script, log = job.workspace.script, job.run.plan.log
        log.write_line("This sandbox has no terraform: what follows is scripted, nothing is planned.")
        if not await self._work(job, log, script.plan_seconds, "Planning..."):
            return PlanOutcome(succeeded=False)
        if script.plan_error is not None:
            log.write_line(f"Error: {script.plan_error}")
            return PlanOutcome(succeeded=False)
        counts = _counts(job.run, script)
        has_changes = counts != Counts() or (script.outputs_change and not job.run.request.refresh_only)
        log.write_line(_plan_line(counts) if has_changes else "No changes. (scripted)")
        return PlanOutcome(succeeded=True, counts=counts, has_changes=has_changes)

    async def apply(self, job: Job) -> ApplyOutcome:
        script, log = job.workspace.script, job.run.apply.log
        log.write_line("This sandbox has no terraform: what follows is scripted, nothing is applied.")
        if not await self._work(job, log, script.apply_seconds, "Applying..."):
            return ApplyOutcome(succeeded=False, resource_count=job.workspace.resource_count)
        if script.apply_error is not None:
            log.write_line(f"Error: {script.apply_error}")
            return ApplyOutcome(succeeded=False, resource_count=job.workspace.resource_count)
        counts = _counts(job.run, script)
        log.write_line(
            f"Apply complete! Resources: {counts.additions} added, {counts.changes} changed, {counts.destructions} destroyed. (scripted)"
        )
        grown = job.workspace.resource_count + counts.additions - counts.destructions
        return ApplyOutcome(succeeded=True, counts=counts, resource_count=max(0, grown))

    async def plan_json(self, job: Job) -> bytes | None:
        script = job.workspace.script
        plan = scripted_plan(_counts(job.run, script), self.terraform_version, outputs_change=script.outputs_change)
        return json.dumps(plan).encode()

    async def forget(self, job: Job) -> None:
        """Nothing was written."""

    async def close(self) -> None:
        """Nothing was started."""

    async def _work(self, job: Job, log: LogStream, seconds: float, line: str) -> bool:
        """Let the time of the phase pass, writing as it goes. Whether it passed without an interruption."""
        stop = job.run.killed if job.workspace.script.stubborn else job.run.interrupted
        for step in range(STEPS):
            log.write_line(f"{line} ({step * 100 // STEPS} %)")
            if await self._stopped_within(stop, seconds / STEPS):
                log.write_line("Interrupt received.")
                return False
        return True

    async def _stopped_within(self, stop: asyncio.Event, seconds: float) -> bool:
        passing = asyncio.create_task(self._clock.sleep(seconds))
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({passing, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            passing.cancel()
            stopping.cancel()
        return stop.is_set()


def _counts(run: Run, script: Script) -> Counts:
    """A destroy run takes away what the script adds and changes, a refresh changes nothing, targets leave no more than themselves,
    and what is to be replaced is added and destroyed.
    """
    request = run.request
    if request.refresh_only:
        return Counts()
    if request.is_destroy:
        return Counts(destructions=script.additions + script.changes + script.destructions)
    replaced, most = len(request.replace_addrs or []), len(request.target_addrs or []) or None
    additions, changes, destructions = script.additions + replaced, script.changes, script.destructions + replaced
    if most is not None:
        additions, changes, destructions = min(additions, most), min(changes, most), min(destructions, most)
    return Counts(additions, changes, destructions)


def _plan_line(counts: Counts) -> str:
    return f"Plan: {counts.additions} to add, {counts.changes} to change, {counts.destructions} to destroy. (scripted)"
