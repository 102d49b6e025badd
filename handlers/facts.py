"""What an event or a click tells, taken out of it with care: an event that lacks it is none that anything can be done about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.errors import RunbellError


class FactMissing(RunbellError):
    def __init__(self, name: str) -> None:
        super().__init__(f"Slack sent an event without its {name}.")


def fact(event: Mapping[str, Any], *path: str) -> str:
    """A word of an event, by its way through the objects; FactMissing where there is none."""
    found: object = event
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    if not isinstance(found, str) or not found:
        raise FactMissing(".".join(path))
    return found


def value_of(payload: Mapping[str, Any]) -> object:
    """Of a button, or of what was chosen in a menu."""
    chosen = payload.get("selected_option")
    return chosen.get("value") if isinstance(chosen, Mapping) else payload.get("value")
