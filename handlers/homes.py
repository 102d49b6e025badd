"""Drawing somebody's Home tab: when they open it, after what they have done, and as things change while it may be open."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from hashlib import sha256
from types import MappingProxyType
from weakref import WeakValueDictionary

import structlog

from bot.core.errors import ChatTrouble, RunbellError
from bot.core.policy import Actor
from bot.slack import ids
from bot.slack.blocks import Block
from bot.slack.home import home
from handlers.services import Services

log = structlog.get_logger("runbell.handlers")

OFFERS: Mapping[str, str] = MappingProxyType({ids.START_OPEN: "Start a run", ids.UPLOAD_OPEN: "Run files", ids.PROMOTE_FORM: "Promote"})
"""The forms that can be opened from the Home tab, by the buttons that are listened to."""

DRAWING: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()


async def draw(services: Services, actor: Actor, known: str = "", *, is_followed: bool = False) -> None:
    """One at a time for each person, so that what was read last stands. One that has changed since `known` is newer than what we read.

    One that `is_followed` is drawn only where they would see something else.
    """
    lock = DRAWING.setdefault(actor.id, asyncio.Lock())
    async with lock:
        view = home(await services.homes.of(actor), OFFERS, services.command)
        digest = digest_of(view)
        if is_followed and services.homes.is_shown(actor.id, digest):
            return
        try:
            await services.surfaces.publish(actor.id, view, known)
        except ChatTrouble as trouble:
            log.info("home not drawn", person=actor.id, error=trouble.sentence)
        else:
            services.homes.shown(actor.id, digest)


def digest_of(view: Block) -> bytes:
    """Of all but its foot, which says how old it is."""
    return sha256(json.dumps(view["blocks"][:-1], sort_keys=True).encode()).digest()


async def follow(services: Services) -> None:
    """A tick: what others have done, and how runs have gone on, is shown to those who may be looking."""
    await asyncio.gather(*(drawn(services, actor, is_followed=True) for actor in services.homes.next_ones()))


async def redraw(services: Services, actor: Actor) -> None:
    """After a deed of somebody's own; what goes wrong with it has nothing to do with the deed."""
    if services.homes.is_open(actor.id):
        await drawn(services, actor)


async def drawn(services: Services, actor: Actor, *, is_followed: bool = False) -> None:
    """One that cannot be read stays as it is."""
    try:
        await draw(services, actor, is_followed=is_followed)
    except RunbellError as error:
        log.info("home not drawn", person=actor.id, error=error.sentence)
