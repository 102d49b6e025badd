"""`watch`: this channel hears of these workspaces from now on."""

from __future__ import annotations

from bot.core.commands.watches import AddWatch
from bot.core.policy import Actor, Place
from bot.slack import answers
from bot.slack.blocks import Said
from handlers.services import Services


async def add_watch(command: AddWatch, services: Services, actor: Actor, place: Place) -> Said:
    watched = await services.watching.add(command, actor, place)
    return answers.watched(watched.watch, len(watched.workspaces), watched.workspaces)
