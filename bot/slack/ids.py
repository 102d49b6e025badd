"""The words that travel to Slack and back with a click: ids of actions, and the address that a button carries."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType

from bot.core.runs import Action

APPROVE = "run.approve"
DISCARD = "run.discard"
CANCEL = "run.cancel"
UNVOTE = "run.unvote"
SNOOZE = "run.snooze"
OPEN = "run.open"
"""A button that opens a link: the browser does it, but Slack still sends the click, which wants an ack."""

APPROVAL = "run.approval"
"""The callback id of the modal in which somebody gives a reason, or types a workspace's name."""

MESSAGE_EVENT = "runbell_message"
"""The event type in the metadata of every message of ours; names are of [a-z0-9_] (Slack, "Message metadata")."""

BUTTON_FOR = MappingProxyType({Action.APPLY: APPROVE, Action.DISCARD: DISCARD, Action.CANCEL: CANCEL})
ACTION_OF = MappingProxyType({button: action for action, button in BUTTON_FOR.items()})

RUN = r"(?P<run>(?!run-\Z)[A-Za-z0-9][A-Za-z0-9_.~-]{0,127})"
VALUE = re.compile(f"r1:{RUN}")
METADATA = re.compile(f"v1:(?P<channel>[A-Z][A-Z0-9]{{1,30}}):{RUN}:(?P<workspace>.{{1,120}})")
"""A run's id is opaque: `run-…` as a rule, and a UUID or a number on some servers."""


@dataclass(frozen=True, slots=True)
class Address:
    """What a button is about. It says nothing of the run's state, which is read afresh at the click."""

    run_id: str


def encode(address: Address) -> str:
    """The value of a button, far below Slack's 2000 letters."""
    return f"r1:{address.run_id}"


def decode(value: object) -> Address | None:
    """The address in a button's value; None for anything that we did not write."""
    found = VALUE.fullmatch(value) if isinstance(value, str) else None
    return Address(found["run"]) if found else None


@dataclass(frozen=True, slots=True)
class ViewAddress:
    """What a modal is about and where it was opened. `workspace` is the name that was shown; what is typed is compared with it at once."""

    run_id: str
    channel: str
    workspace: str


def encode_view(address: ViewAddress) -> str:
    """The private metadata of a modal, far below Slack's 3000 letters."""
    return f"v1:{address.channel}:{address.run_id}:{address.workspace}"


def decode_view(value: object) -> ViewAddress | None:
    """The address in a modal's metadata; None for anything that we did not write."""
    found = METADATA.fullmatch(value) if isinstance(value, str) else None
    return ViewAddress(found["run"], found["channel"], found["workspace"]) if found else None
