"""The workspaces that we know of; a server that has never been looked at whole is looked at before anybody is told of them."""

from __future__ import annotations

from bot.core.cadence import Recipe
from bot.core.errors import TerraformTrouble
from bot.core.workspaces import Workspace
from bot.services.ports import Store
from bot.services.recipes import Recipes


class Knowledge:
    def __init__(self, store: Store, recipes: Recipes, organizations: tuple[str, ...]) -> None:
        self._store = store
        self._recipes = recipes
        self._organizations = organizations

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

    async def _sweep(self, organization: str) -> TerraformTrouble | None:
        try:
            await self._recipes.all(organization)
        except TerraformTrouble as trouble:
            return trouble
        return None

    async def _unseen(self) -> list[str]:
        async with self._store.read() as transaction:
            looks = await transaction.looks.all()
        seen = {look.organization for look in looks if look.recipe is Recipe.ALL and look.watermark is not None}
        return [organization for organization in self._organizations if organization not in seen]
