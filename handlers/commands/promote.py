"""`promote` and `retry`: a run with a configuration that was run before. Their cards are posted by the painter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.commands.promotions import Promote, Retry
from bot.core.policy import Actor, Place
from bot.slack.blocks import Said
from handlers.promotions import answer_to_promotion, answer_to_retry, open_promotion
from handlers.services import Services


async def promote(command: Promote, services: Services, actor: Actor, place: Place, body: Mapping[str, Any]) -> Said | None:
    if not command.target:
        source = await services.promotions.known(command.source, actor) if command.source else None
        return await open_promotion(body, services, actor, place, source)
    return answer_to_promotion(await services.promotions.promote(command, actor, place), services)


async def retry(command: Retry, services: Services, actor: Actor, place: Place) -> Said:
    return answer_to_retry(await services.retries.retry(command, actor, place), services)
