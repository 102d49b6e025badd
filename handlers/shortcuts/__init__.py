"""Shortcuts, of which some are on messages: one file a shortcut, and a last row for shortcuts that are no more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from slack_bolt.async_app import AsyncApp

from bot.slack import ids
from handlers.guard import Guard, Listener
from handlers.shortcuts.others import shortcut_used
from handlers.shortcuts.shown import run_wanted
from handlers.shortcuts.start import start_wanted
from handlers.shortcuts.upload import message_to_run

ROWS: Mapping[str | re.Pattern[str], Listener] = MappingProxyType(
    {
        ids.START_FORM: start_wanted,
        ids.UPLOAD_MESSAGE: message_to_run,
        ids.RUN_MESSAGE: run_wanted,
        re.compile(r".*"): shortcut_used,
    }
)
"""The callback id of the shortcut, and who answers; the first that fits is asked. A global one has no place."""


def register(app: AsyncApp, guard: Guard) -> None:
    for callback_id, listener in ROWS.items():
        app.shortcut(callback_id)(guard.guarded(listener))
