"""Words said to us where no slash command can be typed: after a mention in a channel or thread, and in direct messages with the app.

They are parsed by the one grammar and go the way of a typed command: who acts comes from the signed event, and what is done is done once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.core.commands import about
from bot.core.errors import ChatTrouble, RunbellError
from bot.core.links import message_link
from bot.core.policy import Actor, Place
from bot.slack.blocks import Said
from bot.slack.cards.hello import hello, is_greeting, not_a_configuration
from handlers.commands import command_typed
from handlers.guard import Guard, parameters
from handlers.services import Services

log = structlog.get_logger("runbell.handlers")

DIRECT = "im"
WITH_FILES = "file_share"
ANY_RUN = "run-any"
PUNCTUATION = ",.:;?!"
"""What may follow a mention before the command, and is none."""

MOMENT = re.compile(r"[0-9]{1,12}\.[0-9]{1,9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What somebody said to us, where, and in which thread, "" for none; `ts` is the message."""

    text: str
    actor: Actor
    channel: str
    ts: str
    thread_ts: str
    is_direct: bool = False
    has_files: bool = False

    @property
    def said_at(self) -> datetime:
        return datetime.fromtimestamp(float(self.ts), UTC)


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


def words_of(event: Mapping[str, Any], body: Mapping[str, Any], services: Services) -> Words | None:
    """None for what is not said to us just now by a person: of apps, ours among them, edits, and messages of other channels."""
    texts = [event.get(name) for name in ("user", "channel", "ts", "text")]
    if not all(isinstance(text, str) for text in texts) or event.get("bot_id") or event.get("edited"):
        return None
    user, channel, ts, text = map(str, texts)
    is_direct, subtype = event.get("channel_type") == DIRECT, event.get("subtype")
    if user in {"", services.app_user} or not MOMENT.fullmatch(ts) or subtype not in {None, WITH_FILES}:
        return None
    if event.get("type") == "message" and not is_direct:
        return None
    thread = event.get("thread_ts")
    return Words(
        text=command_in(text, services, is_direct=is_direct),
        actor=Actor(id=user, team_id=team_of(event, body)),
        channel=channel,
        ts=ts,
        thread_ts=thread if isinstance(thread, str) else "",
        is_direct=is_direct,
        has_files=subtype == WITH_FILES,
    )


def command_in(text: str, services: Services, *, is_direct: bool) -> str:
    """What follows the first mention of us, else all of it in direct messages; with the slash command before it or without."""
    mention = re.search(rf"<@{re.escape(services.app_user)}(?:\|[^>]*)?>", text)
    is_addressed = mention is not None and not (is_direct and text[: mention.start()].strip())
    words = text[mention.end() :] if mention is not None and is_addressed else text
    words = words.strip().lstrip(PUNCTUATION).strip()
    first, _, rest = words.partition(" ")
    return rest.strip() if first.lower() == services.command.lower() else words


def team_of(event: Mapping[str, Any], body: Mapping[str, Any]) -> str:
    """The Slack workspace of who speaks; in a channel that is shared with others, theirs is told (Slack, app_mention)."""
    named = (event.get("user_team"), event.get("source_team"), body.get("team_id"))
    return next((team for team in named if isinstance(team, str) and team), "")


async def is_new(words: Words, services: Services) -> bool:
    """Slack sends an event again where it is not sure, perhaps hours later; where we cannot tell, nothing is done."""
    try:
        return await services.repeats.is_news(f"said:{words.channel}:{words.ts}", words.said_at)
    except RunbellError as error:
        log.warning("words not heard", channel=words.channel, error=error.sentence)
        return False


async def about_thread(words: Words, services: Services) -> str:
    """In a thread below a message of ours a command need not say which run it is about. Slack is asked only where it does not."""
    if not words.thread_ts or about(words.text, ANY_RUN) == words.text:
        return words.text
    try:
        run_id = await services.surfaces.run_of_thread(words.channel, words.thread_ts, services.app_user)
    except ChatTrouble as trouble:
        log.info("thread unread", channel=words.channel, error=trouble.sentence)
        return words.text
    return about(words.text, run_id) if run_id else words.text


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
