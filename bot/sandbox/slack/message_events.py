"""What the app hears of messages: the message event and its subtypes, mentions of the app, and links to its domains."""

from __future__ import annotations

import time

from bot.sandbox.slack.channels import Channel
from bot.sandbox.slack.documents import message_document
from bot.sandbox.slack.errors import Document
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.team import Team

KINDS = {"public": "channel", "private": "group", "im": "im", "mpim": "mpim"}


def message_event(message: Message, channel: Channel, team: Team) -> Document:
    """A message as it comes (docs: the message event); people of another workspace are told with their team."""
    return message_document(message, team, with_metadata=True) | _where(message, channel) | _from_elsewhere(message, team)


def mention_event(message: Message, channel: Channel, team: Team) -> Document:
    event = message_event(message, channel, team) | {"type": "app_mention"}
    return {key: value for key, value in event.items() if key not in ("channel_type", "subtype")}


def changed_event(message: Message, previous: Document, channel: Channel, team: Team) -> Document:
    """An edit, the app's own too."""
    now = message_document(message, team, with_metadata=True)
    return _hidden("message_changed", message, channel) | {"message": now, "previous_message": previous}


def deleted_event(message: Message, previous: Document, channel: Channel) -> Document:
    return _hidden("message_deleted", message, channel) | {"deleted_ts": message.ts, "previous_message": previous}


def draft_event(message: Message, links: list[Document], unfurl_id: str) -> Document:
    """link_shared for what somebody is still typing: it names no channel and no message that there is."""
    about: Document = {"channel": message.channel, "message_ts": message.ts, "user": message.user, "is_bot_user_member": False}
    return {"type": "link_shared", "links": links, "unfurl_id": unfurl_id, "source": "composer", **about}


def links_event(message: Message, channel: Channel, links: list[Document], unfurl_id: str, team: Team) -> Document:
    """link_shared for a message that stands in a channel."""
    event: Document = {
        "type": "link_shared",
        "channel": channel.id,
        "user": message.user,
        "message_ts": message.ts,
        "links": links,
        "unfurl_id": unfurl_id,
        "source": "conversations_history",
        "is_bot_user_member": team.app.user_id in channel.members,
    }
    return event | ({"thread_ts": message.thread_ts} if message.thread_ts else {})


def _where(message: Message, channel: Channel) -> Document:
    return {"channel": channel.id, "channel_type": KINDS[channel.kind], "event_ts": message.ts}


def _hidden(subtype: str, message: Message, channel: Channel) -> Document:
    now = f"{time.time():.6f}"
    event: Document = {"type": "message", "subtype": subtype, "hidden": True, "ts": now}
    return event | _where(message, channel) | {"event_ts": now}


def _from_elsewhere(message: Message, team: Team) -> Document:
    author = team.people.get(message.user)
    if author is None or not author.is_external:
        return {}
    return {"team": author.team_id, "user_team": author.team_id, "source_team": author.team_id}
