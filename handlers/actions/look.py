"""Buttons and menus that do what typing a command does that only looks: the question is in the button, the answer is found now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.commands import parse
from bot.core.commands.grammar import Command
from bot.core.errors import BadCommand
from bot.core.policy import Actor, Place
from bot.slack import ids
from bot.slack.blocks import Said
from handlers.actions.others import button_clicked
from handlers.commands.looks import LOOKS, answer_to_look
from handlers.services import Services

DIRECT = "D"
"""What the id of direct messages begins with."""


async def look_clicked(payload: Mapping[str, Any], body: Mapping[str, Any], services: Services, actor: Actor, place: Place) -> Said | None:
    """Another page takes the place of the one that was looked at, if nobody else sees it; everything else is said anew."""
    address = ids.decode_look(value_of(payload))
    command = asked(address.text) if address is not None else None
    if address is None or command is None:
        return await button_clicked()
    said = await answer_to_look(command, services, actor, place, address.turn)
    turns = payload.get("action_id") in {ids.LOOK_ON, ids.LOOK_BACK}
    return said | {"replace_original": True} if turns and is_private(body, place) else said


def asked(text: str) -> Command | None:
    """What looks and nothing else; None for anything that an older release may have asked."""
    try:
        command = parse(text)
    except BadCommand:
        return None
    return command if type(command) in LOOKS else None


def value_of(payload: Mapping[str, Any]) -> object:
    """Of a button, or of what was chosen in a menu."""
    chosen = payload.get("selected_option")
    return chosen.get("value") if isinstance(chosen, Mapping) else payload.get("value")


def is_private(body: Mapping[str, Any], place: Place) -> bool:
    container = body.get("container")
    return place.channel.startswith(DIRECT) or (isinstance(container, Mapping) and container.get("is_ephemeral") is True)
