"""Things said once in a channel: queued as a message row, so that they survive a restart and are never said twice."""

from __future__ import annotations

import json

from bot.core.messages import Kind, Message
from bot.core.pictures import NotePicture
from bot.services.ports import Transaction


async def tell(transaction: Transaction, *, subject: str, channel: str, topic: str, text: str, mention: str = "", about: str = "") -> None:
    """Have the painter say `text` in the channel, or to a person; the same subject and topic are said once. `about` is a channel."""
    body = json.dumps({"text": text, "mention": mention, "about": about})
    await transaction.messages.want(subject, channel, Kind.NOTE, topic, text=body)


def note_of(message: Message) -> NotePicture:
    body = json.loads(message.text or "{}")
    return NotePicture(text=body.get("text", ""), mention=body.get("mention", ""), about=body.get("about", ""))
