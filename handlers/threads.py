"""Which run words are about that are said in a thread and name none: the run of the message above them."""

from __future__ import annotations

import structlog

from bot.core.commands import about
from bot.core.errors import ChatTrouble
from handlers.services import Services
from handlers.words import Words

log = structlog.get_logger("runbell.handlers")

ANY_RUN = "run-any"


async def about_thread(words: Words, services: Services) -> str:
    """In a thread below a message of ours a command need not say which run it is about. Slack is asked only where it does not."""
    if not words.thread_ts or about(words.text, ANY_RUN) == words.text:
        return words.text
    try:
        run_id = await services.surfaces.run_of_thread(words.channel, words.thread_ts, services.app_user)
    except ChatTrouble as trouble:
        log.info("thread unread", channel=words.channel, error=trouble.sentence)
        return words.text
    return about(words.text, run_id) if run_id else words.text
