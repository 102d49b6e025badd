"""The records of one server by id. Nothing here outlives the process."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from bot.sandbox.terraform.errors import not_found
from bot.sandbox.terraform.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from bot.sandbox.clock import Clock
    from bot.sandbox.terraform.evaluations import PolicyEvaluation, SetOutcome, TaskResult, TaskStage
    from bot.sandbox.terraform.records import Comment, Configuration, Membership, Run, RunEvent, Workspace

Record = TypeVar("Record")


class Store:
    def __init__(self, organization: str, clock: Clock, folder: Path) -> None:
        self.organization = organization
        self.organization_id = new_id("org")
        self.project_id = new_id("prj")
        self.team_id = new_id("team")
        self.clock = clock
        self.folder = folder
        self.created_at: datetime = clock.now()
        self.workspaces: dict[str, Workspace] = {}
        self.names: dict[str, Workspace] = {}
        self._by_name: list[Workspace] | None = None
        self.configurations: dict[str, Configuration] = {}
        self.runs: dict[str, Run] = {}
        self.plans: dict[str, Run] = {}
        self.applies: dict[str, Run] = {}
        self.comments: dict[str, Comment] = {}
        self.events: dict[str, RunEvent] = {}
        self.memberships: dict[str, Membership] = {}
        self.checks: dict[str, Run] = {}
        self.estimates: dict[str, Run] = {}
        self.stages: dict[str, TaskStage] = {}
        self.task_results: dict[str, TaskResult] = {}
        self.policy_evaluations: dict[str, PolicyEvaluation] = {}
        self.set_outcomes: dict[str, SetOutcome] = {}

    def add_workspace(self, workspace: Workspace) -> None:
        self.workspaces[workspace.id] = workspace
        self.names[workspace.name] = workspace
        self._by_name = None

    def workspaces_by_name(self) -> list[Workspace]:
        """All of them, sorted once."""
        if self._by_name is None:
            self._by_name = [self.names[name] for name in sorted(self.names)]
        return self._by_name

    def add_configuration(self, configuration: Configuration) -> None:
        """Being created in a workspace is being used there, so runs that name none will take it once it is uploaded."""
        self.configurations[configuration.id] = configuration
        if not configuration.speculative and not configuration.provisional:
            self.use_configuration(self.workspaces[configuration.workspace_id], configuration)

    def use_configuration(self, workspace: Workspace, configuration: Configuration) -> None:
        if configuration.speculative:
            return
        if configuration.id in workspace.used_configurations:
            workspace.used_configurations.remove(configuration.id)
        workspace.used_configurations.append(configuration.id)

    def latest_configuration(self, workspace: Workspace) -> Configuration | None:
        """The one most recently used here that can run; where none can, the newest that is still being uploaded."""
        pending: Configuration | None = None
        for each in reversed(workspace.used_configurations):
            configuration = self.configurations[each]
            if configuration.status == "uploaded":
                return configuration
            if configuration.status == "pending" and pending is None:
                pending = configuration
        return pending

    def add_run(self, run: Run) -> None:
        self.runs[run.id] = run
        self.workspaces[run.workspace_id].runs.append(run)
        self.plans[run.plan.id] = run
        self.applies[run.apply.id] = run
        self._add_evaluations(run)

    def _add_evaluations(self, run: Run) -> None:
        evaluations = run.evaluations
        if evaluations.policy_check is not None:
            self.checks[evaluations.policy_check.id] = run
        if evaluations.cost_estimate is not None:
            self.estimates[evaluations.cost_estimate.id] = run
        for stage in evaluations.stages:
            self.stages[stage.id] = stage
            self.task_results |= {each.id: each for each in stage.results}
            if stage.evaluation is not None:
                self.policy_evaluations[stage.evaluation.id] = stage.evaluation
                self.set_outcomes |= {each.id: each for each in stage.evaluation.outcomes}

    def add_event(self, event: RunEvent, comment: Comment | None) -> None:
        self.events[event.id] = event
        if comment is not None:
            self.comments[comment.id] = comment

    def workspace(self, workspace_id: str) -> Workspace:
        return known(self.workspaces, workspace_id)

    def workspace_named(self, organization: str, name: str) -> Workspace:
        self.demand_organization(organization)
        return known(self.names, name)

    def demand_organization(self, name: str) -> None:
        if name != self.organization:
            raise not_found()

    def run(self, run_id: str) -> Run:
        return known(self.runs, run_id)

    def workspace_of(self, run: Run) -> Workspace:
        return self.workspaces[run.workspace_id]

    def configuration(self, configuration_id: str) -> Configuration:
        return known(self.configurations, configuration_id)

    def run_of_plan(self, plan_id: str) -> Run:
        return known(self.plans, plan_id)

    def run_of_apply(self, apply_id: str) -> Run:
        return known(self.applies, apply_id)

    def comment(self, comment_id: str) -> Comment:
        return known(self.comments, comment_id)

    def event(self, event_id: str) -> RunEvent:
        return known(self.events, event_id)

    def newest_runs(self, workspace: Workspace | None = None) -> Iterator[Run]:
        """Runs newest first: they are kept in the order of their creation."""
        return reversed(self.runs.values() if workspace is None else workspace.runs)


def known(records: dict[str, Record], key: str) -> Record:
    """The record, or the answer that there is none."""
    try:
        return records[key]
    except KeyError:
        raise not_found() from None
