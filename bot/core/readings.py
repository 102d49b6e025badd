"""What one question to a server of the Runs API brings back, and what is sent to create a run. How it is asked lives in bot.terraform."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.core.configurations import ConfigurationVersion
from bot.core.costs import CostEstimate
from bot.core.plans import PlanFacts
from bot.core.policies import TaskStage
from bot.core.retries import NO_OPTIONS, RunOptions
from bot.core.runs import Run
from bot.core.workspaces import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReading:
    """A run as read by id, with what the server sent along.

    A canceled run that does not end can be killed from `force_cancel_at` on, once `is_force_cancelable`. `stages` come without results.
    """

    run: Run
    workspace: Workspace | None = None
    plan: PlanFacts | None = None
    apply_id: str | None = None
    cost: CostEstimate | None = None
    configuration: ConfigurationVersion | None = None
    stages: tuple[TaskStage, ...] = ()
    is_force_cancelable: bool = False
    force_cancel_at: datetime | None = None
    may_comment: bool = False
    may_override: bool = False
    options: RunOptions = NO_OPTIONS


@dataclass(frozen=True, slots=True)
class WorkspacePage:
    """One page of a workspace list, each with its current run where the server sent it; `next_page` is None on the last."""

    rows: tuple[tuple[Workspace, Run | None], ...]
    next_page: int | None


@dataclass(frozen=True, slots=True)
class RunPage:
    """One page of a run list, newest first; `workspaces` are those the server sent along."""

    runs: tuple[Run, ...]
    workspaces: tuple[Workspace, ...]
    next_page: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """What is sent to create a run; `auto-apply` is not among it, since it is always false.

    `variables` are names and HCL literals (a string wears quotes of its own), and stand in no repr. None of `configuration_version_id`
    and `terraform_version` means the workspace's; the latter goes with `plan_only` alone.
    """

    workspace_id: str
    message: str
    is_destroy: bool = False
    plan_only: bool = False
    configuration_version_id: str | None = None
    refresh: bool = True
    refresh_only: bool = False
    targets: tuple[str, ...] = ()
    replacements: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    allow_empty_apply: bool | None = None
    allow_config_generation: bool = False
    save_plan: bool = False
    terraform_version: str | None = None
    debugging: bool = False
    actions: tuple[str, ...] = ()
    policy_paths: tuple[str, ...] = ()


StatusGroup = Literal["non_final", "final", "discardable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunQuery:
    """Which runs a list shows; an empty field asks for everything. `year` is a year, or "year" for the last twelve months.

    `text` looks in messages, ids, commits and names of version control, and counts only without `user` and `commit`.
    """

    statuses: tuple[str, ...] = ()
    group: StatusGroup | None = None
    operations: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    agent_pools: tuple[str, ...] = ()
    workspaces: tuple[str, ...] = ()
    year: str = ""
    user: str = ""
    commit: str = ""
    text: str = ""


ANY_RUN = RunQuery()

Order = Literal["name", "-name", "current-run.created-at", "-current-run.created-at", "latest-change-at", "-latest-change-at"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceQuery:
    """Which workspaces a list shows, and in which order; an empty field asks for everything.

    `name` is a part of the name, `wildcard` has a star at an end or at both. A workspace has all of `tags` and of `tagged` (key and
    value, "" for any) and none of `without_tags`. `statuses` are those of current runs.
    """

    name: str = ""
    wildcard: str = ""
    tags: tuple[str, ...] = ()
    without_tags: tuple[str, ...] = ()
    tagged: tuple[tuple[str, str], ...] = ()
    project_id: str = ""
    statuses: tuple[str, ...] = ()
    order: Order | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """Who the token is: `kind` is "users", "teams" or "organizations", or "" where the server does not say."""

    name: str
    kind: str = ""
