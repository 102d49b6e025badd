"""Fields that look up what somebody types: one file a kind of thing, and a last row for fields that are no more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from slack_bolt.async_app import AsyncApp

from bot.slack import ids
from handlers.guard import Guard, Suggesting
from handlers.options.others import nothing_to_offer
from handlers.options.workspaces import workspaces_to_read, workspaces_to_start

ROWS: Mapping[str | re.Pattern[str], Suggesting] = MappingProxyType(
    {
        ids.WORKSPACE_TO_START: workspaces_to_start,
        ids.WORKSPACE_TO_READ: workspaces_to_read,
        re.compile(r".*"): nothing_to_offer,
    }
)
"""The id of the field, and who knows what it offers; the first that fits is asked."""


def register(app: AsyncApp, guard: Guard) -> None:
    for action_id, listener in ROWS.items():
        app.options(action_id)(guard.guarded_options(listener))
