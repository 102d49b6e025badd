"""`run`: start one, or open the form. Its card is posted by the painter; this says to one person that they were heard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.commands.runs import StartRun
from bot.core.policy import Actor, Place
from bot.slack.blocks import Said
from handlers.services import Services
from handlers.starts import answer_to_start, open_start

NOTHING_SAID = StartRun("")


async def start_run(command: StartRun, services: Services, actor: Actor, place: Place, body: Mapping[str, Any]) -> Said | None:
    if command == NOTHING_SAID:
        return await open_start(body, services, actor, place)
    return answer_to_start(await services.launches.start(command, actor, place), command, services)
