"""Fields that look up what somebody types: one file a kind of thing, and a last row for fields that are no more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from slack_bolt.async_app import AsyncApp

from handlers.guard import Guard, Suggesting
from handlers.options.others import nothing_to_offer

ROWS: Mapping[str | re.Pattern[str], Suggesting] = MappingProxyType(
    {
        re.compile(r".*"): nothing_to_offer,
    }
)
"""The id of the field, and who knows what it offers; the first that fits is asked."""


def register(app: AsyncApp, guard: Guard) -> None:
    for action_id, listener in ROWS.items():
        app.options(action_id)(guard.guarded_options(listener))
