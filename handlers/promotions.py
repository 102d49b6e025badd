"""The form in which a configuration is promoted, and what whoever promotes or tries again is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.commands.runs import StartRun
from bot.core.errors import ChatTrouble, NoTrigger
from bot.core.policy import Actor, Place
from bot.core.workspaces import Workspace
from bot.services.launches import Started
from bot.services.promotions import Promoted
from bot.services.retries import Retried
from bot.slack import answers
from bot.slack.blocks import Block, Said, actions, button, context
from bot.slack.cards.origins import origin_line
from bot.slack.ids import PROMOTE_FORM
from bot.slack.text import code
from bot.slack.views.promotion import FORM, promotion_form
from handlers.places import form_address
from handlers.services import Services
from handlers.starts import answer_to_start


async def open_promotion(
    body: Mapping[str, Any], services: Services, actor: Actor, place: Place | None, source: Workspace | None = None
) -> Said | None:
    """What they may do is asked when they submit it. Where Slack opens none they get a button, which has one."""
    await services.launches.demand_member(actor)
    address = form_address(FORM, place)
    try:
        await services.privately.open(str(body.get("trigger_id") or ""), promotion_form(address, source))
    except (NoTrigger, ChatTrouble):
        said = answers.said("From which workspace to which? A form asks for all that is needed.")
        return said | {"blocks": [*said["blocks"], actions([button(PROMOTE_FORM, "Promote…", "form", style="primary")])]}
    return None


def answer_to_promotion(promoted: Promoted, services: Services, channel: str = "") -> Said:
    lines = [origin_line(promoted.origin)]
    if promoted.passed_over:
        lines.append(f"Passed over: {code(promoted.passed_over)}, which came later and applied no configuration")
    return answered(promoted.started, StartRun(promoted.started.workspace.full_name), lines, services, channel)


def answer_to_retry(retried: Retried, services: Services) -> Said:
    run = retried.run
    wish = StartRun(retried.started.workspace.full_name, destroy=run.is_destroy, plan_only=run.plan_only, refresh_only=run.refresh_only)
    return answered(retried.started, wish, [origin_line(retried.origin)], services)


def answered(started: Started, wish: StartRun, lines: list[str], services: Services, channel: str = "") -> Said:
    said = answer_to_start(started, wish, services, channel)
    blocks: list[Block] = [*said["blocks"], context(*lines)]
    return {"text": "\n".join([said["text"], *lines]), "blocks": blocks}
