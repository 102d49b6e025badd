"""A run is discarded, with a reason or without: judged at this moment, however long the modal was open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.commands.runs import Act, RunReference
from bot.core.errors import PlanChanged
from bot.core.policy import Actor
from bot.core.runs import Action
from bot.slack import ids
from bot.slack.blocks import Said
from bot.slack.views.approval import given
from handlers.answers import answer_to
from handlers.asking import show_again
from handlers.places import opened_in
from handlers.services import Services
from handlers.views.others import view_submitted


async def discard_submitted(payload: Mapping[str, Any], body: Mapping[str, Any], services: Services, actor: Actor) -> Said | None:
    address = ids.decode_view(payload.get("private_metadata"))
    if address is None:
        return await view_submitted()
    reason, _ = given(payload)
    asked = await services.approvals.asked_of(address.run_id, actor)
    if asked is not None and asked.has_other_plan(address.digest):
        command = Act(Action.DISCARD, RunReference(run_id=address.run_id), reason)
        await show_again(PlanChanged(address.run_id), command, services, actor, opened_in(body, address))
    acted = await services.approvals.act(Action.DISCARD, RunReference(run_id=address.run_id), actor, opened_in(body, address), reason)
    return answer_to(acted, services, is_seen=True)
