"""The button that opens the form in which a run is started, and what is chosen in the form that changes what it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.errors import ChatRefused
from bot.core.policy import Actor
from bot.slack.blocks import Said
from bot.slack.privately import Shown
from bot.slack.views.start import shown_in, start_form
from handlers.middleware import place_of
from handlers.services import Services
from handlers.starts import open_start

CHANGED = "hash_conflict"


async def start_clicked(body: Mapping[str, Any], services: Services, actor: Actor) -> Said | None:
    """On the Home tab there is no place."""
    return await open_start(body, services, actor, place_of(body))


async def start_changed(payload: Mapping[str, Any], body: Mapping[str, Any], services: Services) -> None:
    """Show the form as it is after the newest choice in it: of two quick ones the second has all that the first had."""
    view = body.get("view")
    form = shown_in(view) if isinstance(view, Mapping) else None
    if form is None or not isinstance(view, Mapping):
        return
    known, clicked_at = Shown(str(view.get("id") or ""), str(view.get("hash") or "")), str(payload.get("action_ts") or "")
    services.latest.note(known.view_id, clicked_at)
    try:
        await services.privately.update(known, start_form(form))
    except ChatRefused as refused:
        if refused.code == CHANGED and services.latest.is_latest(known.view_id, clicked_at):
            await services.privately.update(Shown(known.view_id), start_form(form))
