"""Who keeps a workspace from running.

Facts: "Workspaces API", lock and unlock; during a run it is the run itself that holds the lock.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.core.people import Person, Place
from bot.core.signatures import ASKED, DASH, signed_words, words_signed


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """`holder_kind` is users, teams or runs, and `holder_name` a name of theirs; "" where the server does not say."""

    workspace_id: str
    is_locked: bool
    reason: str = ""
    holder_kind: str = ""
    holder_id: str = ""
    holder_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackLock:
    """Of a lock that was set from Slack: by whom, when and why; words from outside."""

    person: str
    at: datetime
    reason: str


RUNS = "runs"
MOMENT = "%Y-%m-%d %H:%M"
SIGNATURE = re.compile(
    r"asked for by (?P<name>[^\n]+) \(\w{1,40}\) in [^\n,]{1,100}, (?P<at>\d{4}-\d\d-\d\d \d\d:\d\d) UTC \(ref rb-\w{1,60}\)"
)
SIGNATURE_MOST = 400
OUR_MARK = "(ref rb-"
"""What is in the reason of every lock that Runbell has set."""


def is_ours(lock: Lock, account: str) -> bool:
    """Whether Runbell has set it: its reason says so, or our account holds it. The server has the last word."""
    return OUR_MARK in lock.reason or bool(account and account in {lock.holder_name, lock.holder_id})


def signed_reason(reason: str, person: Person, place: Place, now: datetime, reference: str) -> str:
    """What the server keeps with a lock of ours: who asked where and when, the reference by which it is found again, and why."""
    return signed_words(ASKED.strip(), person, place, reference, reason, at=f"{now:{MOMENT}} UTC")


def from_slack(lock: Lock) -> SlackLock | None:
    """What the reason of a lock of ours says; None for another's, and for one whose reason somebody has changed."""
    text, said = lock.reason.strip(), words_signed(lock.reason)
    if text.startswith(ASKED) and said is not None:
        found = SIGNATURE.match(text)
        since = moment_of(found["at"]) if found is not None else None
        return SlackLock(person=found["name"], at=since, reason=said) if found is not None and since is not None else None
    at = text.rfind(ASKED, max(0, len(text) - SIGNATURE_MOST))
    found = SIGNATURE.fullmatch(text, at) if at >= 0 else None
    since = moment_of(found["at"]) if found is not None else None
    if found is None or since is None:
        return None
    return SlackLock(person=found["name"], at=since, reason=text[:at].rstrip().removesuffix(DASH).rstrip())


def moment_of(written: str) -> datetime | None:
    try:
        return datetime.strptime(written, MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return None


def holder_words(lock: Lock) -> str:
    """Who holds a lock and why, as far as the server says; words from outside."""
    who = lock.holder_name or lock.holder_id
    if lock.holder_kind == RUNS:
        return f"Its run {lock.holder_id} holds the lock"
    ours = from_slack(lock)
    if ours is not None:
        return f"{ours.person} locked it from Slack, {ours.at:{MOMENT}} UTC{f': {ours.reason}' if ours.reason else ''}"
    why = f": {lock.reason}" if lock.reason else ""
    if OUR_MARK in lock.reason:
        return f"It was locked from Slack{why}"
    return f"{who} holds the lock{why}" if who else f"The server does not say who holds the lock{why}"
