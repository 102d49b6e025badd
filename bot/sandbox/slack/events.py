"""Which happenings the app is told of: those it subscribed to, in channels it is in, with the scope that each demands."""

from __future__ import annotations

from bot.sandbox.slack.apps import App
from bot.sandbox.slack.channels import Channel
from bot.sandbox.slack.errors import Document

MESSAGE_SCOPES = {
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
}
MESSAGE_NAMES = {"channel": "message.channels", "group": "message.groups", "im": "message.im", "mpim": "message.mpim"}
FAMILIES = {"public": "channels:read", "private": "groups:read", "im": "im:read", "mpim": "mpim:read"}
OTHER_SCOPES = {
    "app_mention": "app_mentions:read",
    "link_shared": "links:read",
    "subteam_members_changed": "usergroups:read",
    "subteam_updated": "usergroups:read",
    "user_change": "users:read",
}
FOR_EVERY_APP = ("app_home_opened", "app_uninstalled", "tokens_revoked")
FROM_OUTSIDE = ("link_shared", *FOR_EVERY_APP)


def subscription_name(event: Document) -> str:
    """The name under which an event stands in the manifest: its type, or `message.im` and its like."""
    return MESSAGE_NAMES[event["channel_type"]] if event["type"] == "message" else str(event["type"])


def is_for_app(app: App, event: Document, channel: Channel | None) -> bool:
    """Whether the app hears of it. `channel` is where it happened, None for what concerns the workspace. Of a public channel it hears
    when that is renamed, archived or deleted, and of links to its domains, without being a member.
    """
    name = subscription_name(event)
    scope = _scope(name, channel)
    return name in app.events and _reaches(app, name, channel) and (scope == "" or scope in app.scopes)


def _reaches(app: App, name: str, channel: Channel | None) -> bool:
    is_open = name in FROM_OUTSIDE or name.startswith("channel_")
    return channel is None or is_open or app.user_id in channel.members


def _scope(name: str, channel: Channel | None) -> str:
    if name.startswith("message."):
        return MESSAGE_SCOPES[name]
    if name in FOR_EVERY_APP or channel is None:
        return OTHER_SCOPES.get(name, "")
    return OTHER_SCOPES.get(name) or FAMILIES[channel.kind]
