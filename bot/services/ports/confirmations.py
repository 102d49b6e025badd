"""Rows of commands that wait for a click."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.core.confirmations import Confirmation


class ConfirmationRows(Protocol):
    async def add(self, confirmation: Confirmation) -> None:
        """Keep it in place of the oldest where this person was shown as many in this channel already."""

    async def get(self, confirmation_id: str) -> Confirmation | None: ...

    async def take(self, confirmation_id: str, person: str, team_id: str, channel: str, now: datetime) -> Confirmation | None:
        """Use it up, atomically; None where it is another's, was used, or has expired."""
