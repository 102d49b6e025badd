"""Clicks on Cancel run and Cancel by force. Where the run is applying, a form says first what that can leave behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.commands.runs import Act, RunReference
from bot.core.errors import ApplyInterrupted
from bot.core.policy import Actor, Place
from bot.slack import ids
from bot.slack.blocks import Said
from bot.slack.views.cancel import canceling
from handlers.actions.others import button_clicked
from handlers.answers import answer_to
from handlers.asking import demand_opened, show_again
from handlers.services import Services


async def cancel_clicked(
    payload: Mapping[str, Any], body: Mapping[str, Any], services: Services, actor: Actor, place: Place
) -> Said | None:
    address = ids.decode(payload.get("value"))
    if address is None:
        return await button_clicked()
    action = ids.ACTION_OF[payload["action_id"]]
    asked = await services.approvals.asked_of(address.run_id, actor)
    if asked is not None and asked.run.was_confirmed and not asked.run.is_final:
        with demand_opened(asked.run.id, action):
            await services.privately.open(str(body.get("trigger_id", "")), canceling(asked.run, asked.workspace, place, action))
        return None
    reference = RunReference(run_id=address.run_id)
    try:
        acted = await services.approvals.act(action, reference, actor, place)
    except ApplyInterrupted as error:
        # The run began to apply after we last read it.
        await show_again(error, Act(action, reference), services, actor, place)
    return answer_to(acted, services, is_seen=True)
