"""To which message a reply goes: the card of its run in the channel, or the rollup of which that is a line; a reminder, to the call."""

from __future__ import annotations

from bot.core.messages import Kind, Message
from bot.services.ports import Transaction


async def head_of(transaction: Transaction, message: Message) -> Message | None:
    """The message to reply to, whether or not it stands yet; None where there is none."""
    if message.kind is Kind.REMINDER:
        call = await one_of(transaction, message.subject, message.channel, Kind.CALL)
        if call is not None and not call.in_thread:
            return call
    card = await one_of(transaction, message.subject, message.channel, Kind.CARD)
    if card is None or not card.parent:
        return card
    return await one_of(transaction, card.parent, message.channel, Kind.ROLLUP)


async def one_of(transaction: Transaction, subject: str, channel: str, kind: Kind) -> Message | None:
    found = [one for one in await transaction.messages.of_subject(subject) if one.channel == channel and one.kind is kind]
    return found[0] if found else None
