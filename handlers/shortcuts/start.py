"""The shortcut “Start a run”, which may be used anywhere and knows of no channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.policy import Actor
from bot.slack.blocks import Said
from handlers.services import Services
from handlers.starts import open_start


async def start_wanted(body: Mapping[str, Any], services: Services, actor: Actor) -> Said | None:
    return await open_start(body, services, actor, None)
