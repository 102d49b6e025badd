"""The form in which a run is started, submitted: however long it was open, everything is judged now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.commands import row_for
from bot.core.commands.starts import wish
from bot.core.policy import Actor
from bot.core.starts import problems
from bot.slack import ids
from bot.slack.blocks import Said
from bot.slack.views.start import FORM, channel_in, wanted
from handlers.places import reported_in
from handlers.services import Services
from handlers.starts import answer_to_start
from handlers.views.others import view_submitted


async def start_submitted(payload: Mapping[str, Any], body: Mapping[str, Any], services: Services, actor: Actor) -> Said | None:
    address = ids.decode_form(payload.get("private_metadata"), FORM)
    asked, channel = wanted(payload), channel_in(payload)
    if address is None or not asked.workspace or not channel:
        return await view_submitted()
    if found := problems(asked):
        raise row_for("run").wrong(next(iter(found.values())))
    command = wish(asked)
    started = await services.launches.start(command, actor, reported_in(body, address, channel))
    return answer_to_start(started, command, services, channel if channel != address.channel else "")
