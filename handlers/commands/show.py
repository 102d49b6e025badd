"""`show`: one run as it is now, for one person."""

from __future__ import annotations

from bot.core.commands.runs import ShowRun
from bot.core.policy import Actor, Place
from bot.slack.blocks import Said
from bot.slack.cards import render
from handlers.services import Services


async def show_run(command: ShowRun, services: Services, actor: Actor, _place: Place) -> Said:
    return render(await services.lookups.show(command.run, actor))
