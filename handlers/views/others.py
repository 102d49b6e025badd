"""Modals that we once made and make no more, still open somewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.slack.answers import said
from bot.slack.blocks import Said

INACTIVE = "This form is no longer in use, so nothing was done. Please begin again."


def nothing_wrong(_view: Mapping[str, Any]) -> dict[str, str]:
    return {}


async def view_submitted() -> Said:
    return said(INACTIVE)
