"""The message shortcut “Show the run”: the run that a message is about, as it is now, for whoever asked alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.policy import Actor
from bot.slack import answers
from bot.slack.blocks import Said
from bot.slack.cards import render
from bot.slack.found import references
from bot.slack.text import code
from handlers.services import Services


async def run_wanted(body: Mapping[str, Any], services: Services, actor: Actor) -> Said:
    message = body.get("message")
    found = references(message, services.address) if isinstance(message, Mapping) else ()
    if not found:
        ways = f"neither a link to one, nor its id, such as {code('run-7bQ2kLm9XyZ1aB3c')}"
        return answers.said(f"I see no run in this message: {ways}. Try {code(f'{services.command} show <workspace>')}.")
    return render(await services.lookups.show(found[0], actor))
