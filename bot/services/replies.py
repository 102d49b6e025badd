"""What is said below a message that Slack lets nobody change any more: once for each state that people have to know of."""

from __future__ import annotations

from bot.core.messages import Kind, Message
from bot.core.pictures import Picture, RunPicture
from bot.core.watches import ENDED
from bot.services.ports import Transaction


async def reply_instead(transaction: Transaction, message: Message, picture: Picture) -> None:
    """Have the painter reply with the run's new state, unless the channel is told of that by a message of its own."""
    state = state_of(picture)
    if not state:
        return
    said = [one for one in await transaction.messages.of_subject(message.subject) if one.channel == message.channel]
    if not any(tells(one, state) for one in said):
        await transaction.messages.want(message.subject, message.channel, Kind.REPLY, state, in_thread=True)


def state_of(picture: Picture) -> str:
    """The open gate, ENDED, or nothing that people have to know of."""
    if not isinstance(picture, RunPicture):
        return ""
    return ENDED if picture.run.is_final else picture.run.gate or ""


def tells(message: Message, state: str) -> bool:
    match message.kind:
        case Kind.CALL:
            return message.gate == state
        case Kind.END:
            return state == ENDED
        case Kind.CARD:
            return message.text == state
        case _:
            return False
