"""The workspaces that we know of; a server that has never been looked at whole is looked at before anybody is told of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from bot.core.cadence import Recipe
from bot.core.errors import TerraformTrouble
from bot.core.workspaces import Workspace
from bot.services.ports import Store
from bot.services.recipes import Recipes

RECENT = timedelta(minutes=15)
"""How long a list of all workspaces counts as the whole truth: three of them are due in that time."""


class Knowledge:
    """`organizations` are ours; `started_at` is when this process began."""

    def __init__(self, store: Store, recipes: Recipes, organizations: tuple[str, ...], started_at: datetime) -> None:
        self._store = store
        self._recipes = recipes
        self._organizations = organizations
        self._started_at = started_at
        self._swept: dict[str, datetime] = {}

    def organizations_of(self, pattern: str) -> tuple[str, ...]:
        """Return those of our organizations in which a glob, `[organization/]workspace`, may match, in any capitals."""
        organization, slash, _ = pattern.casefold().partition("/")
        return tuple(one for one in self._organizations if not slash or fnmatchcase(one.casefold(), organization))

    async def look(self) -> None:
        """Have every organization looked at whole once. A TerraformTrouble where nothing is known, since it cannot be read."""
        troubles = [trouble for organization in await self._unseen() if (trouble := await self._sweep(organization))]
        if troubles:
            async with self._store.read() as transaction:
                known = sum([await transaction.workspaces.count(organization) for organization in self._organizations])
            if not known:
                raise troubles[0]

    async def workspaces(self) -> tuple[Workspace, ...]:
        """All of them, by organization and name. A TerraformTrouble where none is known, since they cannot be read."""
        await self.look()
        async with self._store.read() as transaction:
            return await transaction.workspaces.all()

    async def has_read_all(self, organizations: Iterable[str], now: datetime) -> bool:
        """Return whether every workspace of these organizations was read since this process began, lately, by whichever process.

        The database says so, since another process may hold the role that polls. A list from before our start, or one that nobody has
        read again for long, proves nothing about a name that we do not know: workspaces may have been created meanwhile.
        """
        kept = await self._watermarks()
        read_at = [max(filter(None, (kept.get(one), self._swept.get(one))), default=None) for one in organizations]
        return all(at is not None and at >= self._started_at and now - at <= RECENT for at in read_at)

    async def _sweep(self, organization: str) -> TerraformTrouble | None:
        try:
            self._swept[organization] = await self._recipes.all(organization)
        except TerraformTrouble as trouble:
            return trouble
        return None

    async def _unseen(self) -> list[str]:
        seen = await self._watermarks()
        return [organization for organization in self._organizations if organization not in seen]

    async def _watermarks(self) -> Mapping[str, datetime]:
        """Return when each organization's last complete list of workspaces was begun."""
        async with self._store.read() as transaction:
            looks = await transaction.looks.all()
        return {look.organization: look.watermark for look in looks if look.recipe is Recipe.ALL and look.watermark is not None}
