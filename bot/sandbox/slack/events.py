"""Which happenings the app is told of: those it subscribed to, in channels it is in, with the scope that each demands."""

from __future__ import annotations

from bot.sandbox.slack.apps import App
from bot.sandbox.slack.channels import Channel
from bot.sandbox.slack.errors import Document

MESSAGE_SCOPES = {"message.channels": "channels:history", "message.groups": "groups:history", "message.im": "im:history"}
MESSAGE_NAMES = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}
FAMILIES = {"public": "channels:read", "private": "groups:read", "im": "im:read"}


def subscription_name(event: Document) -> str:
    """The name under which an event stands in the manifest: its type, or `message.im` and its like."""
    return MESSAGE_NAMES[event["channel_type"]] if event["type"] == "message" else str(event["type"])


def is_for_app(app: App, event: Document, channel: Channel) -> bool:
    name = subscription_name(event)
    scope = _scope(name, channel)
    is_member = app.user_id in channel.members
    return name in app.events and is_member and (scope == "" or scope in app.scopes)


def _scope(name: str, channel: Channel) -> str:
    if name.startswith("message."):
        return MESSAGE_SCOPES[name]
    if name == "app_mention":
        return "app_mentions:read"
    return "" if name == "app_home_opened" else FAMILIES[channel.kind]
