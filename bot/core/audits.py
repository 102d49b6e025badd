"""What the audit holds of each deed, as one entry; how entries become a chain is in sealing.py."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from bot.core.redaction import redact

WORDS_MOST = 300
REASON_MOST = 1000
DETAILS_MOST = 20
LINK_MOST = 500
CUT = "…"


class AuditKind(StrEnum):
    """A command that was done; what was refused, whether typed or clicked; and what came of people's deeds.

    `break_glass` is an apply in spite of a freeze. `undelivered` is a call for people that Slack did not take. `upload` are files from
    Slack that somebody wanted a run of.
    """

    COMMAND = "command"
    VOTE = "vote"
    REFUSAL = "refusal"
    DECISION = "decision"
    RULES = "rules"
    FREEZE = "freeze"
    UNDELIVERED = "undelivered"
    INTENT = "intent"
    WATCH = "watch"
    BREAK_GLASS = "break-glass"
    LOCK = "lock"
    HANDOUT = "handout"
    UPLOAD = "upload"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One deed. `action` is a word of ours (apply, discard, watch, freeze …), `outcome` what came of it.

    `workspace` is a full name where it is known, as it was typed otherwise. `reason` are the person's own words. `permalink` leads to
    the message in Slack. `details` are a few facts more; of a variable its key, never its value.
    """

    at: datetime
    kind: AuditKind
    person: str = ""
    person_name: str = ""
    channel: str = ""
    run_id: str = ""
    workspace: str = ""
    action: str = ""
    plan_digest: str = ""
    rules_hash: str = ""
    reason: str = ""
    outcome: str = ""
    permalink: str = ""
    details: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """An entry as it is stored. `number`, `chained_at` and `link` (hex) are there once it is sealed.

    `details` is JSON: what is sealed is the text that is stored. `kind` is a plain word, since whoever verifies takes rows as they are.
    """

    id: int
    at: datetime
    kind: str
    person: str
    person_name: str
    channel: str
    run_id: str
    workspace: str
    action: str
    plan_digest: str
    rules_hash: str
    reason: str
    outcome: str
    permalink: str
    details: str
    number: int | None = None
    chained_at: datetime | None = None
    link: str = ""


def tidied(entry: Entry) -> Entry:
    """The entry as it may be stored: bounded, and without anything that looks like a token."""
    return replace(
        entry,
        person=words(entry.person),
        person_name=words(entry.person_name),
        channel=words(entry.channel),
        run_id=words(entry.run_id),
        workspace=words(entry.workspace),
        action=words(entry.action),
        plan_digest=words(entry.plan_digest),
        rules_hash=words(entry.rules_hash),
        reason=words(entry.reason, REASON_MOST),
        outcome=words(entry.outcome),
        permalink=words(entry.permalink, LINK_MOST),
        details={words(key): words(value) for key, value in sorted(entry.details.items())[:DETAILS_MOST]},
    )


def words(text: str, most: int = WORDS_MOST) -> str:
    told = redact(text)
    return told if len(told) <= most else told[: most - len(CUT)] + CUT


def details_text(details: Mapping[str, str]) -> str:
    return json.dumps(dict(details), sort_keys=True, separators=(",", ":")) if details else ""
