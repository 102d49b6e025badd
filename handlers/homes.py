"""Drawing somebody's Home tab: when they open it, and after what they have done while it may be open."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from weakref import WeakValueDictionary

import structlog

from bot.core.errors import ChatTrouble, RunbellError
from bot.core.policy import Actor
from bot.slack import ids
from bot.slack.home import home
from handlers.services import Services

log = structlog.get_logger("runbell.handlers")

OFFERS: Mapping[str, str] = MappingProxyType({ids.START_OPEN: "Start a run", ids.UPLOAD_OPEN: "Run files", ids.PROMOTE_FORM: "Promote"})
"""The forms that can be opened from the Home tab, by the buttons that are listened to."""

DRAWING: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()


async def draw(services: Services, actor: Actor, known: str = "") -> None:
    """One at a time for each person, so that what was read last stands. One that has changed since `known` is newer than what we read."""
    lock = DRAWING.setdefault(actor.id, asyncio.Lock())
    async with lock:
        view = home(await services.homes.of(actor), OFFERS, services.command)
        try:
            await services.surfaces.publish(actor.id, view, known)
        except ChatTrouble as trouble:
            log.info("home not drawn", person=actor.id, error=trouble.sentence)


async def redraw(services: Services, actor: Actor) -> None:
    """After a deed of somebody's own; what goes wrong with it has nothing to do with the deed."""
    if not services.homes.is_open(actor.id):
        return
    try:
        await draw(services, actor)
    except RunbellError as error:
        log.info("home not drawn", person=actor.id, error=error.sentence)
