"""One message of ours in Slack, as the database knows it: what is wanted of it and what has been painted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """A card changes in place; a call asks people at a gate; an end tells how it ended; a note is said once.

    A reply stands in for a card, a call or an end that Slack lets nobody change any more. A rollup is one card for a burst of runs.
    A reminder tells, in the thread of a call or to one person, that a run still waits. A notice tells one person of a run of theirs.
    An upload tells how far files have come on their way to a run.
    """

    CARD = "card"
    CALL = "call"
    END = "end"
    NOTE = "note"
    REPLY = "reply"
    REMINDER = "reminder"
    NOTICE = "notice"
    ROLLUP = "rollup"
    UPLOAD = "upload"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A row is unique by (subject, channel, kind, gate).

    It is due while `wanted` > `painted`. `claimed_at` is set while a post is under way: a row that is claimed, has no `ts` and is
    found by somebody else has an unknown outcome. `text` is what a note says, and for a card what it told the channel when it was born
    (`Wanted.says`); what a card, a call or an end shows is rendered from the run.
    `parent` is the subject of the rollup in the same channel of which this card is a line: such a row is never posted by itself.
    `in_thread`: it is posted as a reply to the channel's card of the run; `thread_ts` is where it was tried. `mentions`: it is
    addressed to whoever asked for the run. `is_frozen`: Slack lets nobody change it any more.
    `doubt_until` is when the channel's history is looked at next for a double of a message that was posted a second time.
    """

    id: int
    subject: str
    channel: str
    kind: Kind
    gate: str = ""
    wanted: int = 1
    painted: int = 0
    ts: str | None = None
    text: str = ""
    thread_ts: str | None = None
    attempts: int = 0
    not_before: datetime | None = None
    claimed_at: datetime | None = None
    doubt_until: datetime | None = None
    last_error: str = ""
    parent: str = ""
    in_thread: bool = False
    mentions: bool = False
    is_frozen: bool = False

    @property
    def key(self) -> str:
        """What is written into the message's metadata, so that it is found again in the channel's history."""
        return f"{self.subject}/{self.kind}/{self.gate}"

    @property
    def is_due(self) -> bool:
        return self.wanted > self.painted


OF_ONE_RUN = frozenset({Kind.CARD, Kind.CALL, Kind.END, Kind.NOTICE})


def run_of_key(key: str) -> str:
    """The run that a message with this key is about, "" where it is about none or about several."""
    subject, _, rest = key.partition("/")
    return subject if rest.partition("/")[0] in OF_ONE_RUN else ""


ORDER = {
    Kind.CALL: 0,
    Kind.REPLY: 0,
    Kind.REMINDER: 0,
    Kind.NOTICE: 1,
    Kind.END: 1,
    Kind.NOTE: 1,
    Kind.CARD: 2,
    Kind.ROLLUP: 2,
    Kind.UPLOAD: 2,
}
"""People who are needed come first, progress last."""
