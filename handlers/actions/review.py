"""A click on Review plan, and on what turns the pages of the modal that it opens. Whoever clicks has to be allowed to, each time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from bot.core.commands.runs import RunReference
from bot.core.errors import ChatRefused, RunbellError
from bot.core.policy import Actor
from bot.core.reviews import Part
from bot.services.reviews import Reviewed, Turn
from bot.slack import ids, replies
from bot.slack.blocks import Block, Said
from bot.slack.privately import Shown
from bot.slack.views import review as views
from handlers.actions.others import button_clicked
from handlers.services import Services

log = structlog.get_logger("runbell.handlers")


async def review_clicked(payload: Mapping[str, Any], body: Mapping[str, Any], services: Services, actor: Actor) -> Said | None:
    address = ids.decode(payload.get("value"))
    if address is None:
        return await button_clicked()
    await open_review(RunReference(run_id=address.run_id), body, services, actor)
    return None


async def open_review(reference: RunReference, body: Mapping[str, Any], services: Services, actor: Actor) -> None:
    """The modal at once, since a click may open one for three seconds; then what is in it."""
    name = str(reference)
    known = await services.privately.open(str(body.get("trigger_id", "")), views.reading(name))
    await fill(known, name, services, lambda: services.reviews.open(reference, actor))


async def review_turned(payload: Mapping[str, Any], body: Mapping[str, Any], services: Services, actor: Actor) -> Said | None:
    shown = body.get("view") or {}
    address = ids.decode_review(shown.get("private_metadata"))
    if address is None:
        return await button_clicked()
    turn = turned(payload, address, shown)
    known = Shown(str(shown.get("id", "")), str(shown.get("hash", "")))
    await fill(known, address.run_id, services, lambda: services.reviews.turn(address.run_id, actor, turn))
    return None


def turned(payload: Mapping[str, Any], address: ids.ReviewAddress, shown: Mapping[str, Any]) -> Turn:
    match payload.get("action_id"):
        case ids.REVIEW_BACK:
            return Turn(number=address.number - 1, query=address.query)
        case ids.REVIEW_ON:
            return Turn(number=address.number + 1, query=address.query)
        case ids.REVIEW_JUMP:
            chosen = payload.get("selected_option")
            word = chosen.get("value") if isinstance(chosen, Mapping) else None
            return Turn(part=Part(word)) if isinstance(word, str) and word in set(Part) else Turn()
        case ids.REVIEW_ALL:
            return Turn()
        case _:
            return Turn(query=views.asked(shown))


async def fill(known: Shown, name: str, services: Services, read: Callable[[], Awaitable[Reviewed]]) -> None:
    """What is read is shown, and so is why it could not be."""
    try:
        found = await read()
    except RunbellError as error:
        error.was_shown = await changed(known, views.trouble(name, replies.reply(error, command=services.command)), services)
        raise
    await changed(known, drawn(found, services), services)


def drawn(found: Reviewed, services: Services) -> Block:
    if found.review is None or found.page is None:
        return views.unread(found.run, found.workspace, found.plan, found.why, services.link(found.workspace, found.run.id))
    return views.review(found.run, found.workspace, found.plan, found.review, found.page)


async def changed(known: Shown, view: Block, services: Services) -> bool:
    """False where they have closed it, or turned on meanwhile."""
    try:
        await services.privately.update(known, view)
    except ChatRefused as refused:
        log.info("modal gone", error=refused.code)
        return False
    return True


async def review_closed() -> None:
    """Done: the guard has acked, which closes it."""
