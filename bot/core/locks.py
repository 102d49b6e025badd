"""Who keeps a workspace from running.

Facts: "Workspaces API", lock and unlock; during a run it is the run itself that holds the lock.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """`holder_kind` is users, teams or runs, and `holder_name` a name of theirs; "" where the server does not say."""

    workspace_id: str
    is_locked: bool
    reason: str = ""
    holder_kind: str = ""
    holder_id: str = ""
    holder_name: str = ""
