"""Rows of uploads, inside one transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.core.uploads import Upload


class UploadRows(Protocol):
    async def add(self, upload: Upload) -> None: ...

    async def get(self, upload_id: str) -> Upload | None: ...

    async def move(self, before: Upload, after: Upload) -> bool:
        """Compare-and-set on the step and on `until`; False where somebody else has moved it."""

    async def abandoned(self, now: datetime) -> tuple[Upload, ...]:
        """Those that are under way and that nobody is at any more, oldest first."""
