"""A Runs API in memory: a scripted world of workspaces and runs behind the Runs port, with failures on order and a record of calls."""

from __future__ import annotations

import itertools
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, TypeVar

from bot.core.errors import NotVisible, RequestRefused, StateMovedOn, TerraformAnswerLost, TerraformTrouble
from bot.core.plans import PlanFacts
from bot.core.readings import ANY_RUN, Account, NewRun, RunPage, RunQuery, RunReading, WorkspacePage
from bot.core.runs import FINAL, OVERRIDABLE, Action, Run, RunStatus
from bot.core.workspaces import Workspace

Answer = TypeVar("Answer")
EVERYTHING = frozenset(Action)
COOL_OFF = timedelta(seconds=10)
RESTING = frozenset({"planned", "post_plan_completed", "cost_estimated", "policy_checked", "planned_and_saved"})
FINAL_WORDS = frozenset(status.value for status in FINAL)
DONE_AS = {Action.APPLY: "confirmed", Action.DISCARD: "discarded", Action.CANCEL: "canceled"}


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a method of the port: its name and what was given, by name."""

    method: str
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failure:
    error: TerraformTrouble
    deed_done: bool


class FakeRuns:
    """Fits the Runs port. Runs move only when a test moves them, but for what an action does at once: apply → `confirmed`,
    discard → `discarded`, cancel → `canceled`. A run that ends lets the workspace's next pending one become current.

    `has_organization_runs`, `heeds_filters`, `keeps_comments`, `sends_along` (a run's workspace and plan, current runs) and `kills`
    (force-cancel and force-execute) are what lesser servers lack; `permitted` is what the token may with runs added from then on,
    `page_size` the length of list pages, `refusal` the words with which `create_run` is refused. Runs of workspaces named in
    `stubborn` are not ended by a cancel. `before` holds what is awaited before the deed of a method, by its name.
    """

    def __init__(self, *organizations: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.organizations = organizations or ("acme",)
        self.clock = clock
        self.calls: list[Call] = []
        self.before: dict[str, Callable[[], Awaitable[None]]] = {}
        self.whoami = Account("runbell", "teams")
        self.permitted = EVERYTHING
        self.has_organization_runs = True
        self.heeds_filters = True
        self.keeps_comments = True
        self.sends_along = True
        self.page_size = 100
        self.refusal: str | None = None
        self.stubborn: set[str] = set()
        self.kills = True
        self._numbers = itertools.count(1)
        self._workspaces: dict[str, Workspace] = {}
        self._runs: dict[str, Run] = {}
        self._plans: dict[str, PlanFacts] = {}
        self._comments: dict[str, list[str]] = defaultdict(list)
        self._canceling: set[str] = set()
        self._failures: dict[str, deque[Failure]] = defaultdict(deque)

    # What a test does to the world

    def add_workspace(self, name: str, organization: str = "", **facts: Any) -> Workspace:
        """A new workspace; `facts` are fields of Workspace."""
        workspace = Workspace(id=self._id("ws"), name=name, organization=organization or self.organizations[0], **facts)
        self._workspaces[workspace.id] = workspace
        return workspace

    def add_run(self, workspace: Workspace, status: str = "", **facts: Any) -> Run:
        """A run started elsewhere; `facts` are fields of Run. It is `pending` behind another, else `planning`, unless a status is
        given; given `planned`, its plan is finished with one addition.
        """
        run_id = self._id("run")
        plan = PlanFacts(plan_id=run_id.replace("run-", "plan-"), status_word="pending")
        known: dict[str, Any] = {"message": "Queued manually", "source": "tfe-api", "created_at": self.clock(), "created_by": "kim"} | facts
        run = Run(id=run_id, workspace_id=workspace.id, status_word="pending", plan_id=plan.plan_id, permitted=self.permitted, **known)
        self._plans[plan.plan_id] = plan
        self._runs[run.id] = run
        blocked = not run.plan_only and self._holder(workspace.id) is not None
        self.move(run.id, "pending")
        if not run.plan_only and not blocked:
            self._make_current(run)
        if status == "planned":
            return self.finish_plan(run.id)
        return self.move(run.id, status or ("pending" if blocked else "planning"))

    def finish_plan(self, run_id: str, additions: int = 1, changes: int = 0, destructions: int = 0, *, outputs: bool = False) -> Run:
        """The plan is there: the run rests at `planned`, passes on to `confirmed` (auto-apply) or is done (plan-only, no changes)."""
        has_changes = bool(additions or changes or destructions or outputs)
        counts = {"additions": additions, "changes": changes, "destructions": destructions, "imports": 0}
        run = self.run(run_id)
        plan_id = str(run.plan_id)
        self._plans[plan_id] = PlanFacts(
            plan_id=plan_id, status_word="finished", has_changes=has_changes, finished_at=self.clock(), **counts
        )
        self.move(run_id, "planned", has_changes=has_changes)
        if run.plan_only or not has_changes:
            return self.move(run_id, "planned_and_finished")
        return self.move(run_id, "confirmed") if run.auto_apply else self.run(run_id)

    def move(self, run_id: str, status: str, **facts: Any) -> Run:
        """Give a run a status, whatever it was; what it allows follows, `facts` are other fields of Run."""
        run = self.run(run_id)
        key = "plan-queueable" if status == "pending" else status.replace("_", "-")
        moved = replace(run, status_word=status, timestamps=MappingProxyType({**run.timestamps, key: self.clock()}))
        moved = replace(moved, **{"allowed": allowed_for(replace(moved, **facts)), **facts})
        self._runs[run_id] = moved
        if status in FINAL_WORDS:
            self._next_in_line(moved)
        return moved

    def let_force(self, run_id: str) -> Run:
        """The time has come from which a run whose cancel was not enough may be killed."""
        self._runs[run_id] = replace(self.run(run_id), allowed=frozenset({Action.FORCE_CANCEL}))
        return self.run(run_id)

    def plan_of(self, run_id: str) -> tuple[Run | None, PlanFacts | None]:
        """A run and its plan as they are now, without a call of the port; None for one that is not there."""
        run = self._runs.get(run_id)
        return run, self._plans.get(run.plan_id or "") if run is not None else None

    def set_plan(self, plan: PlanFacts) -> None:
        """Have the server tell exactly this of a plan from now on."""
        self._plans[plan.plan_id] = plan

    def put(self, run: Run) -> None:
        """Have the server answer with exactly this run from now on."""
        self._runs[run.id] = run

    def remove_workspace(self, workspace_id: str) -> None:
        """Delete a workspace and all of its runs."""
        del self._workspaces[workspace_id]
        self._runs = {run.id: run for run in self._runs.values() if run.workspace_id != workspace_id}

    def rename_workspace(self, workspace_id: str, name: str) -> None:
        self._workspaces[workspace_id] = replace(self._workspaces[workspace_id], name=name)

    def fail(self, method: str, *errors: TerraformTrouble) -> None:
        """The next calls of a method raise these, one a call, and do nothing."""
        self._failures[method].extend(Failure(error, deed_done=False) for error in errors)

    def lose_answer(self, method: str, error: TerraformTrouble | None = None) -> None:
        """The next call of a method is done, and then raises TerraformAnswerLost, or the error given."""
        self._failures[method].append(Failure(error or TerraformAnswerLost("terraform.test"), deed_done=True))

    # What a test asks of the world

    def run(self, run_id: str) -> Run:
        return self._seen(self._runs, run_id, f"Run {run_id}")

    def workspace(self, workspace_id: str) -> Workspace:
        return self._seen(self._workspaces, workspace_id, f"Workspace {workspace_id}")

    def calls_of(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    def said_about(self, run_id: str) -> tuple[str, ...]:
        """The comments that came with actions, whether or not the server keeps them."""
        return tuple(self._comments[run_id])

    # What the other families of endpoints do to runs

    async def answer(self, method: str, given: Mapping[str, Any], deed: Callable[[], Answer]) -> Answer:
        """A call of another port, recorded and failed like those of this one."""
        return await self._answer(method, given, deed)

    def hear(self, run_id: str, comment: str) -> None:
        self.run(run_id)
        self._comments[run_id].append(comment)

    def go_on(self, run_id: str, status: str, comment: str) -> Run:
        """Something was overridden: the run takes the status, and goes on from there by itself where it asks nobody."""
        self.hear(run_id, comment)
        run = self.move(run_id, status)
        return self.move(run_id, "confirmed") if run.auto_apply and status in RESTING else run

    # The port

    async def account(self) -> Account:
        return await self._answer("account", {}, lambda: self.whoami)

    async def organization(self, name: str) -> str:
        return await self._answer("organization", {"name": name}, lambda: self._organization(name))

    async def read_run(self, run_id: str, *, hurry: bool = True) -> RunReading:
        return await self._answer("read_run", {"run_id": run_id, "hurry": hurry}, lambda: self._reading(run_id))

    async def read_plan(self, plan_id: str) -> PlanFacts:
        return await self._answer("read_plan", {"plan_id": plan_id}, lambda: self._seen(self._plans, plan_id, f"Plan {plan_id}"))

    async def read_workspace(self, organization: str, name: str) -> Workspace:
        given = {"organization": organization, "name": name}
        return await self._answer("read_workspace", given, lambda: self._named(organization, name))

    async def list_workspaces(
        self, organization: str, *, page: int = 1, live_only: bool = False, newest_first: bool = False, hurry: bool = False
    ) -> WorkspacePage:
        given = {"organization": organization, "page": page, "live_only": live_only, "newest_first": newest_first, "hurry": hurry}
        return await self._answer(
            "list_workspaces", given, lambda: self._workspace_page(organization, page, live_only=live_only, newest_first=newest_first)
        )

    async def list_organization_runs(self, organization: str, *, page: int = 1, live_only: bool = False) -> RunPage:
        given = {"organization": organization, "page": page, "live_only": live_only}
        return await self._answer("list_organization_runs", given, lambda: self._organization_page(organization, page, live_only=live_only))

    async def list_workspace_runs(self, workspace_id: str, *, page: int = 1, size: int = 20, query: RunQuery = ANY_RUN) -> RunPage:
        given = {"workspace_id": workspace_id, "page": page, "size": size, "query": query}
        return await self._answer("list_workspace_runs", given, lambda: self._runs_of(workspace_id, page, size, query))

    async def create_run(self, wish: NewRun) -> Run:
        return await self._answer("create_run", {"wish": wish}, lambda: self._create(wish))

    async def act(self, action: Action, run_id: str, comment: str) -> None:
        given = {"action": action, "run_id": run_id, "comment": comment}
        await self._answer("act", given, lambda: self._act(action, run_id, comment))

    async def force_cancel(self, run_id: str, comment: str) -> None:
        await self._answer("force_cancel", {"run_id": run_id, "comment": comment}, lambda: self._force_cancel(run_id, comment))

    async def force_execute(self, run_id: str) -> None:
        await self._answer("force_execute", {"run_id": run_id}, lambda: self._force_execute(run_id))

    async def comments(self, run_id: str) -> tuple[str, ...]:
        return await self._answer("comments", {"run_id": run_id}, lambda: self._kept_comments(run_id))

    # How it is answered

    async def _answer(self, method: str, given: Mapping[str, Any], deed: Callable[[], Answer]) -> Answer:
        self.calls.append(Call(method, dict(given)))
        if method in self.before:
            await self.before[method]()
        failure = self._failures[method].popleft() if self._failures[method] else None
        if failure is not None and not failure.deed_done:
            raise failure.error
        answer = deed()
        if failure is not None:
            raise failure.error
        return answer

    def _id(self, kind: str) -> str:
        return f"{kind}-Fake{next(self._numbers):012d}"

    def _seen(self, things: Mapping[str, Answer], key: str, what: str) -> Answer:
        if key not in things:
            raise NotVisible(what)
        return things[key]

    def _organization(self, name: str) -> str:
        for known in self.organizations:
            if known.lower() == name.lower():
                return known
        raise NotVisible(f"Organization {name}")

    def _named(self, organization: str, name: str) -> Workspace:
        for workspace in self._workspaces.values():
            if (workspace.organization, workspace.name) == (organization, name):
                return workspace
        raise NotVisible(f"Workspace {organization}/{name}")

    def _reading(self, run_id: str) -> RunReading:
        run = self.run(run_id)
        if not self.sends_along:
            return RunReading(run=run)
        return RunReading(run=run, workspace=self._workspaces.get(run.workspace_id), plan=self._plans.get(run.plan_id or ""))

    def _workspace_page(self, organization: str, page: int, *, live_only: bool, newest_first: bool) -> WorkspacePage:
        owner = self._organization(organization)
        rows = [(known, self._current(known)) for known in self._workspaces.values() if known.organization == owner]
        if live_only and self.heeds_filters:
            rows = [(known, run) for known, run in rows if run is not None and not run.is_final]
        rows.sort(key=lambda row: row[0].name)
        if newest_first and self.heeds_filters:
            rows.sort(key=lambda row: self._age(row[1]), reverse=True)
        found, following = self._page(rows, page, self.page_size)
        return WorkspacePage(tuple((known, run if self.sends_along else None) for known, run in found), following)

    def _organization_page(self, organization: str, page: int, *, live_only: bool) -> RunPage:
        owner = self._organization(organization)
        if not self.has_organization_runs:
            raise NotVisible(f"The run list of {organization}")
        mine = {known.id: known for known in self._workspaces.values() if known.organization == owner}
        runs = [run for run in self._newest_first() if run.workspace_id in mine]
        if live_only and self.heeds_filters:
            runs = [run for run in runs if not run.is_final]
        found, following = self._page(runs, page, self.page_size)
        return RunPage(tuple(found), tuple(mine[key] for key in dict.fromkeys(run.workspace_id for run in found)), following)

    def _runs_of(self, workspace_id: str, page: int, size: int, query: RunQuery) -> RunPage:
        workspace = self.workspace(workspace_id)
        runs = [run for run in self._newest_first() if run.workspace_id == workspace_id]
        if self.heeds_filters:
            runs = [run for run in runs if self._is_asked_for(run, query)]
        found, following = self._page(runs, page, size)
        return RunPage(tuple(found), (workspace,) if found else (), following)

    def _is_asked_for(self, run: Run, query: RunQuery) -> bool:
        has_commit = not query.commit or (run.commit is not None and run.commit.sha.startswith(query.commit))
        return has_commit and (not query.statuses or run.status_word in query.statuses)

    def _create(self, wish: NewRun) -> Run:
        workspace = self.workspace(wish.workspace_id)
        if self.refusal is not None:
            raise RequestRefused("terraform.test", self.refusal)
        return self.add_run(
            workspace,
            message=wish.message,
            is_destroy=wish.is_destroy,
            plan_only=wish.plan_only,
            refresh_only=wish.refresh_only,
            save_plan=wish.save_plan,
            configuration_version_id=wish.configuration_version_id,
            created_by=self.whoami.name,
        )

    def _act(self, action: Action, run_id: str, comment: str) -> None:
        run = self.run(run_id)
        if action not in run.permitted:
            raise NotVisible(f"Run {run_id}")
        if action not in run.allowed:
            raise StateMovedOn(f"Run {run_id}", "transition not allowed")
        self._comments[run_id].append(comment)
        if action is Action.CANCEL and self.workspace(run.workspace_id).name in self.stubborn:
            self._canceling.add(run_id)
            self._runs[run_id] = replace(run, allowed=frozenset(), force_cancel_at=self.clock() + COOL_OFF)
        else:
            self.move(run_id, DONE_AS[action])

    def _force_cancel(self, run_id: str, comment: str) -> None:
        run = self.run(run_id)
        if not self.kills:
            raise NotVisible(f"Run {run_id}")
        if run_id not in self._canceling or run.is_final:
            raise StateMovedOn(f"Run {run_id}", "transition not allowed")
        self._comments[run_id].append(comment)
        self.move(run_id, "force_canceled")

    def _force_execute(self, run_id: str) -> None:
        run = self.run(run_id)
        holder = self._holder(run.workspace_id)
        if not self.kills or run.status is not RunStatus.PENDING or holder is None:
            raise NotVisible(f"Run {run_id}")
        if Action.DISCARD not in holder.allowed:
            raise StateMovedOn(f"Run {run_id}", "transition not allowed")
        self.move(holder.id, "discarded")

    def _kept_comments(self, run_id: str) -> tuple[str, ...]:
        return self.said_about(run_id) if self.keeps_comments else ()

    def _newest_first(self) -> list[Run]:
        runs = list(self._runs.values())
        runs.reverse()
        return sorted(runs, key=self._age, reverse=True)

    def _age(self, run: Run | None) -> datetime:
        return run.created_at if run is not None and run.created_at is not None else datetime.min.replace(tzinfo=UTC)

    def _page(self, rows: Sequence[Answer], page: int, size: int) -> tuple[Sequence[Answer], int | None]:
        end = page * size
        return rows[end - size : end], page + 1 if len(rows) > end else None

    def _current(self, workspace: Workspace) -> Run | None:
        return self._runs.get(workspace.current_run_id or "")

    def _holder(self, workspace_id: str) -> Run | None:
        """The run that keeps the workspace's others waiting."""
        current = self._current(self.workspace(workspace_id))
        return current if current is not None and not current.is_final else None

    def _make_current(self, run: Run) -> None:
        self._workspaces[run.workspace_id] = replace(self.workspace(run.workspace_id), current_run_id=run.id)

    def _next_in_line(self, ended: Run) -> None:
        if self.workspace(ended.workspace_id).current_run_id != ended.id:
            return
        for run in self._runs.values():
            if run.workspace_id == ended.workspace_id and run.status is RunStatus.PENDING:
                self._make_current(run)
                self.move(run.id, "planning")
                return


def allowed_for(run: Run) -> frozenset[Action]:
    """What the state of a run allows, as the API's `actions` would say it."""
    if run.is_final:
        return frozenset()
    if run.status is RunStatus.PENDING:
        return frozenset({Action.CANCEL, Action.DISCARD})
    if run.status_word in RESTING and not run.auto_apply and not run.plan_only and run.has_changes:
        return frozenset({Action.APPLY, Action.DISCARD})
    return frozenset({Action.DISCARD}) if run.status in OVERRIDABLE else frozenset({Action.CANCEL})
