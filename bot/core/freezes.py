"""A freeze: a while in which nothing is applied in some workspaces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """One that is in force. `scope` is what it covers, in words; `by` the Slack id of who froze, empty where `runbell.toml` did."""

    scope: str
    reason: str = ""
    until: datetime | None = None
    by: str = ""
