"""Clicks on the Home tab, which is no channel: a run is shown in a modal, and whether somebody is written to is turned on and off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from bot.core.commands.runs import RunReference
from bot.core.errors import ChatRefused, RunbellError
from bot.core.policy import Actor
from bot.slack import ids, replies
from bot.slack.blocks import Block, Said
from bot.slack.privately import Shown
from bot.slack.views.shown import reading, shown_run, trouble
from handlers.actions.others import button_clicked
from handlers.services import Services

log = structlog.get_logger("runbell.handlers")


async def show_clicked(payload: Mapping[str, Any], body: Mapping[str, Any], services: Services, actor: Actor) -> Said | None:
    address = ids.decode(payload.get("value"))
    if address is None:
        return await button_clicked()
    known = await services.privately.open(str(body.get("trigger_id") or ""), reading())
    try:
        view = shown_run(await services.lookups.show(RunReference(run_id=address.run_id), actor))
    except RunbellError as error:
        error.was_shown = await changed(known, trouble(replies.reply(error, command=services.command)), services)
        raise
    await changed(known, view, services)
    return None


async def changed(known: Shown, view: Block, services: Services) -> bool:
    """False where they have closed it."""
    try:
        await services.privately.update(known, view)
    except ChatRefused as refused:
        log.info("modal gone", error=refused.code)
        return False
    return True


async def notify_clicked(payload: Mapping[str, Any], services: Services, actor: Actor) -> None:
    """The Home tab is drawn anew after every deed, which shows how it is."""
    await services.notices.ask(actor, wanted=payload.get("value") == "on")
