"""What the database hands back that is more than the thing itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.runs import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """The newest known snapshot of a run: `asked_at` is when the read that it came from was asked for; `version` counts its writes."""

    run: Run
    asked_at: datetime
    version: int
