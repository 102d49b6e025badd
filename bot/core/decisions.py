"""A person's decision at a gate, and the call to the server that carries it out: what an intent may become and what settles it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import assert_never

from bot.core.runs import Action, Run, RunStatus
from bot.core.signatures import has_reference
from bot.core.stored import StoredRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Who decided what about which plan; unique per (run, gate, round): a gate that opens again begins a new round.

    `broke_glass`: it was decided in spite of a freeze.
    """

    run_id: str
    gate: str
    round: int
    action: Action
    person: str
    person_name: str
    channel: str
    comment: str
    plan_digest: str
    decided_at: datetime
    intent_id: str
    broke_glass: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known at a gate when somebody decides there: the round that is open and its decision, the hash of the rules in force (None
    where none ever were), and the run as it was read last.
    """

    round: int
    rules_hash: str | None
    decision: Decision | None
    stored: StoredRun | None


class Deed(StrEnum):
    """What an intent asks of the server."""

    APPLY = "apply"
    DISCARD = "discard"
    CANCEL = "cancel"
    CREATE = "create"
    OVERRIDE = "override"
    FORCE_CANCEL = "force-cancel"
    COMMENT = "comment"


class IntentState(StrEnum):
    """`pending` was decided and not sent; `sent` left and has no answer yet; `unsure` may or may not have been heard.

    Ends: `settled` the server did it for us; `refused` it did not; `elsewhere` somebody else did it; `unheard` the run did not move,
    so the gate is free again.
    """

    PENDING = "pending"
    SENT = "sent"
    UNSURE = "unsure"
    SETTLED = "settled"
    REFUSED = "refused"
    ELSEWHERE = "elsewhere"
    UNHEARD = "unheard"


OPEN = frozenset({IntentState.PENDING, IntentState.SENT, IntentState.UNSURE})

IN_FLIGHT = frozenset({IntentState.SENT, IntentState.UNSURE})
"""The request may have reached the server, and its answer is not known yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A call to the Runs API that a person has decided on. `id` doubles as the reference written into comments and run messages.

    `payload` holds what the call needs (comment; for a create: workspace, message, is-destroy, plan-only), never a variable's value.
    `unchanged_at` is when an unsure intent's run was first seen not to have moved.
    """

    id: str
    deed: Deed
    state: IntentState
    run_id: str | None
    workspace_id: str
    person: str
    person_name: str
    channel: str
    created_at: datetime
    payload: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    gate: str = ""
    round: int = 0
    owner: str = ""
    lease_until: datetime | None = None
    not_before: datetime | None = None
    sent_at: datetime | None = None
    unchanged_at: datetime | None = None
    settled_at: datetime | None = None
    outcome: str = ""

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def applies(self) -> bool:
        """Whether it applies its run. An override that does not say whether it does counts as one that does."""
        return self.deed is Deed.APPLY or (self.deed is Deed.OVERRIDE and self.payload.get("applies") != "no")

    @property
    def reference(self) -> str:
        """What is looked for in comments and run messages."""
        return f"ref {self.id}"


STOPPED = frozenset({RunStatus.CANCELED, RunStatus.FORCE_CANCELED})

TAKES_TIME = frozenset({Deed.CANCEL, Deed.FORCE_CANCEL, Deed.COMMENT})
"""That the server has the comment is enough: Terraform takes its time to be interrupted, and words move nothing."""

UNHEARD_AFTER = timedelta(seconds=60)
"""Two reads this far apart that show an unmoved run mean that the call was never heard."""


def has_moved(deed: Deed, run: Run, gate: str = "") -> bool:
    """Whether the run shows that the deed was done, by us or by anybody; `gate` is where it was decided."""
    match deed:
        case Deed.APPLY:
            return run.was_confirmed or run.is_final
        case Deed.DISCARD:
            return run.is_final or run.was_confirmed
        case Deed.CANCEL | Deed.FORCE_CANCEL:
            return run.is_final
        case Deed.OVERRIDE:
            return not run.lacks_hurdle and run.gate != gate
        case Deed.CREATE:
            return True
        case Deed.COMMENT:
            return False
        case _:
            assert_never(deed)


def shows_deed(deed: Deed, run: Run) -> bool:
    """Whether where the run has moved to is what the deed wanted."""
    match deed:
        case Deed.APPLY:
            return run.was_confirmed
        case Deed.DISCARD:
            return run.status is RunStatus.DISCARDED
        case Deed.CANCEL | Deed.FORCE_CANCEL:
            return run.status in STOPPED
        case Deed.OVERRIDE:
            return not run.lacks_hurdle and run.status not in STOPPED | {RunStatus.DISCARDED, RunStatus.POLICY_SOFT_FAILED}
        case Deed.CREATE:
            return True
        case Deed.COMMENT:
            return False
        case _:
            assert_never(deed)


def settle(intent: Intent, run: Run, comments: Iterable[str], now: datetime, unheard_after: timedelta = UNHEARD_AFTER) -> IntentState:
    """What an unsure intent has become, judged by a fresh read of its run. UNSURE means: look again later."""
    heard = any(has_reference(comment, intent.id) for comment in comments)
    if has_moved(intent.deed, run, intent.gate):
        return IntentState.SETTLED if heard and shows_deed(intent.deed, run) else IntentState.ELSEWHERE
    if heard and intent.deed in TAKES_TIME:
        return IntentState.SETTLED
    if intent.unchanged_at is not None and now - intent.unchanged_at >= unheard_after:
        return IntentState.UNHEARD
    return IntentState.UNSURE
