"""Canceling an apply, after the form has said what that can leave behind: judged at this moment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.commands.runs import RunReference
from bot.core.policy import Actor
from bot.slack import ids
from bot.slack.blocks import Said
from bot.slack.views.approval import given
from handlers.answers import answer_to_form
from handlers.places import opened_in
from handlers.services import Services
from handlers.views.others import view_submitted


async def cancel_submitted(payload: Mapping[str, Any], body: Mapping[str, Any], services: Services, actor: Actor) -> Said | None:
    address, action = ids.decode_view(payload.get("private_metadata")), ids.ACTION_OF_CANCELING.get(str(payload.get("callback_id", "")))
    if address is None or action is None:
        return await view_submitted()
    reason, _ = given(payload)
    place = opened_in(body, address)
    acted = await services.approvals.act(action, RunReference(run_id=address.run_id), actor, place, reason, interrupts=True)
    return await answer_to_form(acted, address, services)
