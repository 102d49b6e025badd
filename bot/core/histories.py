"""What was said about a run and done to it, as the server keeps it.

Facts: "Comments API"; run events are not on a page, but in the official clients.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """Who wrote it, and when, stands in the event of `event_id`."""

    id: str
    body: str
    event_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEvent:
    """`action` is a word of the server's, as `confirmed`; `actor` a user's name, None where nobody did it or the server does not say."""

    id: str
    action: str
    description: str = ""
    created_at: datetime | None = None
    actor: str | None = None
    comment: str | None = None
