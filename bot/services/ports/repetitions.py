"""What people repeat, as the use cases need it stored."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.core.repetitions import Repetition, RepetitionKind


class RepetitionRows(Protocol):
    async def count(self, repetition: Repetition) -> int:
        """Note it, and return how often it was in its window; 1 for the first time."""

    async def total(self, kind: RepetitionKind, person: str, channel: str) -> int:
        """How often this person did anything of the kind in the channel, in all windows that are open."""

    async def take_ended(self, now: datetime) -> tuple[Repetition, ...]:
        """Remove and return those whose window is over. Of two processes that ask at once, one gets each."""
