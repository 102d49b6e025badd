"""Members and projects of an organization in memory: a fake of the port Memberships."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from bot.core.errors import TerraformTrouble
from bot.core.servers import Membership, MembershipPage, Project, ProjectPage


class FakeMemberships:
    """`projects` are names by id, in every organization but those of `elsewhere`, which have their own.

    `fail(error)` has the next question answered with it.
    """

    def __init__(self, projects: Mapping[str, str]) -> None:
        self.known = [Project(id=key, name=name) for key, name in projects.items()]
        self.elsewhere: dict[str, list[Project]] = {}
        self.people: list[Membership] = []
        self._failures: deque[TerraformTrouble] = deque()

    def fail(self, error: TerraformTrouble, *, times: int = 1) -> None:
        self._failures.extend([error] * times)

    def add(self, username: str, email: str = "") -> None:
        number = len(self.people)
        self.people.append(Membership(id=f"ou-{number}", user_id=f"user-{number}", username=username, email=email))

    async def members(self, organization: str, *, page: int = 1, query: str = "") -> MembershipPage:  # noqa: ARG002 - one organization
        """One member a page, as with projects below."""
        if self._failures:
            raise self._failures.popleft()
        found = [one for one in self.people if query in one.username or query in one.email]
        return MembershipPage(page + 1 if page < len(found) else None, tuple(found[page - 1 : page]))

    async def projects(self, organization: str, *, page: int = 1, names: tuple[str, ...] = ()) -> ProjectPage:  # noqa: ARG002 - all of them
        """One project a page, so that whoever reads one page alone is found out."""
        if self._failures:
            raise self._failures.popleft()
        known = self.elsewhere.get(organization, self.known)
        return ProjectPage(page + 1 if page < len(known) else None, tuple(known[page - 1 : page]))
