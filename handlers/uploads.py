"""The form in which files become a run: opened from a command, a button, or a message that has files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.core.errors import ChatTrouble, NoTrigger
from bot.core.policy import Actor, Place
from bot.core.workspaces import Workspace
from bot.slack import answers
from bot.slack.blocks import Said, actions, button
from bot.slack.ids import UPLOAD_OPEN
from bot.slack.views.upload import FORM, Chosen, upload_form
from handlers.places import form_address
from handlers.services import Services


async def open_upload(
    body: Mapping[str, Any],
    services: Services,
    actor: Actor,
    place: Place | None,
    *,
    files: Sequence[Chosen] = (),
    workspace: Workspace | None = None,
) -> Said | None:
    """What they may do is asked when they submit it. Where Slack opens none they get a button, which has one."""
    await services.launches.demand_member(actor)
    address = form_address(FORM, place)
    try:
        await services.privately.open(str(body.get("trigger_id") or ""), upload_form(address, files=files, workspace=workspace))
    except (NoTrigger, ChatTrouble):
        if files:
            return answers.said("Slack did not open the form. Please use the shortcut once more.")
        return with_button("Which files shall be run? A form asks for all that is needed.")
    return None


def with_button(text: str) -> Said:
    said = answers.said(text)
    return said | {"blocks": [*said["blocks"], actions([button(UPLOAD_OPEN, "Run a configuration…", "form", style="primary")])]}
