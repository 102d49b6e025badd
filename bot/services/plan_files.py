"""The JSON of plans on its way in: the one place that has it fetched, into a file that is gone once it has been read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from bot.services.ports import PlanTexts

MOST_BYTES = 64_000_000
Made = TypeVar("Made")


class PlanFiles:
    def __init__(self, texts: PlanTexts) -> None:
        self._texts = texts

    async def read(self, plan_id: str, make: Callable[[Path], Made]) -> Made | None:
        """What a thread makes of the redacted JSON; None while the plan is not finished. A TerraformTrouble where it cannot be had:
        NotVisible, RequestRefused and TooLarge last.
        """
        with TemporaryDirectory(prefix="runbell-") as folder:
            path = Path(folder) / "plan.json"
            saved = await self._texts.save(plan_id, path, MOST_BYTES)
            return await asyncio.to_thread(make, path) if saved is not None else None
