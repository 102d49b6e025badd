"""Clicks on Promote and Retry. A button names a run, and the stage that it goes to; everything else is read afresh and judged now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.commands.promotions import Retry
from bot.core.commands.runs import RunReference
from bot.core.policy import Actor, Place
from bot.slack import ids
from bot.slack.blocks import Said
from handlers.actions.others import button_clicked
from handlers.middleware import place_of
from handlers.promotions import answer_to_promotion, answer_to_retry, open_promotion
from handlers.services import Services


async def promote_next_clicked(payload: Mapping[str, Any], services: Services, actor: Actor, place: Place) -> Said:
    stage = ids.decode_stage(payload.get("value"))
    if stage is None:
        return await button_clicked()
    return answer_to_promotion(await services.promotions.promote_run(stage.run_id, stage.workspace, actor, place), services)


async def promote_form_clicked(payload: Mapping[str, Any], body: Mapping[str, Any], services: Services, actor: Actor) -> Said | None:
    """Below a run the form begins with its workspace; a click can open one for three seconds, so this goes by what we know."""
    address = ids.decode(payload.get("value"))
    source = await services.promotions.source_of(address.run_id, actor) if address is not None else None
    return await open_promotion(body, services, actor, place_of(body), source)


async def retry_clicked(payload: Mapping[str, Any], services: Services, actor: Actor, place: Place) -> Said:
    address = ids.decode(payload.get("value"))
    if address is None:
        return await button_clicked()
    wish = Retry(RunReference(run_id=address.run_id))
    return answer_to_retry(await services.retries.retry(wish, actor, place, only_once=True), services)
