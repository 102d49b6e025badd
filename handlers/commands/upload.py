"""`upload`: open the form in which files become a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.commands.uploads import OpenUpload
from bot.core.policy import Actor, Place
from bot.slack.blocks import Said
from handlers.services import Services
from handlers.uploads import open_upload


async def open_upload_form(command: OpenUpload, services: Services, actor: Actor, place: Place, body: Mapping[str, Any]) -> Said | None:
    """Whoever may not start runs of the workspace that they name hears so before they choose anything."""
    workspace = await services.uploads.workspace(command.workspace, actor) if command.workspace else None
    return await open_upload(body, services, actor, place, workspace=workspace)
