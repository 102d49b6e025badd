"""A request: what a person asked for in Slack, stored before Slack sees it acknowledged, and judged from its row, also after a restart."""

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

    `undone` had no effect and never will. `unclear` had one, and its process is gone. In both, the person does not know yet.
    Final: `judged`, `answered` (the person was told), `withdrawn` (Slack never saw it acknowledged).
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
    """`id` comes from Slack's trigger, so that a payload that is sent again finds the row. `listener` is the function that judges it.

    `action` is the command, the button or the form; `run_id` and `digest` are what a button was about. `payload` holds all that judging
    it again needs. It is empty if it must not be kept: `has_values` says that it set variables, whose values are never stored.
    Until `lease_until` only `owner` judges it.
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
    """Return a payload of this version. One that another release wrote is not guessed at: the person is told that nothing was done."""
    return {"v": PAYLOAD_VERSION, **facts}


class Due(StrEnum):
    """What to do about a request that waits: judge it, or tell the person that nothing was done, or that the result is unclear."""

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
    """Return None if a process judges it in time, or it is final.

    A request that was never noted as acknowledged is not judged: Slack may have shown the person a failure.
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
    """A request that this process judges now. `begun_in` is the transaction that last noted an effect of it."""

    request_id: str
    owner: str
    person: str
    begun_in: object = None


HELD: ContextVar[Hold | None] = ContextVar("held_request", default=None)
"""The request that the running listener judges. The store reads it, so that a row and the effect of judging it commit together, without
a parameter in every use case between the listener and its transaction."""


@contextmanager
def holding(hold: Hold | None) -> Iterator[None]:
    """Tie every effect in this block to the request, if there is one."""
    token = HELD.set(hold)
    try:
        yield
    finally:
        HELD.reset(token)


def has_effect(hold: Hold | None) -> bool:
    """Return whether a request had an effect, or the COMMIT of one was not answered."""
    return hold is not None and hold.begun_in is not None
