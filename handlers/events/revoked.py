"""The app was taken out of the Slack workspace, or its token revoked. Both come, in any order (Slack, tokens_revoked)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.services import Services


async def app_uninstalled(services: Services) -> None:
    services.declare_dead()


async def tokens_revoked(payload: Mapping[str, Any], services: Services) -> None:
    """`bot` lists users whose bot tokens are gone; a token of a person, under `oauth`, is none of ours."""
    tokens = payload.get("tokens")
    if isinstance(tokens, Mapping) and tokens.get("bot"):
        services.declare_dead()
