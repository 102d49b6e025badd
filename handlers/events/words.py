"""Words said to us where no slash command can be typed: after a mention in a channel or thread, and in direct messages with the app.

They are parsed by the one grammar and go the way of a typed command: who acts comes from the signed event, and what is done is done once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.core.errors import RunbellError
from bot.core.links import message_link
from bot.core.policy import Place
from bot.slack.blocks import Said
from bot.slack.cards.hello import hello, is_greeting, not_a_configuration
from handlers.commands import command_typed
from handlers.guard import Guard, parameters
from handlers.services import Services
from handlers.threads import about_thread
from handlers.words import Words, words_of

log = structlog.get_logger("runbell.handlers")


def register(app: AsyncApp, guard: Guard) -> None:
    names = parameters(command_typed)

    async def words_said(context: AsyncBoltContext, body: dict[str, Any], payload: dict[str, Any]) -> None:
        guard.keep()
        services: Services = context["services"]
        words = words_of(payload, body, services)
        if words is None or not await is_new(words, services):
            return
        words = replace(words, text=await about_thread(words, services))
        values = {**context, **as_typed(words, services)}
        said = friendly(words, services) or await guard.outcome(command_typed, values, names)
        if said is not None:
            await answer(words, said, services)
        await guard.done(values)

    app.event("app_mention")(words_said)
    app.event("message")(words_said)


async def is_new(words: Words, services: Services) -> bool:
    """Slack sends an event again where it is not sure, perhaps hours later; where we cannot tell, nothing is done."""
    try:
        return await services.repeats.is_news(f"said:{words.channel}:{words.ts}", words.said_at)
    except RunbellError as error:
        log.warning("words not heard", channel=words.channel, error=error.sentence)
        return False


def friendly(words: Words, services: Services) -> Said | None:
    """What is no command and deserves an answer all the same."""
    if words.has_files and not words.text:
        return not_a_configuration()
    return hello(services.command) if is_greeting(words.text) else None


def as_typed(words: Words, services: Services) -> dict[str, Any]:
    """The same as a slash command with these words; it has no trigger, so it can open no form."""
    link = message_link(services.slack_address, words.channel, words.ts)
    return {
        "payload": {"text": words.text},
        "body": {"command": services.command, "text": words.text},
        "actor": words.actor,
        "place": Place(channel=words.channel, permalink=link),
    }


async def answer(words: Words, said: Said, services: Services) -> None:
    """To whoever spoke alone: in direct messages for good, elsewhere where they are, in their thread."""
    if words.is_direct:
        await services.privately.write(words.channel, said, thread_ts=words.thread_ts)
    else:
        await services.privately.tell(words.channel, words.actor.id, said, thread_ts=words.thread_ts)
