"""`workspaces`: those that the person may read, with what their current runs are doing."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.core.commands.lists import ListWorkspaces
from bot.core.policy import Actor, Place
from bot.slack.blocks import Said
from bot.slack.cards import lists
from handlers.services import Services


async def list_workspaces(command: ListWorkspaces, services: Services, actor: Actor, _place: Place) -> Said:
    found = await services.lookups.workspaces(command.pattern, actor)
    age = (datetime.now(UTC) - found.looked_at).total_seconds() if found.looked_at else 0.0
    rows = [(row.workspace, row.run) for row in found.rows]
    return lists.workspaces(rows, total=len(rows), pattern=command.pattern, age_seconds=max(0.0, age))
