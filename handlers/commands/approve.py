"""`approve`, `apply`, `discard`, `cancel` and `unvote`: votes and decisions by typing, judged like clicks."""

from __future__ import annotations

from bot.core.commands.runs import Act, TakeBack
from bot.core.policy import Actor, Place
from bot.slack import answers
from bot.slack.blocks import Said
from handlers.answers import answer_to
from handlers.services import Services


async def act(command: Act, services: Services, actor: Actor, place: Place) -> Said | None:
    acted = await services.approvals.act(
        command.action,
        command.run,
        actor,
        place,
        command.comment,
        typed_name=command.typed_name,
        breaks_glass=command.breaks_glass,
    )
    return answer_to(acted, services)


async def take_back(command: TakeBack, services: Services, actor: Actor, place: Place) -> Said:
    asked = await services.approvals.take_back(command.run, actor, place)
    return answers.vote_taken_back(asked.run, asked.workspace, services.link(asked.workspace, asked.run.id))
