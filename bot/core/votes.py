"""A vote for a run at one of its gates, and what can make it fall."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """Bound to the plan's digest and the rules' hash at the time. `typed_name` is the workspace's name as the voter typed it.

    `name` is the person's, for display alone; `channel` is where they voted.
    """

    person: str
    at: datetime
    digest: str
    rules: str
    reason: str = ""
    typed_name: str = ""
    name: str = ""
    channel: str = ""


class Why(StrEnum):
    """Why a vote does not count."""

    PLAN_CHANGED = "plan changed"
    RULES_CHANGED = "rules changed"
    NO_MEMBER = "no member"
    UNKNOWN_PERSON = "unknown person"
    COUNTED_ONCE = "counted once"
    NOT_ASKED = "not asked"
    SAME_PERSON = "same person"
    POSSIBLY_SAME = "possibly same"
    NO_REASON = "no reason"
    WRONG_NAME = "wrong name"
