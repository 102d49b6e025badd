"""A click on Approve & apply, Discard or Cancel. The button says which run is meant; all else is read afresh and judged now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.commands.runs import RunReference
from bot.core.decisions import IntentState
from bot.core.policy import Actor, Place
from bot.slack import answers, ids
from bot.slack.blocks import Said
from handlers.actions.others import button_clicked
from handlers.services import Services


async def decision_clicked(payload: Mapping[str, Any], services: Services, actor: Actor, place: Place) -> Said | None:
    """Where all went well the message itself shows it, so nothing is said; the painter changes it, never the click."""
    address = ids.decode(payload.get("value"))
    if address is None:
        return await button_clicked()
    acted = await services.approvals.act(ids.ACTION_OF[payload["action_id"]], RunReference(run_id=address.run_id), actor, place)
    if acted.outcome is IntentState.SETTLED:
        return None
    return answers.acted(acted.action, acted.run, acted.workspace, services.link(acted.workspace, acted.run.id), acted.outcome)
