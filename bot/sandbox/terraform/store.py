"""The records of one server by id, and the ids themselves. Nothing here outlives the process."""

from __future__ import annotations

import secrets
import string
from typing import TYPE_CHECKING, TypeVar

from bot.sandbox.terraform.errors import not_found

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from bot.sandbox.clock import Clock
    from bot.sandbox.terraform.records import Comment, Configuration, Run, RunEvent, Workspace

Record = TypeVar("Record")
ALPHABET = string.ascii_letters + string.digits


def new_id(prefix: str) -> str:
    """An id as the platform writes them: the kind, a hyphen, 16 letters and digits."""
    return f"{prefix}-{''.join(secrets.choice(ALPHABET) for _ in range(16))}"


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
        self.configurations: dict[str, Configuration] = {}
        self.runs: dict[str, Run] = {}
        self.plans: dict[str, Run] = {}
        self.applies: dict[str, Run] = {}
        self.comments: dict[str, Comment] = {}
        self.events: dict[str, RunEvent] = {}

    def add_workspace(self, workspace: Workspace) -> None:
        self.workspaces[workspace.id] = workspace
        self.names[workspace.name] = workspace

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
        used = [self.configurations[each] for each in reversed(workspace.used_configurations)]
        usable = [each for each in used if each.status == "uploaded"]
        pending = [each for each in used if each.status == "pending"]
        return next(iter(usable + pending), None)

    def add_run(self, run: Run) -> None:
        self.runs[run.id] = run
        self.workspaces[run.workspace_id].runs.append(run)
        self.plans[run.plan.id] = run
        self.applies[run.apply.id] = run

    def add_event(self, event: RunEvent, comment: Comment | None) -> None:
        self.events[event.id] = event
        if comment is not None:
            self.comments[comment.id] = comment

    def workspace(self, workspace_id: str) -> Workspace:
        return _known(self.workspaces, workspace_id)

    def workspace_named(self, organization: str, name: str) -> Workspace:
        self.demand_organization(organization)
        return _known(self.names, name)

    def demand_organization(self, name: str) -> None:
        if name != self.organization:
            raise not_found()

    def run(self, run_id: str) -> Run:
        return _known(self.runs, run_id)

    def workspace_of(self, run: Run) -> Workspace:
        return self.workspaces[run.workspace_id]

    def configuration(self, configuration_id: str) -> Configuration:
        return _known(self.configurations, configuration_id)

    def run_of_plan(self, plan_id: str) -> Run:
        return _known(self.plans, plan_id)

    def run_of_apply(self, apply_id: str) -> Run:
        return _known(self.applies, apply_id)

    def comment(self, comment_id: str) -> Comment:
        return _known(self.comments, comment_id)

    def event(self, event_id: str) -> RunEvent:
        return _known(self.events, event_id)

    def newest_runs(self, workspace: Workspace | None = None) -> Iterator[Run]:
        """Runs newest first: they are kept in the order of their creation."""
        return reversed(self.runs.values() if workspace is None else workspace.runs)


def _known(records: dict[str, Record], key: str) -> Record:
    try:
        return records[key]
    except KeyError:
        raise not_found() from None
