"""A link to the server was posted: where the channel hears of its workspace anyway, it shows how the run stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import structlog

from bot.core.errors import ChatTrouble
from bot.slack.cards.unfurls import unfurled
from handlers.facts import fact
from handlers.services import Services

log = structlog.get_logger("runbell.handlers")

POSTED = "conversations_history"
"""Where links come from that stand in a message; a message that is still being typed is in no channel yet."""


async def links_shared(payload: Mapping[str, Any], services: Services) -> None:
    if payload.get("source", POSTED) != POSTED:
        return
    channel, ts = fact(payload, "channel"), fact(payload, "message_ts")
    found = await services.unfurls.of(channel, ts, moment_of(ts), urls_in(payload.get("links")))
    if not found:
        return
    try:
        await services.surfaces.unfurl(channel, ts, {url: unfurled(picture) for url, picture in found.items()})
    except ChatTrouble as trouble:
        log.info("not unfurled", channel=channel, error=trouble.sentence)


def urls_in(links: object) -> list[str]:
    told = [link.get("url") for link in links if isinstance(link, Mapping)] if isinstance(links, list) else []
    return [url for url in told if isinstance(url, str)]


def moment_of(ts: str) -> datetime:
    """When a message was posted; long ago for what is no message's ts."""
    try:
        return datetime.fromtimestamp(float(ts), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)
