"""A request: what somebody asked for in Slack, stored before Slack sees it acknowledged, and judged from there, also after a restart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

PAYLOAD_VERSION = 1
NO_PAYLOAD: Mapping[str, object] = MappingProxyType({})


class RequestKind(StrEnum):
    """How it was asked for."""

    COMMAND = "command"
    CLICK = "click"
    FORM = "form"


class RequestState(StrEnum):
    """`received` is stored and perhaps not acknowledged, `acknowledged` may be judged, `begun` has had an effect.

    `undone` had none and never will, `unclear` had an effect and its process is gone: of both the person is still to be told.
    Ends: `judged`, `answered` (the person was told), `withdrawn` (Slack never saw it acknowledged).
    """

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    BEGUN = "begun"
    UNDONE = "undone"
    UNCLEAR = "unclear"
    JUDGED = "judged"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


UNJUDGED = frozenset({RequestState.RECEIVED, RequestState.ACKNOWLEDGED})
AT_WORK = UNJUDGED | {RequestState.BEGUN}
UNANSWERED = frozenset({RequestState.UNDONE, RequestState.UNCLEAR})
OPEN = AT_WORK | UNANSWERED


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`id` comes from Slack's trigger, so that a payload that is sent again finds the row. `listener` is the name of what judges it.

    `action` is the command, the button or the form; `run_id` and `digest` what a button was about. `payload` is all that is needed to
    judge it again, empty where it must not be kept: `has_values` says that variables were set in it, whose values are never stored.
    Nobody but `owner` judges it before `lease_until`.
    """

    id: str
    kind: RequestKind
    listener: str
    person: str
    person_name: str = ""
    team: str = ""
    channel: str = ""
    channel_name: str = ""
    ts: str = ""
    permalink: str = ""
    action: str
    run_id: str = ""
    digest: str = ""
    payload: Mapping[str, object] = field(default_factory=lambda: NO_PAYLOAD, repr=False)
    has_values: bool = False
    state: RequestState = RequestState.RECEIVED
    owner: str = ""
    lease_until: datetime | None = None
    received_at: datetime | None = None

    @property
    def is_resumable(self) -> bool:
        """Whether a process that knows nothing but the row can judge it."""
        return self.payload.get("v") == PAYLOAD_VERSION and not self.has_values

    @property
    def hold(self) -> Hold:
        return Hold(self.id, self.owner, self.person)


def payload_of(**facts: object) -> Mapping[str, object]:
    """A payload of this version; what an older or a newer release wrote is answered instead of being guessed at."""
    return {"v": PAYLOAD_VERSION, **facts}


class Due(StrEnum):
    """What is to be done about a request that waits: judged by whoever takes it, or told that nothing was done, or that it is unclear."""

    JUDGE = "judge"
    UNDONE = "undone"
    UNCLEAR = "unclear"


AFTER = MappingProxyType(
    {Due.JUDGE: RequestState.ACKNOWLEDGED, Due.UNDONE: RequestState.UNDONE, Due.UNCLEAR: RequestState.UNCLEAR},
)


def is_late(request: Request, now: datetime, within: timedelta) -> bool:
    """Whether it should have been judged by now."""
    return request.state in UNJUDGED and (request.received_at is None or request.received_at <= now - within)


def due(request: Request, now: datetime, within: timedelta) -> Due | None:
    """None while somebody is at it in time, and where all is over.

    What was never noted as acknowledged is not judged: Slack may have told the person that it failed.
    """
    is_free = request.lease_until is None or request.lease_until <= now
    if is_late(request, now, within):
        return Due.UNDONE
    if request.state not in OPEN or not is_free:
        return None
    if request.state in {RequestState.BEGUN, RequestState.UNCLEAR}:
        return Due.UNCLEAR
    return Due.JUDGE if request.state is RequestState.ACKNOWLEDGED and request.is_resumable else Due.UNDONE


@dataclass(slots=True, eq=False)
class Hold:
    """A request at work in this process. `begun_in` is the transaction in which its effect was noted last."""

    request_id: str
    owner: str
    person: str
    begun_in: object = None


HELD: ContextVar[Hold | None] = ContextVar("held_request", default=None)
"""The request that the running listener judges. The store reads it, so that a row and the effect of judging it commit together, without
a parameter in every use case between the listener and its transaction."""


@contextmanager
def holding(hold: Hold | None) -> Iterator[None]:
    """Tie every effect in this block to the request; to none where there is none."""
    token = HELD.set(hold)
    try:
        yield
    finally:
        HELD.reset(token)
