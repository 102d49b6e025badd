"""A click on Snooze below a reminder."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.core.commands.runs import RunReference
from bot.core.policy import Actor, Place
from bot.slack import answers, ids
from bot.slack.blocks import Said
from handlers.actions.others import button_clicked
from handlers.services import Services

SPAN = timedelta(hours=1)


async def snooze_clicked(payload: Mapping[str, Any], services: Services, actor: Actor, place: Place) -> Said:
    address = ids.decode(payload.get("value"))
    if address is None:
        return await button_clicked()
    found = await services.reminders.snooze(RunReference(run_id=address.run_id), SPAN, actor, place)
    return answers.snoozed(found.run_id, found.workspace, services.link(found.workspace, found.run_id), found.until)
