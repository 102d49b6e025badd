"""A click on Approve & apply or Cancel. The button says which run is meant; all else is read afresh and judged now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.commands.runs import RunReference
from bot.core.errors import ChatTrouble, FormNotOpened, WordsWanted
from bot.core.policy import Actor, Place
from bot.core.runs import CONFIRM, Action
from bot.services.approvals import Asked
from bot.slack import answers, ids
from bot.slack.blocks import Said
from bot.slack.views.approval import Wanted, approval
from handlers.actions.others import button_clicked
from handlers.actions.override import demanded_gate
from handlers.answers import answer_to
from handlers.facts import value_of
from handlers.services import Services


async def decision_clicked(
    payload: Mapping[str, Any], body: Mapping[str, Any], services: Services, actor: Actor, place: Place
) -> Said | None:
    """Where all went well the message itself shows it, so nothing is said; the painter changes it, never the click."""
    address = ids.decode(payload.get("value"))
    if address is None:
        return await button_clicked()
    action = ids.ACTION_OF[payload["action_id"]]
    if action is Action.APPLY and await words_asked(address.run_id, services, actor, place, body):
        return None
    try:
        acted = await services.approvals.act(action, RunReference(run_id=address.run_id), actor, place)
    except WordsWanted as wanted:
        if await opened(wanted.run_id, Wanted(reason=wanted.reason, typed_name=wanted.typed_name), services, place, body):
            return None
        raise
    return answer_to(acted, services, is_seen=True)


async def because_clicked(
    payload: Mapping[str, Any],
    body: Mapping[str, Any],
    services: Services,
    actor: Actor,
    place: Place,
) -> Said | None:
    """The modal that asks why, where that is not demanded. Nothing is decided by the click."""
    address = ids.decode(value_of(payload))
    asked = await services.approvals.asked_of(address.run_id, actor) if address is not None else None
    if asked is None:
        return await button_clicked()
    demanded_gate(asked, Action.APPLY)
    tally = asked.tally
    is_demanded, wants_name = (tally.wants_reason, tally.wants_typed_name) if tally is not None else (False, False)
    if not await shown(asked, Wanted(reason=True, typed_name=wants_name, may_be_silent=not is_demanded), services, place, body):
        raise FormNotOpened(asked.run.id, "approve")
    return None


async def words_asked(run_id: str, services: Services, actor: Actor, place: Place, body: Mapping[str, Any]) -> bool:
    """Whether a modal asks for words first: a click can open one for three seconds, so this goes by what we know already."""
    asked = await services.approvals.asked_of(run_id, actor) if await services.approvals.wants_words(run_id, CONFIRM) else None
    if asked is None or asked.tally is None or asked.run.gate != CONFIRM or not asked.tally.wants_words or not asked.tally.may_be_voted:
        return False
    return await shown(asked, Wanted(reason=asked.tally.wants_reason, typed_name=asked.tally.wants_typed_name), services, place, body)


async def opened(run_id: str, wanted: Wanted, services: Services, place: Place, body: Mapping[str, Any]) -> bool:
    asked = await services.approvals.asked(run_id)
    return asked is not None and await shown(asked, wanted, services, place, body)


async def shown(asked: Asked, wanted: Wanted, services: Services, place: Place, body: Mapping[str, Any]) -> bool:
    rules = asked.tally.rules if asked.tally is not None else ()
    view = approval(asked.run, asked.workspace, asked.plan, place, wanted, rules)
    try:
        await services.privately.open(str(body.get("trigger_id", "")), view)
    except ChatTrouble:
        return False
    return True


async def unvote_clicked(payload: Mapping[str, Any], services: Services, actor: Actor, place: Place) -> Said:
    address = ids.decode(payload.get("value"))
    if address is None:
        return await button_clicked()
    asked = await services.approvals.take_back(RunReference(run_id=address.run_id), actor, place)
    return answers.vote_taken_back(asked.run, asked.workspace, services.link(asked.workspace, asked.run.id))
