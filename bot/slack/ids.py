"""The words that travel to Slack and back with a click: ids of actions, and the address that a button carries."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType

from bot.core.runs import Action

APPROVE = "run.approve"
DISCARD = "run.discard"
CANCEL = "run.cancel"
OPEN = "run.open"
"""A button that opens a link: the browser does it, but Slack still sends the click, which wants an ack."""

MESSAGE_EVENT = "runbell_message"
"""The event type in the metadata of every message of ours; names are of [a-z0-9_] (Slack, "Message metadata")."""

BUTTON_FOR = MappingProxyType({Action.APPLY: APPROVE, Action.DISCARD: DISCARD, Action.CANCEL: CANCEL})
ACTION_OF = MappingProxyType({button: action for action, button in BUTTON_FOR.items()})

VALUE = re.compile(r"r1:(?P<run>(?!run-\Z)[A-Za-z0-9][A-Za-z0-9_.~-]{0,127})")
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
