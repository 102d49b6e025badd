"""What happens in Slack without anybody turning to us: one file an event."""

from __future__ import annotations

import re

from slack_bolt.async_app import AsyncApp

from handlers.events import words
from handlers.events.channels import channel_closed, channel_opened, member_left
from handlers.events.home import home_opened
from handlers.events.invited import app_invited
from handlers.events.links import links_shared
from handlers.events.others import event_came
from handlers.events.people import group_changed, person_changed
from handlers.events.revoked import app_uninstalled, tokens_revoked
from handlers.guard import Guard


def register(app: AsyncApp, guard: Guard) -> None:
    app.event("member_joined_channel")(guard.watched(app_invited))
    app.event("member_left_channel")(guard.watched(member_left))
    app.event("channel_archive")(guard.watched(channel_closed))
    app.event("group_archive")(guard.watched(channel_closed))
    app.event("channel_deleted")(guard.watched(channel_closed))
    app.event("group_deleted")(guard.watched(channel_closed))
    app.event("channel_unarchive")(guard.watched(channel_opened))
    app.event("group_unarchive")(guard.watched(channel_opened))
    app.event("app_uninstalled")(guard.watched(app_uninstalled))
    app.event("tokens_revoked")(guard.watched(tokens_revoked))
    app.event("user_change")(guard.watched(person_changed))
    app.event("subteam_updated")(guard.watched(group_changed))
    app.event("subteam_members_changed")(guard.watched(group_changed))
    app.event("app_home_opened")(guard.watched(home_opened))
    app.event("link_shared")(guard.watched(links_shared))
    words.register(app, guard)
    app.event(re.compile(r".*"))(guard.watched(event_came))
