"""`help`: made from the grammar. It shows nothing of any workspace, so it asks for no right."""

from __future__ import annotations

from bot.core.commands.lists import Help
from bot.core.policy import Actor, Place
from bot.slack.blocks import Said
from bot.slack.cards.help import help_about
from handlers.services import Services


async def show_help(command: Help, services: Services, _actor: Actor, _place: Place) -> Said:
    return help_about(command.topic, command=services.command)
