"""`run`: start one. Its card is posted by the painter; this says to one person that they were heard."""

from __future__ import annotations

from bot.core.commands.runs import StartRun
from bot.core.policy import Actor, Place
from bot.core.runs import Run
from bot.slack import answers
from bot.slack.blocks import Said
from bot.slack.text import code
from handlers.services import Services


async def start_run(command: StartRun, services: Services, actor: Actor, place: Place) -> Said:
    started = await services.launches.start(command, actor, place)
    workspace = started.workspace
    if started.run_id is None:
        return answers.said(
            f"🔎 The server did not say whether it has started a run of {code(workspace.name)}. I am looking for it, and do not start "
            "another; if it is there, its card comes up here, and if it is not, I say so."
        )
    run = Run(id=started.run_id, workspace_id=workspace.id, status_word="pending", is_destroy=command.destroy, plan_only=command.plan_only)
    return answers.started(run, workspace, services.link(workspace, run.id))
