"""`audit`: what was done lately to a workspace or a run, and by whom, for one person who may read it."""

from __future__ import annotations

from bot.core.commands.lists import ShowAudit
from bot.core.links import workspace_link
from bot.core.policy import Actor, Place
from bot.slack.blocks import Said
from bot.slack.cards import audits
from handlers.services import Services


async def show_audit(command: ShowAudit, services: Services, actor: Actor, _place: Place) -> Said:
    found = await services.audits.about(command.run, actor)
    workspace = found.workspace
    url = (
        services.link(workspace, found.run_id) if found.run_id else workspace_link(services.address, workspace.organization, workspace.name)
    )
    return audits.audit(found.run_id or workspace.name, found.rows, url=url)
