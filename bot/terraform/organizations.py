"""Who belongs to an organization, its projects, what it has paid for; and what the server says of itself."""

from __future__ import annotations

from bot.core.servers import Lack, MembershipPage, Project, ProjectPage, Server
from bot.terraform.exchanges import Exchanges
from bot.terraform.lists import PAGE_SIZE, Lists, pages
from bot.terraform.member_documents import decode_entitlements, decode_memberships, decode_project, decode_projects
from bot.terraform.paths import path_of


class OrganizationsClient:
    def __init__(self, exchanges: Exchanges, lists: Lists, lacks: set[Lack]) -> None:
        self._exchanges, self._lists, self._lacks = exchanges, lists, lacks

    async def members(self, organization: str, *, page: int = 1, query: str = "") -> MembershipPage:
        """100 a page, with e-mail addresses where the token may see them; `query` is part of a name or an address."""
        what = f"The members of {organization}"
        path = path_of(what, "organizations", organization, "organization-memberships")
        params = {**pages(page, PAGE_SIZE), **({"q": query} if query else {})}
        return decode_memberships(await self._lists.read_with(("user",), path, what, params), page)

    async def projects(self, organization: str, *, page: int = 1, names: tuple[str, ...] = ()) -> ProjectPage:
        what = f"The projects of {organization}"
        path = path_of(what, "organizations", organization, "projects")
        params = {**pages(page, PAGE_SIZE), **({"filter[names]": ",".join(names)} if names else {})}
        return decode_projects(await self._exchanges.read(path, what, params), page)

    async def project(self, project_id: str) -> Project:
        what = f"Project {project_id}"
        return decode_project(await self._exchanges.read(path_of(what, "projects", project_id), what))

    async def entitlements(self, organization: str) -> frozenset[str]:
        what = f"The entitlements of {organization}"
        return decode_entitlements(await self._exchanges.read(path_of(what, "organizations", organization, "entitlement-set"), what))

    async def server(self) -> Server:
        """What the server says of itself in the headers of `ping`, whatever it answers to that, and what it was seen to lack so far."""
        await self._exchanges.probe("ping")
        connections = self._exchanges.connections
        return Server(
            host=connections.host,
            base_path=await connections.base(self._exchanges.deadline()),
            name=connections.seen.get("tfp-appname", "")[:80],
            api_version=connections.seen.get("tfp-api-version", "")[:20],
            version=connections.seen.get("x-tfe-version", "")[:40],
            lacks=frozenset(self._lacks),
        )
