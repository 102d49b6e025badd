"""The course of a run through its plan and its apply, as the engine reports; what people decide is in `machine`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.terraform.engines import ApplyOutcome, Job, PlanOutcome
from bot.sandbox.terraform.judgements import Judgements
from bot.sandbox.terraform.statuses import is_appliable, is_final, rests_for_confirmation, seconds, timestamp_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.terraform.engines import Counts, Engine
    from bot.sandbox.terraform.records import Phase, Run
    from bot.sandbox.terraform.store import Store

PASSING_SECONDS = 0.3
OPEN_PHASE = ("pending", "queued", "running")


class Course:
    """`confirm` is called where a run goes on to its apply by itself, `ended` once a run is over. Each of `watchers` hears of every
    change of status.
    """

    def __init__(self, store: Store, engine: Engine, confirm: Callable[[Run], None], ended: Callable[[Run], None]) -> None:
        self._store, self._engine, self._clock = store, engine, store.clock
        self._confirm, self._ended = confirm, ended
        self._judgements = Judgements(self._clock, self.move, self.end, PASSING_SECONDS)
        self.watchers: list[Callable[[Run], None]] = []

    async def plan(self, run: Run) -> None:
        """From the moment the run may begin until it rests, ends or goes on to its apply."""
        if run.stages.fetching:
            await self._fetch(run)
        if not await self._judgements.pass_stage(run, "pre_plan"):
            return
        self.move(run, "queuing")
        self.move(run, "plan_queued")
        _mark(run.plan, "queued", self._now())
        async with self._engine.slot():
            run.state_serial = self._store.workspace_of(run).state_serial
            self._begin(run, run.plan, "planning")
            outcome = await self._engine.plan(self.job(run))
        run.plan.has_changes = outcome.has_changes
        self._finish(run, run.plan, outcome, outcome.counts)
        if is_final(run):
            return
        self.move(run, "planned")
        if await self._judgements.pass_all_after_plan(run):
            await self._settle(run)

    async def apply(self, run: Run) -> None:
        """From the confirmation to the end."""
        await self._clock.sleep(PASSING_SECONDS)
        if not await self._judgements.pass_stage(run, "pre_apply"):
            return
        self.move(run, "apply_queued")
        _mark(run.apply, "queued", self._now())
        async with self._engine.slot():
            self._begin(run, run.apply, "applying")
            outcome = await self._engine.apply(self.job(run))
        workspace, configuration = self._store.workspace_of(run), self._store.configuration(run.configuration_id)
        workspace.resource_count = outcome.resource_count
        self._finish(run, run.apply, outcome, outcome.counts)
        if not is_final(run):
            if configuration.provisional:
                self._store.use_configuration(workspace, configuration)
            await self._judgements.pass_stage(run, "post_apply", stops=False)
            self.end(run, "applied")
        self.change_state(run.workspace_id)

    def change_state(self, workspace_id: str) -> None:
        """The workspace has a new state: plans that were saved before are stale, and the platform discards them."""
        workspace = self._store.workspaces[workspace_id]
        workspace.state_serial += 1
        for saved in [each for each in workspace.runs if each.status == "planned_and_saved"]:
            self.end(saved, "discarded")

    def move(self, run: Run, status: str) -> None:
        run.status, run.updated_at = status, self._clock.now()
        if (key := timestamp_key(status)) is not None:
            run.timestamps[key] = seconds(run.updated_at)
        workspace = self._store.workspace_of(run)
        if workspace.current_run is run:
            workspace.changed_at = run.updated_at
        for watcher in self.watchers:
            watcher(run)

    def end(self, run: Run, status: str) -> None:
        for phase in (run.plan, run.apply):
            if phase.status in OPEN_PHASE:
                phase.log.finish()
                _mark(phase, "errored" if phase.status == "running" else "unreachable", self._now())
        run.evaluations.give_up("canceled" if status == "canceled" else "unreachable")
        workspace = self._store.workspace_of(run)
        workspace.finished_runs += 1
        workspace.failed_runs += status == "errored"
        self.move(run, status)
        self._ended(run)

    def job(self, run: Run) -> Job:
        return Job(run, self._store.workspace_of(run), self._store.configuration(run.configuration_id))

    async def _fetch(self, run: Run) -> None:
        self.move(run, "fetching")
        await self._clock.sleep(run.stages.seconds)
        self.move(run, "fetching_completed")

    async def _settle(self, run: Run) -> None:
        """Nothing is left to be evaluated: rest, end, or go on."""
        if run.request.save_plan and is_appliable(run):
            is_stale = run.state_serial != self._store.workspace_of(run).state_serial
            self.move(run, "planned_and_saved")
            if is_stale:
                self.end(run, "discarded")
            return
        if rests_for_confirmation(run):
            return
        await self._clock.sleep(PASSING_SECONDS)
        if is_appliable(run):
            self._confirm(run)
        else:
            self.end(run, "planned_and_finished")

    def _begin(self, run: Run, phase: Phase, status: str) -> None:
        phase.log.start()
        phase.started_at = self._clock.now()
        _mark(phase, "running", self._now())
        self.move(run, status)

    def _finish(self, run: Run, phase: Phase, outcome: PlanOutcome | ApplyOutcome, counts: Counts) -> None:
        """Close a phase. A run that was interrupted is canceled, whatever terraform made of it."""
        phase.log.finish()
        if run.interrupted.is_set():
            _mark(phase, "canceled", self._now())
            self.end(run, "canceled")
            return
        if outcome.succeeded or phase is run.apply:
            phase.additions, phase.changes = counts.additions, counts.changes
            phase.destructions, phase.imports = counts.destructions, counts.imports
        if not outcome.succeeded:
            _mark(phase, "errored", self._now())
            self.end(run, "errored")
            return
        _mark(phase, "finished", self._now())
        if phase.started_at is not None:
            taken = self._store.workspace_of(run).durations["plan" if phase is run.plan else "apply"]
            taken.append((self._clock.now() - phase.started_at).total_seconds())

    def _now(self) -> str:
        return seconds(self._clock.now())


def _mark(phase: Phase, status: str, moment: str) -> None:
    phase.status = status
    key = {"queued": "queued-at", "running": "started-at", "unreachable": None}.get(status, f"{status}-at")
    if key is not None:
        phase.timestamps[key] = moment
