"""The form in which a configuration is promoted, submitted: however long it was open, everything is judged now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.policy import Actor
from bot.slack import ids
from bot.slack.blocks import Said
from bot.slack.views.promotion import FORM, channel_in, wanted
from handlers.places import reported_in
from handlers.promotions import answer_to_promotion
from handlers.services import Services
from handlers.views.others import view_submitted


async def promotion_submitted(payload: Mapping[str, Any], body: Mapping[str, Any], services: Services, actor: Actor) -> Said | None:
    address = ids.decode_form(payload.get("private_metadata"), FORM)
    asked, channel = wanted(payload), channel_in(payload)
    if address is None or not asked.source or not asked.target or not channel:
        return await view_submitted()
    promoted = await services.promotions.promote(asked, actor, reported_in(body, address, channel))
    return answer_to_promotion(promoted, services, channel if channel != address.channel else "")
