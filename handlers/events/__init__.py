"""What happens in Slack without anybody turning to us: one file an event."""

from __future__ import annotations

import re

from slack_bolt.async_app import AsyncApp

from handlers.events.invited import app_invited
from handlers.events.others import event_came
from handlers.guard import Guard


def register(app: AsyncApp, guard: Guard) -> None:
    app.event("member_joined_channel")(guard.watched(app_invited))
    app.event(re.compile(r".*"))(guard.watched(event_came))
