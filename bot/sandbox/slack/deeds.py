"""What people do: type commands and messages, click, invite, open the app's home; and how Slack tells the app of it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.slack.answers import take_ack
from bot.sandbox.slack.apps import SlashCommand
from bot.sandbox.slack.channels import Channel
from bot.sandbox.slack.clicks import action_document, find_place, keep_choice, state_values
from bot.sandbox.slack.deliveries import DeliveryError, Parcel
from bot.sandbox.slack.errors import Document, SlackError
from bot.sandbox.slack.messages import Content, Message
from bot.sandbox.slack.mrkdwn import escape_controls, escape_typed, read_mentions
from bot.sandbox.slack.payloads import command_payload, message_actions_payload
from bot.sandbox.slack.people import Person
from bot.sandbox.slack.state import State

MOST_TYPED = 12_000


@dataclass(frozen=True)
class Actor:
    """A person in a channel they are a member of."""

    person: Person
    channel: Channel


def actor(state: State, user: str, channel_id: str) -> Actor:
    """SlackError: user_not_found, channel_not_found where they may not look in, not_in_channel where they may only look."""
    person, channel = state.team.person(user), state.team.channel(channel_id)
    if person.is_bot or person.deleted:
        raise SlackError("user_not_found")
    if not channel.shows_to(person):
        raise SlackError("channel_not_found")
    if person.id not in channel.members:
        raise SlackError("not_in_channel")
    return Actor(person, channel)


async def type_command(state: State, who: Actor, typed: str) -> Document:
    """Send a slash command and show what the ack says; failures are told to the person as Slack tells them."""
    name, _, rest = typed.strip().partition(" ")
    command = state.team.app.command(name)
    if command is None:
        state.rooms.whisper(who.channel, who.person.id, f"`{name}` is not a valid command.")
        return {"ok": False, "error": "unknown_command"}
    text = _command_text(state, command, rest.strip())
    chain = state.response_urls.issue("slash_commands", who.channel.id, who.person.id)
    payload = command_payload(
        state.team,
        who.person,
        who.channel,
        name,
        text,
        trigger_id=state.triggers.issue(who.person.id),
        response_url=state.absolute(chain.path),
    )
    try:
        ack = await state.deliveries.ask(Parcel("slash_commands", payload, accepts_answer=True))
        take_ack(state.rooms, chain, typed, ack.payload)
    except (DeliveryError, SlackError) as problem:
        state.rooms.whisper(who.channel, who.person.id, f'{name} failed with the error "{problem.error}"')
        return {"ok": False, "error": problem.error}
    return {"ok": True, "ack_ms": ack.milliseconds}


async def click(state: State, who: Actor, done: Mapping[str, Any]) -> Document:
    """Use an element of a message. SlackError: message_not_found, no_such_element, no_such_option.

    A click that nobody took fails with operation_timeout or dispatch_failed, which a client shows beside the button.
    """
    message = _seen_message(state, who, str(done.get("ts", "")))
    place = find_place(message, str(done.get("action_id", "")), str(done.get("block_id") or ""))
    action = action_document(place, done)
    keep_choice(message, who.person.id, place, action)
    chain = state.response_urls.issue("block_actions", who.channel.id, who.person.id, message)
    payload = message_actions_payload(
        state.team,
        who.person,
        who.channel,
        message,
        [action],
        trigger_id=state.triggers.issue(who.person.id),
        response_url=state.absolute(chain.path),
        state=state_values(message, who.person.id),
    )
    try:
        ack = await state.deliveries.ask(Parcel("interactive", payload))
    except DeliveryError as problem:
        return {"ok": False, "error": problem.error}
    return {"ok": True, "ack_ms": ack.milliseconds}


def write_message(state: State, who: Actor, typed: str, thread_ts: str | None) -> Message:
    """Post what a person typed; the app hears of it in direct messages and where it is mentioned. SlackError: no_text, msg_too_long."""
    if not typed.strip():
        raise SlackError("no_text")
    if len(typed) > MOST_TYPED:
        raise SlackError("msg_too_long")
    if thread_ts is not None:
        state.log.thread_parent(who.channel.id, thread_ts)
    text = escape_typed(typed, state.team, with_names=False)
    content = Content(text=text, mentions=read_mentions(text, [], []))
    message = state.rooms.post(who.channel, who.person.id, content, thread_ts=thread_ts, client_msg_id=str(uuid.uuid4()))
    _tell_of_message(state, who, message)
    return message


def invite(state: State, who: Actor, user: str) -> bool:
    """Bring a person or the app into a channel; False where they were in it. SlackError: cant_invite for direct messages and guests."""
    invited = state.team.person(user)
    if who.channel.kind == "im" or who.person.is_guest:
        raise SlackError("cant_invite")
    return state.rooms.join(who.channel, invited.id, inviter=who.person.id)


def open_home(state: State, person: Person) -> None:
    """Look at the app's Home tab, which the app is told of."""
    channel = state.team.direct_messages_with(person.id)
    home = state.views.screen(person.id).home
    event: Document = {"type": "app_home_opened", "user": person.id, "channel": channel.id, "tab": "home"}
    state.rooms.report(event | ({"view": home} if home else {}), channel)


def _command_text(state: State, command: SlashCommand, text: str) -> str:
    return escape_typed(text, state.team, with_names=True) if command.should_escape else escape_controls(text)


def _tell_of_message(state: State, who: Actor, message: Message) -> None:
    event: Document = {
        "user": message.user,
        "text": message.text,
        "ts": message.ts,
        "channel": message.channel,
        "event_ts": message.ts,
        "client_msg_id": message.client_msg_id,
        "team": state.team.id,
    }
    if message.thread_ts is not None:
        event["thread_ts"] = message.thread_ts
    kinds = {"public": "channel", "private": "group", "im": "im"}
    state.rooms.report({"type": "message", "channel_type": kinds[who.channel.kind], **event}, who.channel)
    if state.team.app.user_id in message.mentions.mentions and who.channel.kind != "im":
        if state.team.app.user_id in who.channel.members:
            state.rooms.report({"type": "app_mention", **event}, who.channel)
        else:
            text = f"You mentioned {state.team.app.name}, but they're not in this channel. Invite them so that they see it."
            state.rooms.whisper(who.channel, who.person.id, text)


def _seen_message(state: State, who: Actor, ts: str) -> Message:
    message = state.log.find(who.channel.id, ts)
    if message.only_for not in (None, who.person.id):
        raise SlackError("message_not_found")
    return message
