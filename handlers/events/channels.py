"""A channel was archived or deleted, brought back, or we were taken out of it: whether anything can be said in it has changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.services.closures import LEFT
from handlers.facts import fact
from handlers.services import Services


async def channel_closed(payload: Mapping[str, Any], services: Services) -> None:
    deleted = str(payload.get("type", "")).endswith("_deleted")
    await services.closures.closed(fact(payload, "channel"), "channel_not_found" if deleted else "is_archived")


async def channel_opened(payload: Mapping[str, Any], services: Services) -> None:
    """We are still in a channel that was archived with us in it, and may be asked back into any other."""
    await services.closures.look(fact(payload, "channel"))


async def member_left(payload: Mapping[str, Any], services: Services) -> None:
    """Whoever takes us out of a channel wants to hear no more there, so we do not join again by ourselves."""
    if payload.get("user") == services.app_user:
        await services.closures.closed(fact(payload, "channel"), LEFT)
