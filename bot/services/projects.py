"""Projects by the names that people write; the server tells of workspaces with the ids of their projects alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.core.errors import NotVisible, UnknownProject
from bot.core.servers import Project
from bot.core.workspaces import Workspace, is_same_name, near_names
from bot.services.ports import Memberships, Transaction

PAGES_MOST = 100


class Projects:
    def __init__(self, memberships: Memberships, organizations: tuple[str, ...]) -> None:
        self._memberships = memberships
        self._organizations = organizations

    async def ids_of(self, written: str) -> tuple[str, ...]:
        """Those that are meant by a name, which each organization may have, or by an id. UnknownProject where there is none.

        A name is taken as it is spelled, else in any capitals; where several spellings fit, UnknownProject asks which is meant.
        """
        if not written:
            return ()
        known = [project for organization in self._organizations for project in await self.of(organization)]
        exact = [one.id for one in known if written in {one.id, one.name}]
        alike = [one for one in known if is_same_name(written, one.name)]
        spellings = sorted({one.name for one in alike})
        if not exact and len(spellings) != 1:
            raise UnknownProject(written, spellings or near_names(written, [one.name for one in known]))
        return tuple(exact or [one.id for one in alike])

    async def of(self, organization: str) -> list[Project]:
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


async def with_projects(transaction: Transaction, workspaces: Sequence[Workspace]) -> list[Workspace]:
    """The same with what their projects are called, as the newest look at all workspaces found it."""
    names = await transaction.projects.names(one.project_id for one in workspaces if one.project_id is not None)
    return [replace(one, project_name=names.get(one.project_id or "")) for one in workspaces]
