"""Where a server of the Runs API sends word of runs: the configurations it keeps, and what is sent to make one.

Facts: "Notification configurations API".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

RUN_TRIGGERS = ("run:created", "run:planning", "run:needs_attention", "run:applying", "run:completed", "run:errored")
"""Everything that a run does, but for plan-only runs, of which no server sends word."""


class Scope(StrEnum):
    """What a configuration belongs to; one of a project covers all of its workspaces."""

    WORKSPACE = "workspaces"
    PROJECT = "projects"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The last word that was sent, and how it was taken. `code` is the status that answered, "" where none did."""

    code: str = ""
    successful: bool = False
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A configuration as the server keeps it; it never tells its secret."""

    id: str
    name: str
    url: str
    destination: str = "generic"
    enabled: bool = False
    triggers: frozenset[str] = frozenset()
    deliveries: tuple[Delivery, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNotification:
    """`secret` is what deliveries are signed with. The server asks `url` at once and keeps nothing where it does not answer 2xx."""

    scope: Scope
    owner_id: str
    name: str
    url: str
    secret: str = field(repr=False)
    triggers: tuple[str, ...] = RUN_TRIGGERS
    enabled: bool = True
