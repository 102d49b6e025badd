"""`runs`: the newest runs of a workspace."""

from __future__ import annotations

from bot.core.commands.lists import ListRuns
from bot.core.links import workspace_link
from bot.core.policy import Actor, Place
from bot.slack.blocks import Said
from bot.slack.cards import lists
from handlers.services import Services


async def list_runs(command: ListRuns, services: Services, actor: Actor, _place: Place) -> Said:
    found = await services.lookups.runs(command.workspace, actor)
    link = workspace_link(services.address, found.workspace.organization, found.workspace.name)
    return lists.runs(found.workspace, [row.run for row in found.rows], url=link)
