"""Where the server is asked to send us word of runs: found by our address before anything is made, since nothing keeps two apart."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from bot.core.errors import TerraformTrouble
from bot.core.notifications import RUN_TRIGGERS, NewNotification, Notification, Scope
from bot.services.ports import Memberships, Runs, Webhooks

NAME = "runbell"


@dataclass(frozen=True, slots=True)
class Owner:
    """A project or a workspace that can tell of its runs."""

    scope: Scope
    id: str
    full_name: str


class Deed(StrEnum):
    """What was done, or would be."""

    CREATED = "created"
    ENABLED = "enabled"
    RENEWED = "renewed"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """`url` is ours: what stands at another address is somebody else's, and is never touched."""

    webhooks: Webhooks
    runs: Runs
    memberships: Memberships
    organizations: tuple[str, ...]
    url: str

    async def owners(self, scope: Scope, patterns: tuple[str, ...]) -> tuple[Owner, ...]:
        """Those whose name, or `organization/name`, one of the globs matches; by organization and name."""
        found = [one for organization in self.organizations for one in await self._all(scope, organization)]
        wanted = [one for one in found if any(matches(pattern, one) for pattern in patterns)]
        return tuple(sorted(wanted, key=lambda one: one.full_name))

    async def ours(self, owner: Owner) -> tuple[Notification, ...]:
        found = await self.webhooks.all(owner.scope, owner.id)
        return tuple(one for one in found if one.destination == "generic" and one.url.rstrip("/") == self.url)

    async def plan(self, owner: Owner, *, renew: bool = False) -> Deed:
        """What `install` would do. The server tells nobody its secret, so whether that is still right cannot be seen."""
        return planned(await self.ours(owner), renew=renew)

    async def install(self, owner: Owner, secret: str, *, renew: bool = False) -> Deed:
        """Have exactly one configuration of ours, enabled, for everything that runs do. RequestRefused where the server cannot reach us."""
        known = await self.ours(owner)
        deed = planned(known, renew=renew)
        if deed is Deed.CREATED:
            await self._create(owner, secret)
        elif deed is Deed.RENEWED:
            await self._create(owner, secret, besides=known)
            await self._remove(known)
        else:
            if deed is Deed.ENABLED:
                await self.webhooks.enable(known[0].id, enabled=True)
            await self._remove(known[1:])
        return deed

    async def remove(self, owner: Owner) -> int:
        """How many of ours there were."""
        known = await self.ours(owner)
        await self._remove(known)
        return len(known)

    async def _create(self, owner: Owner, secret: str, besides: tuple[Notification, ...] = ()) -> None:
        """Make it, once: where the answer was lost, whether it is there is looked up."""
        wish = NewNotification(scope=owner.scope, owner_id=owner.id, name=NAME, url=self.url, secret=secret)
        try:
            await self.webhooks.create(wish)
        except TerraformTrouble as trouble:
            if not trouble.was_received or len(await self.ours(owner)) <= len(besides):
                raise

    async def _remove(self, configurations: tuple[Notification, ...]) -> None:
        for one in configurations:
            await self.webhooks.remove(one.id)

    async def _all(self, scope: Scope, organization: str) -> list[Owner]:
        found: list[Owner] = []
        number: int | None = 1
        while number is not None:
            if scope is Scope.PROJECT:
                projects = await self.memberships.projects(organization, page=number)
                found += [Owner(scope, one.id, f"{organization}/{one.name}") for one in projects.projects]
                number = projects.next_page
            else:
                workspaces = await self.runs.list_workspaces(organization, page=number, hurry=True)
                found += [Owner(scope, one.id, one.full_name) for one, _ in workspaces.rows]
                number = workspaces.next_page
        return found


def planned(known: tuple[Notification, ...], *, renew: bool) -> Deed:
    if not known:
        return Deed.CREATED
    if renew or not known[0].triggers >= set(RUN_TRIGGERS):
        return Deed.RENEWED
    return Deed.KEPT if known[0].enabled else Deed.ENABLED


def matches(pattern: str, owner: Owner) -> bool:
    return fnmatchcase(owner.full_name if "/" in pattern else owner.full_name.partition("/")[2], pattern)
