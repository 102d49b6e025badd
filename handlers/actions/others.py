"""Buttons that we once made and make no more, on messages that are still there."""

from __future__ import annotations

from bot.slack.answers import said
from bot.slack.blocks import Said

INACTIVE = "This button is no longer active. The newest message about the run has those that count."


async def button_clicked() -> Said:
    return said(INACTIVE)
