"""What one question to a server of the Runs API brings back, and what is sent to create a run. How it is asked lives in bot.terraform."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.plans import PlanFacts
from bot.core.runs import Run
from bot.core.workspaces import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReading:
    """A run as read by id, with what the server sent along."""

    run: Run
    workspace: Workspace | None = None
    plan: PlanFacts | None = None


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
    """What is sent to create a run; `auto-apply` is not among it, since it is always false."""

    workspace_id: str
    message: str
    is_destroy: bool = False
    plan_only: bool = False
    configuration_version_id: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """Who the token is: `kind` is "users", "teams" or "organizations", or "" where the server does not say."""

    name: str
    kind: str = ""
