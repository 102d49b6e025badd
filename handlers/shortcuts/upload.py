"""The shortcut “Run this configuration” on a message: its files are chosen already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.policy import Actor, Place
from bot.slack.blocks import Said
from bot.slack.views.upload import files_of
from handlers.services import Services
from handlers.uploads import open_upload


async def message_to_run(body: Mapping[str, Any], services: Services, actor: Actor, place: Place) -> Said | None:
    message = body.get("message")
    files = files_of(message if isinstance(message, Mapping) else {})
    return await open_upload(body, services, actor, place, files=files)
