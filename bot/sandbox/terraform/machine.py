"""Moves runs from status to status, by what the engine reports and what people decide. The wire is not known here."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.sandbox.terraform.engines import ApplyOutcome, Job, PlanOutcome
from bot.sandbox.terraform.errors import ApiError, not_allowed_now
from bot.sandbox.terraform.queues import Queue
from bot.sandbox.terraform.records import Account, Comment, Configuration, Phase, Run, RunEvent, RunRequest, Workspace
from bot.sandbox.terraform.statuses import RUNNING_TERRAFORM, actions_of, is_appliable, is_final, rests_for_confirmation, seconds
from bot.sandbox.terraform.store import new_id

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from bot.sandbox.terraform.engines import Counts, Engine
    from bot.sandbox.terraform.store import Store

COOL_OFF = timedelta(seconds=10)
PASSING_SECONDS = 0.3

log = logging.getLogger(__name__)


class Machine:
    def __init__(self, store: Store, engine: Engine) -> None:
        self._store, self._engine, self._clock = store, engine, store.clock
        self.queue = Queue(lambda run: self._work(run, self._plan(run)))
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._aside: set[asyncio.Task[None]] = set()

    @property
    def engine_name(self) -> str:
        return self._engine.name

    @property
    def terraform_version(self) -> str:
        return self._engine.terraform_version

    def create(self, workspace: Workspace, configuration: Configuration, request: RunRequest, source: str, creator: Account | None) -> Run:
        """A new run, which begins at once where its workspace is free."""
        now = self._clock.now()
        run = Run(
            id=new_id("run"),
            workspace_id=workspace.id,
            configuration_id=configuration.id,
            request=request,
            source=source,
            terraform_version=self.terraform_version,
            created_at=now,
            updated_at=now,
            creator=creator,
            plan=Phase(id=new_id("plan"), timestamps={"pending-at": seconds(now)}),
            apply=Phase(id=new_id("apply")),
            timestamps={"plan-queueable-at": seconds(now)},
        )
        self._store.add_run(run)
        if not configuration.provisional:
            self._store.use_configuration(workspace, configuration)
        self.record(run, "created", "Run created", creator)
        self.queue.enter(workspace, run)
        return run

    def confirm(self, run: Run, actor: Account, comment: str | None) -> None:
        self._demand(run, "is-confirmable")
        self.record(run, "confirmed", "Run confirmed", actor, comment)
        self._confirm(run, actor)

    def discard(self, run: Run, actor: Account, comment: str | None) -> None:
        self._demand(run, "is-discardable")
        self.record(run, "discarded", "Run discarded", actor, comment)
        self._end(run, "discarded")

    def cancel(self, run: Run, actor: Account, comment: str | None) -> None:
        """A run at work is interrupted and ends once terraform has stopped; any other ends now."""
        self._demand(run, "is-cancelable")
        self.record(run, "canceled", "Run canceled", actor, comment)
        run.canceled_by, run.canceled_at = actor, self._clock.now()
        if run.status in RUNNING_TERRAFORM:
            run.force_cancel_at = run.canceled_at + COOL_OFF
            run.interrupted.set()
            return
        if task := self._tasks.get(run.id):
            task.cancel()
        self._end(run, "canceled")

    def force_cancel(self, run: Run, actor: Account, comment: str | None) -> None:
        self._demand(run, "is-force-cancelable")
        self.record(run, "force_canceled", "Run canceled by force", actor, comment)
        run.killed.set()

    def force_execute(self, run: Run, actor: Account) -> None:
        """Discard the run that holds the workspace, and go on with this one."""
        workspace = self._store.workspace_of(run)
        if run.status != "pending" or workspace.holder is None:
            raise ApiError(403, "forbidden", "the run is not waiting behind another")
        self._demand(workspace.holder, "is-discardable")
        self.queue.put_first(workspace, run)
        self.record(run, "force_executed", "Run executed by force", actor)
        self.discard(workspace.holder, actor, None)

    def record(self, run: Run, action: str, description: str, actor: Account | None, body: str | None = None) -> Comment | None:
        """Write down what happened to a run, and the comment that came with it."""
        event = RunEvent(new_id("re"), run.id, action, description, self._clock.now(), actor)
        comment = Comment(new_id("wsc"), run.id, body, event.id) if body else None
        if comment is not None:
            event.comment_id = comment.id
            run.comments.append(comment)
        run.events.append(event)
        self._store.add_event(event, comment)
        return comment

    def aside(self, work: Coroutine[None, None, None]) -> None:
        """Do something that no run waits for, until the machine closes."""
        task = asyncio.create_task(work)
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)

    async def close(self) -> None:
        tasks = [*self._tasks.values(), *self._aside]
        for task in tasks:
            task.cancel()
        await self._engine.close()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _demand(self, run: Run, flag: str) -> None:
        if not actions_of(run, self._clock.now())[flag]:
            raise not_allowed_now()

    def _work(self, run: Run, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks[run.id] = task
        task.add_done_callback(lambda done: self._worked(run, done))

    def _worked(self, run: Run, task: asyncio.Task[None]) -> None:
        """A mistake of an engine must not leave its run standing: the run ends as errored and the log of the sandbox says why."""
        if self._tasks.get(run.id) is task:
            del self._tasks[run.id]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("run %s broke its engine", run.id, exc_info=error)
            phase = run.plan if run.plan.status == "running" else run.apply
            phase.log.write_line(f"Error: the sandbox could not go on: {error}")
            if not is_final(run):
                self._end(run, "errored")

    async def _plan(self, run: Run) -> None:
        self._move(run, "plan_queued")
        _mark(run.plan, "queued", self._now())
        async with self._engine.slot():
            self._begin(run, run.plan, "planning")
            outcome = await self._engine.plan(self._job(run))
        self._finish(run, run.plan, outcome, outcome.counts)
        run.plan.has_changes = outcome.has_changes
        if is_final(run):
            return
        self._move(run, "planned")
        if rests_for_confirmation(run):
            return
        await self._clock.sleep(PASSING_SECONDS)
        if not is_appliable(run):
            self._end(run, "planned_and_finished")
            return
        self._confirm(run, None)

    def _confirm(self, run: Run, actor: Account | None) -> None:
        run.confirmed_by = actor
        self._move(run, "confirmed")
        self._work(run, self._apply(run))

    async def _apply(self, run: Run) -> None:
        await self._clock.sleep(PASSING_SECONDS)
        self._move(run, "apply_queued")
        _mark(run.apply, "queued", self._now())
        async with self._engine.slot():
            self._begin(run, run.apply, "applying")
            outcome = await self._engine.apply(self._job(run))
        workspace, configuration = self._store.workspace_of(run), self._store.configuration(run.configuration_id)
        workspace.resource_count = outcome.resource_count
        self._finish(run, run.apply, outcome, outcome.counts)
        if is_final(run):
            return
        if configuration.provisional:
            self._store.use_configuration(workspace, configuration)
        self._end(run, "applied")

    def _begin(self, run: Run, phase: Phase, status: str) -> None:
        phase.log.start()
        phase.started_at = self._clock.now()
        _mark(phase, "running", self._now())
        self._move(run, status)

    def _finish(self, run: Run, phase: Phase, outcome: PlanOutcome | ApplyOutcome, counts: Counts) -> None:
        """Close a phase. A run that was interrupted is canceled, whatever terraform made of it."""
        phase.log.finish()
        if run.interrupted.is_set():
            _mark(phase, "canceled", self._now())
            self._end(run, "canceled")
            return
        if outcome.succeeded or phase is run.apply:
            phase.additions, phase.changes = counts.additions, counts.changes
            phase.destructions, phase.imports = counts.destructions, counts.imports
        if not outcome.succeeded:
            _mark(phase, "errored", self._now())
            self._end(run, "errored")
            return
        _mark(phase, "finished", self._now())
        if phase.started_at is not None:
            taken = self._store.workspace_of(run).durations["plan" if phase is run.plan else "apply"]
            taken.append((self._clock.now() - phase.started_at).total_seconds())

    def _end(self, run: Run, status: str) -> None:
        self._move(run, status)
        for phase in (run.plan, run.apply):
            if phase.status in ("pending", "queued", "running"):
                phase.log.finish()
                _mark(phase, "errored" if phase.status == "running" else "unreachable", self._now())
        workspace = self._store.workspace_of(run)
        workspace.finished_runs += 1
        workspace.failed_runs += status == "errored"
        self.queue.leave(workspace, run)
        self.aside(self._engine.forget(self._job(run)))

    def _move(self, run: Run, status: str) -> None:
        run.status, run.updated_at = status, self._clock.now()
        run.timestamps[f"{status.replace('_', '-')}-at"] = seconds(run.updated_at)
        workspace = self._store.workspace_of(run)
        if workspace.current_run is run:
            workspace.changed_at = run.updated_at

    def _job(self, run: Run) -> Job:
        return Job(run, self._store.workspace_of(run), self._store.configuration(run.configuration_id))

    def _now(self) -> str:
        return seconds(self._clock.now())


def _mark(phase: Phase, status: str, moment: str) -> None:
    phase.status = status
    key = {"queued": "queued-at", "running": "started-at", "unreachable": None}.get(status, f"{status}-at")
    if key is not None:
        phase.timestamps[key] = moment
