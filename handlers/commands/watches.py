"""`watches`: what this channel hears of, and who asked for it."""

from __future__ import annotations

from bot.core.commands.watches import ListWatches
from bot.core.policy import Actor, Place
from bot.slack.blocks import Said
from bot.slack.cards import lists
from handlers.services import Services


async def list_watches(_command: ListWatches, services: Services, actor: Actor, place: Place) -> Said:
    return lists.watches(await services.watching.list(actor, place))
