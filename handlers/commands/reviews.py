"""`review`, `plan` and `log`: what a plan would do, for one person; and the text of it, or of the log, for the channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.commands.reviews import PostLog, PostPlan, ReviewPlan
from bot.core.commands.runs import RunReference
from bot.core.handouts import What
from bot.core.policy import Actor, Place
from bot.slack import answers
from bot.slack.blocks import Said
from bot.slack.text import code, escape, link
from handlers.actions.review import open_review
from handlers.services import Services


async def review_plan(command: ReviewPlan, services: Services, actor: Actor, _place: Place, body: Mapping[str, Any]) -> None:
    await open_review(command.run, body, services, actor)


async def post_plan(command: PostPlan, services: Services, actor: Actor, place: Place) -> Said:
    return await posted(What.PLAN, command.run, services, actor, place)


async def post_log(command: PostLog, services: Services, actor: Actor, place: Place) -> Said:
    return await posted(What.LOG, command.run, services, actor, place)


async def posted(what: What, reference: RunReference, services: Services, actor: Actor, place: Place) -> Said:
    """Slack shows a file a moment after it has taken it."""
    handed = await services.handouts.hand(what, reference, actor, place)
    run, workspace = handed.found.run, handed.found.workspace
    where = "in the thread of its card" if handed.in_thread else "in this channel, since it has no card here"
    said = f"📄 The {what.value} of {link(services.link(workspace, run.id), run.id)} of {code(workspace.name)} is {where}."
    return answers.said("\n".join([said, *map(escape, handed.notes)]))
