"""`unwatch`: this channel hears no more of them."""

from __future__ import annotations

from bot.core.commands.watches import RemoveWatch
from bot.core.policy import Actor, Place
from bot.slack import answers
from bot.slack.blocks import Said
from handlers.services import Services


async def remove_watch(command: RemoveWatch, services: Services, actor: Actor, place: Place) -> Said:
    removed = await services.watching.remove(command, actor, place)
    return answers.unwatched(removed.watch)
