"""`notify me`: whether somebody is written to about runs of their own."""

from __future__ import annotations

from bot.core.commands.notices import Notify
from bot.core.policy import Actor, Place
from bot.slack.answers import said
from bot.slack.blocks import Said
from bot.slack.text import code
from handlers.services import Services


async def notify_me(command: Notify, services: Services, actor: Actor, _place: Place) -> Said:
    if await services.notices.ask(actor, wanted=command.wanted):
        off = code(f"{services.command} notify me off")
        return said(f"🔔 I write to you when a run that you started waits for somebody, and when it has ended. {off} ends that.")
    on = code(f"{services.command} notify me on")
    return said(f"🔕 I do not write to you about runs that you started. {on} has me do so.")
