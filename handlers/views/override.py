"""An override, or an apply in spite of a freeze, with its reason: judged at this moment, and at the gate that was shown or nowhere."""

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
from handlers.answers import answer_to_form
from handlers.asking import show_again
from handlers.places import opened_in
from handlers.services import Services
from handlers.views.others import view_submitted


async def override_submitted(payload: Mapping[str, Any], body: Mapping[str, Any], services: Services, actor: Actor) -> Said | None:
    return await decided(payload, body, services, actor, Action.OVERRIDE, breaks=False)


async def glass_submitted(payload: Mapping[str, Any], body: Mapping[str, Any], services: Services, actor: Actor) -> Said | None:
    action = ids.ACTION_OF_GLASS.get(str(payload.get("callback_id", "")))
    return await decided(payload, body, services, actor, action, breaks=True) if action is not None else await view_submitted()


async def decided(
    payload: Mapping[str, Any], body: Mapping[str, Any], services: Services, actor: Actor, action: Action, *, breaks: bool
) -> Said | None:
    address = ids.decode_view(payload.get("private_metadata"))
    if address is None:
        return await view_submitted()
    reason, name = given(payload)
    command, place = Act(action, RunReference(run_id=address.run_id), reason, name, breaks), opened_in(body, address)
    try:
        acted = await services.approvals.act(
            action,
            command.run,
            actor,
            place,
            reason,
            typed_name=name,
            breaks_glass=breaks,
            gate=address.gate,
            shown=address.digest,
        )
    except PlanChanged as error:
        await show_again(error, command, services, actor, place)
    return await answer_to_form(acted, address, services)
