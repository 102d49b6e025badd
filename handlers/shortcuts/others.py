"""Shortcuts that we once had and have no more: an app keeps those of the manifest that it was installed with."""

from __future__ import annotations

from bot.slack.answers import said
from bot.slack.blocks import Said

INACTIVE = "This shortcut is no longer in use, so nothing was done. An operator updates the app with what “runbell manifest” prints."


async def shortcut_used() -> Said:
    return said(INACTIVE)
