"""A click on Discard: a modal that asks why, which may be left out. Nothing is decided by the click."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.commands.runs import Act, RunReference
from bot.core.policy import Actor, Place
from bot.core.runs import Action
from bot.slack import ids
from bot.slack.blocks import Said
from bot.slack.views.discard import discarding
from handlers.actions.others import button_clicked
from handlers.asking import ask_run, demand_opened
from handlers.services import Services


async def discard_clicked(
    payload: Mapping[str, Any], body: Mapping[str, Any], services: Services, actor: Actor, place: Place
) -> Said | None:
    """The run is as we know it already, since a click can open a modal for three seconds. Cards of older releases ask in a dialog first."""
    address = ids.decode(payload.get("value"))
    asked = await services.approvals.asked_to_discard(address.run_id, actor, place) if address is not None else None
    if asked is None:
        return await button_clicked()
    if address is not None and asked.has_other_plan(address.digest):
        return await ask_run(Act(Action.DISCARD, RunReference(run_id=address.run_id)), services, actor, place, shown=address.digest)
    digest = asked.tally.digest if asked.tally is not None else ""
    with demand_opened(asked.run.id, Action.DISCARD):
        view = discarding(asked.run, asked.workspace, asked.plan, place, digest)
        await services.privately.open(str(body.get("trigger_id", "")), view)
    return None
