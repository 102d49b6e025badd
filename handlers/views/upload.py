"""The form in which files become a run, submitted: however long it was open, everything is judged now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.policy import Actor
from bot.core.runs import Run
from bot.slack import answers, ids
from bot.slack.blocks import Said
from bot.slack.text import code
from bot.slack.views.upload import FORM, channel_in, wish_in
from handlers.places import reported_in
from handlers.services import Services
from handlers.views.others import view_submitted


async def upload_submitted(payload: Mapping[str, Any], body: Mapping[str, Any], services: Services, actor: Actor) -> Said | None:
    address, wish, channel = ids.decode_form(payload.get("private_metadata"), FORM), wish_in(payload), channel_in(payload)
    if address is None or not wish.workspace or not wish.files or not channel:
        return await view_submitted()
    found = await services.uploads.start(wish, actor, reported_in(body, address, channel))
    workspace, run_id = found.workspace, found.upload.run_id
    if not run_id:
        return answers.said(
            f"🔎 It is uploaded, but the server did not say whether it has started a run of {code(workspace.name)}. I am looking for it, "
            "and do not start another; what came of it comes up in the channel."
        )
    run = Run(id=run_id, workspace_id=workspace.id, status_word="pending", plan_only=wish.plan_only)
    return answers.started(run, workspace, services.link(workspace, run_id), channel if channel != address.channel else "", found.cautions)
