"""`approve`, `apply`, `discard` and `cancel`: a decision by typing, judged like a click."""

from __future__ import annotations

from bot.core.commands.runs import Act
from bot.core.policy import Actor, Place
from bot.slack import answers
from bot.slack.blocks import Said
from handlers.services import Services


async def act(command: Act, services: Services, actor: Actor, place: Place) -> Said:
    acted = await services.approvals.act(command.action, command.run, actor, place, command.comment)
    return answers.acted(acted.action, acted.run, acted.workspace, services.link(acted.workspace, acted.run.id), acted.outcome)
