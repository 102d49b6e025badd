"""Rows of what projects are called, inside one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from bot.core.servers import Project


class ProjectRows(Protocol):
    async def put(self, organization: str, found: Sequence[Project]) -> None:
        """These are all that an organization has."""

    async def of(self, organization: str) -> dict[str, str]:
        """The names by the ids."""

    async def names(self, project_ids: Iterable[str]) -> dict[str, str]:
        """Those of these ids that are known."""
