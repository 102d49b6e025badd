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


RUNS = "runs"
OUR_MARK = "(ref rb-"
"""What is in the reason of every lock that Runbell has set."""


def is_ours(lock: Lock, account: str) -> bool:
    """Whether Runbell has set it: its reason says so, or our account holds it. The server has the last word."""
    return OUR_MARK in lock.reason or bool(account and account in {lock.holder_name, lock.holder_id})


def holder_words(lock: Lock) -> str:
    """Who holds a lock and why, as far as the server says; words from outside."""
    who = lock.holder_name or lock.holder_id
    if lock.holder_kind == RUNS:
        return f"Its run {lock.holder_id} holds the lock"
    why = f": {lock.reason}" if lock.reason else ""
    if OUR_MARK in lock.reason:
        return f"It was locked from Slack{why}"
    return f"{who} holds the lock{why}" if who else f"It is locked, and the server does not say by whom{why}"
