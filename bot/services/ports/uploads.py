"""Rows of uploads and of who made configuration versions, inside one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.core.authors import ConfigurationAuthor
from bot.core.uploads import Upload


class UploadRows(Protocol):
    async def add(self, upload: Upload) -> None: ...

    async def get(self, upload_id: str) -> Upload | None: ...

    async def move(self, before: Upload, after: Upload) -> bool:
        """Compare-and-set on the step and on `until`; False where somebody else has moved it."""

    async def abandoned(self, now: datetime) -> tuple[Upload, ...]:
        """Those that are under way and that nobody is at any more, oldest first."""


class AuthorRows(Protocol):
    async def note(self, authors: Sequence[ConfigurationAuthor]) -> None:
        """Keep them. What is known of an earlier moment stays; a row that names nobody is completed by the same run."""

    async def of(self, configuration_version_id: str) -> tuple[ConfigurationAuthor, ...]: ...

    async def senders(self, since: datetime) -> tuple[str, ...]:
        """The accounts that have pushed versions since then, in order."""
