"""Who acts, and where: a person with an account, in a channel they are a member of, on a message they can see."""

from __future__ import annotations

from dataclasses import dataclass

from bot.sandbox.slack.channels import Channel
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.people import Person
from bot.sandbox.slack.state import State


@dataclass(frozen=True)
class Actor:
    """A person in a channel they are a member of."""

    person: Person
    channel: Channel


def human(state: State, user: str) -> Person:
    """A person who can sign in. SlackError: user_not_found for nobody, for apps, and for the deactivated."""
    person = state.team.person(user)
    if person.is_bot or person.deleted:
        raise SlackError("user_not_found")
    return person


def actor(state: State, user: str, channel_id: str) -> Actor:
    """SlackError: user_not_found, channel_not_found where they may not look in, not_in_channel where they may only look."""
    person, channel = human(state, user), state.team.channel(channel_id)
    if not channel.shows_to(person):
        raise SlackError("channel_not_found")
    if person.id not in channel.members:
        raise SlackError("not_in_channel")
    return Actor(person, channel)


def seen_message(state: State, who: Actor, ts: str) -> Message:
    """SlackError: message_not_found, for what only others see too."""
    message = state.log.find(who.channel.id, ts)
    if message.only_for not in (None, who.person.id):
        raise SlackError("message_not_found")
    return message
