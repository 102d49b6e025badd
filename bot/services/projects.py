"""Projects by the names that people write; workspaces know them by their ids alone."""

from __future__ import annotations

from bot.core.errors import NotVisible, UnknownProject
from bot.core.servers import Project
from bot.core.workspaces import near_names
from bot.services.ports import Memberships

PAGES_MOST = 100


class Projects:
    def __init__(self, memberships: Memberships, organizations: tuple[str, ...]) -> None:
        self._memberships = memberships
        self._organizations = organizations

    async def id_of(self, written: str) -> str:
        """The first of `ids_of`, "" where none is meant."""
        return next(iter(await self.ids_of(written)), "")

    async def ids_of(self, written: str) -> tuple[str, ...]:
        """Those that are meant by a name, which each organization may have, or by an id. UnknownProject where there is none."""
        if not written:
            return ()
        known = [project for organization in self._organizations for project in await self._all(organization)]
        exact = [one.id for one in known if written in {one.id, one.name}]
        alike = [one.id for one in known if written.lower() == one.name.lower()]
        if not exact and not alike:
            raise UnknownProject(written, near_names(written, [one.name for one in known]))
        return tuple(exact or alike)

    async def _all(self, organization: str) -> list[Project]:
        """None where the server has no projects."""
        found: list[Project] = []
        number: int | None = 1
        try:
            while number is not None and number <= PAGES_MOST:
                page = await self._memberships.projects(organization, page=number)
                found += page.projects
                number = page.next_page
        except NotVisible:
            return found
        return found
