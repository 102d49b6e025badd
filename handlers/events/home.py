"""Somebody opened the app: its Home tab is drawn for them, from what is known at this moment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.policy import Actor
from handlers.facts import fact
from handlers.homes import draw
from handlers.services import Services

HOME_TAB = "home"


async def home_opened(payload: Mapping[str, Any], body: Mapping[str, Any], services: Services) -> None:
    """`view` is there where one was drawn before; the other tab is our direct messages (Slack, app_home_opened)."""
    if payload.get("tab") != HOME_TAB:
        return
    actor, view = Actor(id=fact(payload, "user"), team_id=fact(body, "team_id")), payload.get("view")
    services.homes.opened(actor)
    await draw(services, actor, str(view.get("hash") or "") if isinstance(view, Mapping) else "")
