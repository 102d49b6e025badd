"""What is said to somebody about a vote or a decision of theirs."""

from __future__ import annotations

from bot.core.decisions import IntentState
from bot.services.approvals import Acted
from bot.slack import answers
from bot.slack.blocks import Said
from bot.slack.ids import ViewAddress
from handlers.services import Services


def answer_to(acted: Acted, services: Services, *, is_seen: bool = False) -> Said | None:
    """`is_seen`: they look at the message that will show what came of it, so there is nothing to say where all went well."""
    url = services.link(acted.workspace, acted.run.id)
    if acted.outcome is None:
        if acted.verdict is None:
            return None
        return answers.voted(acted.run, acted.workspace, url, acted.verdict, breaks=acted.may_break_glass)
    if is_seen and acted.outcome is IntentState.SETTLED:
        return None
    return answers.acted(acted.action, acted.run, acted.workspace, url, acted.outcome)


async def answer_to_form(acted: Acted, address: ViewAddress, services: Services) -> Said | None:
    """As above for a form. One that was opened by an answer in direct messages has that answer become the result, whatever came of it."""
    said = answer_to(acted, services, is_seen=not address.becomes_result)
    if said is None or not address.becomes_result:
        return said
    return None if await services.privately.edit(address.channel, address.ts, said) else said
