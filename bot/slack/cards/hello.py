"""What is said to somebody who says hello in direct messages, or sends a file there without a word."""

from __future__ import annotations

import re

from bot.slack.blocks import Said, context, section
from bot.slack.text import code, escape

GREETING = re.compile(
    r"(?:hello|hi|hey|hallo|hola|good (?:morning|evening|day)|thanks?|thank you|thx|ping)(?: there| runbell)?[\s.!?👋🙏]*", re.IGNORECASE
)


def is_greeting(text: str) -> bool:
    return GREETING.fullmatch(text.strip()) is not None


def hello(command: str) -> Said:
    """Here a command needs no slash, and a few are worth trying first."""
    text = (
        f"👋 Hello. Write a command here as you would after {code(command)}, for example:\n"
        f"• {code('pending')}: what waits for a decision\n"
        f"• {code('show <workspace>')}: how its run stands\n"
        f"• {code('notify me on')}: have me write to you when a run of yours waits or has ended\n"
        f"• {code('help')}: all there is"
    )
    more = (
        f"In a channel type {code(command)}; in a thread mention me, since slash commands do not work there. "
        "My Home tab shows what waits for you."
    )
    return {"text": f"👋 Hello. Write a command, such as {escape('help')}.", "blocks": [section(text), context(more)]}


def not_a_configuration() -> Said:
    text = "To run a configuration, choose “Run this configuration” in the menu of the message that has the file."
    return {"text": text, "blocks": [section(text)]}
