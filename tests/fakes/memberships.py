"""Members and projects of an organization in memory: a fake of the port Memberships."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from bot.core.errors import TerraformTrouble
from bot.core.servers import MembershipPage, Project, ProjectPage


class FakeMemberships:
    """`projects` are names by id. `fail(error)` has the next question answered with it."""

    def __init__(self, projects: Mapping[str, str]) -> None:
        self.known = [Project(id=key, name=name) for key, name in projects.items()]
        self._failures: deque[TerraformTrouble] = deque()

    def fail(self, error: TerraformTrouble, *, times: int = 1) -> None:
        self._failures.extend([error] * times)

    async def members(self, organization: str, *, page: int = 1, query: str = "") -> MembershipPage:  # noqa: ARG002 - the port's shape
        return MembershipPage(None, ())

    async def projects(self, organization: str, *, page: int = 1, names: tuple[str, ...] = ()) -> ProjectPage:  # noqa: ARG002 - as above
        """One project a page, so that whoever reads one page alone is found out."""
        if self._failures:
            raise self._failures.popleft()
        shown = self.known[page - 1 : page]
        return ProjectPage(page + 1 if page < len(self.known) else None, tuple(shown))
