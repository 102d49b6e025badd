"""What is offered while somebody types the name of a workspace: those that we know and in which they have a right, from our own rows."""

from __future__ import annotations

from bot.core.listings import EVERYTHING, FIRST, Scope, Turn, page_of
from bot.core.policy import Actor, Right
from bot.core.workspaces import Workspace, is_glob
from bot.services.access import Access
from bot.services.ports import Store

MOST = 100
"""Slack shows no more."""


class Suggestions:
    def __init__(self, store: Store, access: Access) -> None:
        self._store = store
        self._access = access

    async def workspaces(self, typed: str, actor: Actor, right: Right) -> tuple[Workspace, ...]:
        """By organization and name. What was typed is a part of the name, `organization/name` or a glob, in whatever capitals."""
        reach = await self._access.reach(actor, right)
        scope = Scope(pattern=pattern_of(typed), allowed=reach.globs, any_case=True)

        async def fetch(turn: Turn, most: int) -> tuple[Workspace, ...]:
            async with self._store.read() as transaction:
                return await transaction.listings.workspaces(scope, turn, most)

        return (await page_of(fetch, reach.allows, lambda workspace: workspace.id, FIRST, MOST)).rows


def pattern_of(typed: str) -> str:
    typed = typed.strip()
    return EVERYTHING if not typed else typed if is_glob(typed) else f"*{typed}*"
