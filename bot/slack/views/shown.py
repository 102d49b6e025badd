"""A run as it is now, in a modal: for places from which no message can be answered, such as the Home tab."""

from __future__ import annotations

from dataclasses import replace

from bot.core.pictures import RunPicture
from bot.slack import ids
from bot.slack.blocks import Block, Said, plain, section
from bot.slack.cards.run import card


def reading() -> Block:
    """At once, while the run is read: a click may open a modal for three seconds."""
    return view([section("🔄 Reading the run…")])


def shown_run(picture: RunPicture) -> Block:
    """What goes on from there reports in a channel, so nothing of that is offered here."""
    return trouble(card(replace(picture, offers_more=False)))


def trouble(said: Said) -> Block:
    """What was said instead of the run."""
    return view(said.get("blocks") or [section(said["text"])])


def view(blocks: list[Block]) -> Block:
    return {"type": "modal", "callback_id": ids.SHOWN, "title": plain("Run", 24), "close": plain("Close", 24), "blocks": blocks}
