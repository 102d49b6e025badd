"""What the database hands back that is more than the thing itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.plans import PlanFacts
from bot.core.runs import Run
from bot.core.workspaces import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """The newest known snapshot of a run: `asked_at` is when the read that it came from was asked for; `version` counts its writes."""

    run: Run
    asked_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRun:
    """What is kept of a run whose workspace is known: of one whose workspace is not, all are None."""

    workspace: Workspace | None = None
    stored: StoredRun | None = None
    plan: PlanFacts | None = None
