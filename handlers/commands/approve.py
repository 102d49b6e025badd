"""`approve`, `apply`, `override`, `discard`, `cancel` and `unvote` by typing, judged like clicks.

A run that is named by its id is decided about at once where nothing can be lost. Anything else is shown first, with a button: what is
current in a workspace may be another run than the one that somebody has in mind.
"""

from __future__ import annotations

from typing import Any

from bot.core.commands.runs import Act, TakeBack
from bot.core.errors import ApplyInterrupted
from bot.core.policy import Actor, Place
from bot.core.runs import Action
from bot.services.approvals import VOTED
from bot.slack import answers
from bot.slack.blocks import Said
from handlers.answers import answer_to
from handlers.asking import ask_run
from handlers.services import Services


async def act(command: Act, services: Services, actor: Actor, place: Place, body: dict[str, Any]) -> Said | None:
    if command.run.run_id and command.action in VOTED:
        preview = await services.previews.about(command.action, command.run, actor, place, breaks_glass=command.breaks_glass)
        if preview.summary.keeps_all and (command.comment.strip() or command.action is Action.APPLY):
            return await decided(command, services, actor, place, preview.digest)
    elif command.run.run_id and command.action is not Action.FORCE_CANCEL:
        try:
            return await decided(command, services, actor, place)
        except ApplyInterrupted:
            pass
    body["asked"] = "yes"
    return await ask_run(command, services, actor, place)


async def decided(command: Act, services: Services, actor: Actor, place: Place, shown: str = "") -> Said | None:
    acted = await services.approvals.act(
        command.action,
        command.run,
        actor,
        place,
        command.comment,
        typed_name=command.typed_name,
        breaks_glass=command.breaks_glass,
        shown=shown,
    )
    return answer_to(acted, services)


async def take_back(command: TakeBack, services: Services, actor: Actor, place: Place) -> Said:
    asked = await services.approvals.take_back(command.run, actor, place)
    return answers.vote_taken_back(asked.run, asked.workspace, services.link(asked.workspace, asked.run.id))
