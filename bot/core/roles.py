"""What one process at a time does, which processes there are, and what they may be together. How roles change hands is in services."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

PRUNING = "pruning"
SEALING = "sealing"
SOCKETS_USUAL = 9
SOCKETS_MOST = 10
"""Slack keeps at most ten connections for an app (Slack, Socket Mode); the tenth is for the next release's first process."""


class Mode(StrEnum):
    """How a process hears of Slack."""

    SOCKET = "socket"
    HTTP = "http"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A role in somebody's hands until a moment of the database's clock. `token` rises whenever the role changes hands."""

    role: str
    owner: str
    until: datetime
    taken_at: datetime
    token: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """A process that serves; it lives while its last beat is fresh."""

    id: str
    started_at: datetime
    beat_at: datetime
    version: str
    mode: Mode


def looking(account: str) -> str:
    """The server's limits are for each user, so one process looks for an account."""
    return f"looking:{account}"


def painting(team_id: str) -> str:
    return f"painting:{team_id}"


def sockets(replicas: Iterable[Replica]) -> int:
    return sum(replica.mode is Mode.SOCKET for replica in replicas)


def sockets_trouble(count: int) -> str | None:
    """What is wrong with so many processes in Socket Mode, and what to do."""
    if count <= SOCKETS_USUAL:
        return None
    if count <= SOCKETS_MOST:
        return (
            f"{count} processes use Socket Mode, and Slack takes {SOCKETS_MOST} connections of an app: "
            "none is left for an upgrade. Run fewer, or use signed HTTP."
        )
    return f"{count} processes use Socket Mode, and Slack takes only {SOCKETS_MOST} connections of an app. Run fewer, or use signed HTTP."
