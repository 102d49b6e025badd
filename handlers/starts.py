"""The form in which a run is started: opened from a command, a shortcut or a button, by whoever is a member of the Slack workspace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.commands.runs import StartRun
from bot.core.errors import ChatTrouble, NoTrigger
from bot.core.policy import Actor, Place
from bot.core.runs import Run
from bot.services.launches import Started
from bot.slack import answers
from bot.slack.blocks import Said, actions, button
from bot.slack.ids import START_OPEN
from bot.slack.text import code
from bot.slack.views.start import FORM, Form, start_form
from handlers.places import form_address
from handlers.services import Services


async def open_start(body: Mapping[str, Any], services: Services, actor: Actor, place: Place | None) -> Said | None:
    """What they may do is asked when they submit it. Where Slack opens none they get a button, which has one."""
    await services.launches.demand_member(actor)
    address = form_address(FORM, place)
    try:
        await services.privately.open(str(body.get("trigger_id") or ""), start_form(Form(address=address)))
    except (NoTrigger, ChatTrouble):
        return with_button("Which workspace shall run? A form asks for all that is needed.")
    return None


def with_button(text: str) -> Said:
    said = answers.said(text)
    return said | {"blocks": [*said["blocks"], actions([button(START_OPEN, "Start a run…", "form", style="primary")])]}


def answer_to_start(started: Started, wish: StartRun, services: Services, channel: str = "") -> Said:
    """`channel` is where it reports, "" for the one in which this is said."""
    workspace = started.workspace
    if started.run_id is None:
        return answers.said(
            f"🔎 The server did not say whether it has started a run of {code(workspace.name)}. I am looking for it, and do not start "
            "another; if it is there, its card comes up here, and if it is not, I say so."
        )
    run = Run(
        id=started.run_id,
        workspace_id=workspace.id,
        status_word="pending",
        is_destroy=wish.destroy,
        plan_only=wish.plan_only,
        refresh_only=wish.refresh_only,
    )
    return answers.started(run, workspace, services.link(workspace, run.id), channel, started.cautions)
