"""Messages as the API gives them to the app, and as a person's client is told of them."""

from __future__ import annotations

from bot.sandbox.slack.errors import Document
from bot.sandbox.slack.messages import Message, MessageLog
from bot.sandbox.slack.team import Team

SLACKBOT = "USLACKBOT"


def message_document(message: Message, team: Team, *, with_metadata: bool) -> Document:
    """The message object of the Web API and of payloads (docs: the message event and its fields for apps)."""
    document: Document = {"type": "message", "user": message.user, "text": message.text, "ts": message.ts, "team": team.id}
    if message.is_by(team.app.user_id):
        document |= {"bot_id": team.app.bot_id, "app_id": team.app.id, "bot_profile": _bot_profile(team)}
    optional = {
        "subtype": message.shown_subtype,
        "client_msg_id": message.client_msg_id,
        "blocks": message.blocks,
        "attachments": message.shown_attachments,
        "files": [file.document() for file in message.files],
        "thread_ts": message.thread_ts,
        "metadata": message.metadata if with_metadata else None,
        "edited": {"user": message.user, "ts": message.edited_ts} if message.edited_ts else None,
    }
    return document | {key: value for key, value in optional.items() if value}


def threaded_document(message: Message, log: MessageLog, team: Team, *, with_metadata: bool) -> Document:
    """As message_document, and for the parent of a thread what Slack tells of its replies."""
    document = message_document(message, team, with_metadata=with_metadata)
    if message.is_reply:
        parent = log.get(message.channel, message.thread_ts or "")
        return document | {"parent_user_id": parent.user if parent else ""}
    replies = log.replies(message.channel, message.ts) if message.thread_ts == message.ts else []
    if not replies:
        return document
    people = list(dict.fromkeys(reply.user for reply in replies))
    return document | {
        "reply_count": len(replies),
        "reply_users_count": len(people),
        "latest_reply": replies[-1].ts,
        "reply_users": people,
        "is_locked": False,
        "subscribed": False,
    }


def seen_document(message: Message, log: MessageLog, team: Team) -> Document:
    """The message as the `/_person/` interface shows it; `mentions` and `broadcasts` are whom it really reached."""
    author = team.people.get(message.user)
    is_app = message.is_by(team.app.user_id)
    document: Document = {
        "ts": message.ts,
        "channel": message.channel,
        "user": message.user,
        "username": "Slackbot" if message.user == SLACKBOT else (author.real_name if author else message.user),
        "is_app": is_app,
        "text": message.text,
        "blocks": message.blocks,
        "attachments": message.shown_attachments,
        "ephemeral": message.is_ephemeral,
        "edited": message.edited_ts is not None,
        "mentions": list(message.mentions.mentions),
        "broadcasts": list(message.mentions.broadcasts),
    }
    if message.thread_ts is not None:
        document["thread_ts"] = message.thread_ts
        if not message.is_reply:
            document["reply_count"] = len(log.replies(message.channel, message.ts))
    files = [file.document() for file in message.files]
    optional = {"files": files, "subtype": message.subtype, "metadata": message.metadata, "is_broadcast": message.is_broadcast}
    return document | {key: value for key, value in optional.items() if value}


def _bot_profile(team: Team) -> Document:
    app = team.app
    return {"id": app.bot_id, "app_id": app.id, "name": app.name, "deleted": False, "team_id": team.id, "icons": {}, "updated": 0}
