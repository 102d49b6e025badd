"""`why`: which rules apply to a run and what is missing, for one person."""

from __future__ import annotations

from bot.core.commands.runs import ExplainRun
from bot.core.policy import Actor, Place
from bot.slack.blocks import Said
from bot.slack.cards.verdicts import explanation
from handlers.services import Services


async def explain_run(command: ExplainRun, services: Services, actor: Actor, _place: Place) -> Said:
    found = await services.lookups.why(command.run, actor)
    return explanation(found.run, found.workspace, found.verdict, url=found.link, waits=found.waits)
