"""Words said to us where no slash command can be typed: after a mention in a channel or thread, and in direct messages with the app.

They are parsed by the one grammar. A question is answered at once; what changes something is shown with a button and done by the click:
a sentence is never a command. Who acts comes from the signed event.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.core.commands import is_word, parse, row_for, row_of
from bot.core.commands.reviews import ReviewPlan
from bot.core.commands.words import split
from bot.core.errors import RunbellError
from bot.core.links import message_link
from bot.core.policy import Actor, Place
from bot.slack import answers
from bot.slack.blocks import Said
from bot.slack.cards.hello import hello, is_greeting, not_a_configuration
from handlers.asking import ask
from handlers.commands import command_typed
from handlers.guard import Guard, parameters
from handlers.services import Services
from handlers.threads import about_thread
from handlers.words import Words, words_of

FORM = "To give a command in a message, begin with my name and write one line, without quotes, lists, code or other mentions."

log = structlog.get_logger("runbell.handlers")


def register(app: AsyncApp, guard: Guard) -> None:
    names = parameters(command_said)

    async def words_said(context: AsyncBoltContext, body: dict[str, Any], payload: dict[str, Any]) -> None:
        guard.keep()
        services: Services = context["services"]
        words = words_of(payload, body, services)
        if words is None or not is_answered(words) or not await is_new(words, services):
            return
        if words.is_command:
            words = replace(words, text=await about_thread(words, services))
        values = {**context, **as_typed(words, services)}
        said = friendly(words, services) or await guard.outcome(command_said if words.is_command else not_a_command, values, names)
        if said is not None:
            await answer(words, said, services)
        await guard.done(values)

    app.event("app_mention")(words_said)
    app.event("message")(words_said)


def is_answered(words: Words) -> bool:
    """In direct messages everything is. Elsewhere people talk to each other, and only what begins with a command's word is meant for us."""
    first = (split(words.text) or [""])[0]
    return words.is_direct or is_word(first) or (words.is_command and not first)


async def command_said(payload: Mapping[str, Any], body: dict[str, Any], services: Services, actor: Actor, place: Place) -> Said | None:
    """Answer a question as if it were typed. A command that changes something is always shown first.

    A review is read in a modal, which a message cannot open and the click on its button can.
    """
    command = parse(str(payload["text"]))
    if not command.is_change and not isinstance(command, ReviewPlan):
        return await command_typed(payload, body, services, actor, place)
    row = row_of(command)
    if row.reason and getattr(command, row.reason):
        raise row.wrong("In a message, words that are left over aren't taken as a reason. Leave them out, or type the whole command.")
    body["asked"] = "yes"
    return await ask(command, services, actor, place, thread_ts=str(body.get("thread_ts") or ""))


async def not_a_command(
    payload: Mapping[str, Any],
    body: dict[str, Any],  # noqa: ARG001 - as `command_said`
    services: Services,  # noqa: ARG001 - as above
    actor: Actor,  # noqa: ARG001 - as above
    place: Place,  # noqa: ARG001 - as above
) -> Said | None:
    """How it would have to be typed, for what begins with a command's word."""
    first = (split(str(payload["text"])) or [""])[0]
    if is_word(first):
        raise row_for(first).wrong(FORM)
    return answers.said(FORM)


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
        "body": {"command": services.command, "text": words.text, "thread_ts": words.thread_ts},
        "actor": words.actor,
        "place": Place(channel=words.channel, permalink=link),
    }


async def answer(words: Words, said: Said, services: Services) -> None:
    """To whoever spoke alone: in direct messages for good, elsewhere where they are, in their thread."""
    if words.is_direct:
        await services.privately.write(words.channel, said, thread_ts=words.thread_ts)
    else:
        await services.privately.tell(words.channel, words.actor.id, said, thread_ts=words.thread_ts)
