"""Somebody was invited to a channel; where it was us, what was paused there goes on, and we say what we can do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.facts import fact
from handlers.services import Services


async def app_invited(payload: Mapping[str, Any], body: Mapping[str, Any], services: Services) -> None:
    """`inviter` is missing where we joined by ourselves, in order to post: then there is something better to read already."""
    if payload.get("user") != services.app_user:
        return
    await services.closures.opened(fact(payload, "channel"))
    if payload.get("inviter"):
        await services.greetings.invited(fact(payload, "channel"), fact(body, "event_id"))
