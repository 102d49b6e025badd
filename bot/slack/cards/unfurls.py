"""A run as what a link to it shows: how it stands, what it would change, and where it came from. Nothing is decided there."""

from __future__ import annotations

from bot.core.pictures import RunPicture
from bot.slack.blocks import Block, context, section
from bot.slack.cards.counts import picture_counts
from bot.slack.cards.deeds import deed_line
from bot.slack.cards.labels import label
from bot.slack.cards.run import origin
from bot.slack.text import code, escape


def unfurled(picture: RunPicture) -> Block:
    """One value of chat.unfurl's `unfurls`."""
    shown, plan, deed = label(picture), picture_counts(picture), deed_line(picture)
    head = f"{shown.emoji} *{escape(shown.words)}* · {code(picture.workspace.name)}" + (f" · Plan: {plan}" if plan else "")
    return {"blocks": [section("\n".join(filter(None, [head, deed]))), context(origin(picture))]}
