"""Somebody was deactivated, became a guest, or a user group changed: what we knew of them is forgotten at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.facts import fact
from handlers.services import Services


async def person_changed(payload: Mapping[str, Any], services: Services) -> None:
    services.known.person_changed(fact(payload, "user", "id"))


async def group_changed(payload: Mapping[str, Any], services: Services) -> None:
    """`subteam` is the group as it is now, `subteam_id` comes where only its people have changed (Slack, subteam_members_changed)."""
    services.known.group_changed(fact(payload, "subteam", "id") if "subteam" in payload else fact(payload, "subteam_id"))
