"""What is decided about runs: created, confirmed, overridden, discarded, canceled. Their way in between is in `courses`."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.sandbox.terraform.courses import Course
from bot.sandbox.terraform.errors import ApiError, not_allowed_now
from bot.sandbox.terraform.ids import new_id
from bot.sandbox.terraform.queues import Queue
from bot.sandbox.terraform.records import Account, Comment, Configuration, Phase, Run, RunEvent, RunRequest, Workspace
from bot.sandbox.terraform.statuses import RUNNING_TERRAFORM, actions_of, is_final, seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from bot.sandbox.terraform.engines import Engine
    from bot.sandbox.terraform.evaluations import PolicyCheck, TaskStage
    from bot.sandbox.terraform.store import Store

COOL_OFF = timedelta(seconds=10)

log = logging.getLogger(__name__)


def new_run_id() -> str:
    return new_id("run")


class Machine:
    def __init__(self, store: Store, engine: Engine, run_ids: Callable[[], str] = new_run_id) -> None:
        self._store, self.engine, self._clock, self._run_ids = store, engine, store.clock, run_ids
        self.queue = Queue(self.begin)
        self.course = Course(store, engine, lambda run: self._confirm(run, None), self._ended)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._aside: set[asyncio.Task[None]] = set()

    @property
    def engine_name(self) -> str:
        return self.engine.name

    @property
    def terraform_version(self) -> str:
        return self.engine.terraform_version

    def create(
        self,
        workspace: Workspace,
        configuration: Configuration,
        request: RunRequest,
        source: str,
        creator: Account | None,
        run_id: str | None = None,
    ) -> Run:
        """A new run, which begins at once where its workspace is free."""
        run = self.new_run(workspace, configuration, request, source, creator, run_id)
        if not configuration.provisional:
            self._store.use_configuration(workspace, configuration)
        self.record(run, "created", "Run created", creator)
        for watcher in self.course.watchers:
            watcher(run)
        self.queue.enter(workspace, run)
        return run

    def new_run(
        self,
        workspace: Workspace,
        configuration: Configuration,
        request: RunRequest,
        source: str,
        creator: Account | None,
        run_id: str | None = None,
    ) -> Run:
        """A run that is known and pending, and has not entered the queue."""
        now, run_id = self._clock.now(), run_id or self._run_ids()
        run = Run(
            id=run_id,
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
            stages=workspace.stages,
            evaluations=workspace.stages.evaluations(run_id, targeted=bool(request.target_addrs)),
        )
        self._store.add_run(run)
        return run

    def confirm(self, run: Run, actor: Account, comment: str | None) -> None:
        """Queue the apply. A saved plan needs its workspace to be free, and makes it its own."""
        self._demand(run, "is-confirmable")
        if run.request.save_plan:
            self.queue.claim(self._store.workspace_of(run), run)
        self.record(run, "confirmed", "Run confirmed", actor, comment)
        self._confirm(run, actor)

    def override_check(self, run: Run, check: PolicyCheck, actor: Account, comment: str | None) -> None:
        """Go on in spite of a soft-mandatory policy. That confirms nothing."""
        if run.status != "policy_override" or check.status != "soft_failed":
            raise not_allowed_now()
        check.status = "overridden"
        check.timestamps["overridden-at"] = seconds(self._clock.now())
        self.record(run, "policy_overridden", "Policy check overridden", actor, comment)
        run.overridden.set()

    def override_stage(self, run: Run, stage: TaskStage, actor: Account, comment: str | None) -> None:
        if stage.status != "awaiting_override" or stage.evaluation is None:
            raise not_allowed_now()
        stage.status, stage.evaluation.status = "running", "overridden"
        self.record(run, "task_stage_overridden", "Task stage overridden", actor, comment)
        run.overridden.set()

    def discard(self, run: Run, actor: Account, comment: str | None) -> None:
        self._demand(run, "is-discardable")
        self.record(run, "discarded", "Run discarded", actor, comment)
        self._stop(run)
        self.course.end(run, "discarded")

    def cancel(self, run: Run, actor: Account, comment: str | None) -> None:
        """A run at work is interrupted and ends once terraform has stopped; any other ends now."""
        self._demand(run, "is-cancelable")
        self.record(run, "canceled", "Run canceled", actor, comment)
        run.canceled_by, run.canceled_at = actor, self._clock.now()
        if run.status in RUNNING_TERRAFORM:
            run.force_cancel_at = run.canceled_at + COOL_OFF
            run.interrupted.set()
            return
        self._stop(run)
        self.course.end(run, "canceled")

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

    def begin(self, run: Run) -> None:
        """Let the run go its way; the queue calls this once its turn has come."""
        run.has_begun = True
        self._work(run, self.course.plan(run))

    def resume_apply(self, run: Run) -> None:
        """Let a run that was confirmed before this world began go on from there."""
        run.status = "confirmed"
        self._work(run, self.course.apply(run))

    def aside(self, work: Coroutine[None, None, None]) -> None:
        """Do something that no run waits for, until the machine closes."""
        task = asyncio.create_task(work)
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)

    async def close(self) -> None:
        tasks = [*self._tasks.values(), *self._aside]
        for task in tasks:
            task.cancel()
        await self.engine.close()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _demand(self, run: Run, flag: str) -> None:
        if not actions_of(run, self._clock.now())[flag]:
            raise not_allowed_now()

    def _confirm(self, run: Run, actor: Account | None) -> None:
        run.confirmed_by = actor
        self.course.move(run, "confirmed")
        self._work(run, self.course.apply(run))

    def _stop(self, run: Run) -> None:
        if task := self._tasks.get(run.id):
            task.cancel()

    def _ended(self, run: Run) -> None:
        self.queue.leave(self._store.workspace_of(run), run)
        self.aside(self.engine.forget(self.course.job(run)))

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
                self.course.end(run, "errored")
