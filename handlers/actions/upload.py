"""The button that opens the form in which files become a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.policy import Actor
from bot.slack.blocks import Said
from handlers.middleware import place_of
from handlers.services import Services
from handlers.uploads import open_upload


async def upload_clicked(body: Mapping[str, Any], services: Services, actor: Actor) -> Said | None:
    """On the Home tab there is no place."""
    return await open_upload(body, services, actor, place_of(body))
