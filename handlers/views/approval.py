"""A vote with words: judged at this moment, however long the modal was open."""

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


async def approval_submitted(payload: Mapping[str, Any], body: Mapping[str, Any], services: Services, actor: Actor) -> Said | None:
    address = ids.decode_view(payload.get("private_metadata"))
    if address is None:
        return await view_submitted()
    reason, name = given(payload)
    command, place = Act(Action.APPLY, RunReference(run_id=address.run_id), reason, name), opened_in(body, address)
    try:
        acted = await services.approvals.act(command.action, command.run, actor, place, reason, typed_name=name, shown=address.digest)
    except PlanChanged as error:
        await show_again(error, command, services, actor, place)
    return await answer_to_form(acted, address, services)
