"""`[slack]`: in which of Slack's channels people may act although people of other companies are in them."""

from __future__ import annotations

import re

from bot.rules.sections import Section, Sections
from bot.rules.words import Explain, IsRight

KEYS = ("allow_shared_channels",)
CHANNEL = re.compile(r"[CG][A-Z0-9]{2,}")
CHANNELS: tuple[IsRight, Explain] = (
    lambda word: CHANNEL.fullmatch(word) is not None,
    lambda word: f"“{word}” is no id of a channel: one looks like C0123ABCD (in Slack: the channel's details, at the very end).",
)


def shared_channels(sections: Sections) -> frozenset[str]:
    found = sections.document.get("slack")
    if found is None:
        return frozenset()
    if not isinstance(found, dict):
        sections.problems.add(sections.lines.top.get("slack", 1), "“slack” is one table: write [slack] with one bracket.")
        return frozenset()
    section = Section("slack", 0, found, sections.lines, sections.problems)
    section.knows(KEYS)
    section.is_not_empty("allow_shared_channels", "none of them")
    return frozenset(section.words("allow_shared_channels", CHANNELS))
