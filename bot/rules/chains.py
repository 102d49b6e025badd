"""`[[chains]]`: the stages that a configuration passes."""

from __future__ import annotations

import re

from bot.core.chains import Chain
from bot.rules.sections import Section, Sections
from bot.rules.windows import named
from bot.rules.words import whole

KEYS = ("name", "stages")
WORKSPACE = re.compile(r"(?:[\w-]+/)?[\w-]+")
STAGES = (whole(WORKSPACE), lambda word: f"“{word}” is no workspace: write [organization/]workspace, without * or ?.")
FEWEST = 2


def chains(sections: Sections) -> tuple[Chain, ...]:
    return tuple(chain(section) for section in sections.each("chains"))


def chain(section: Section) -> Chain:
    section.knows(KEYS)
    stages = section.words("stages", STAGES)
    given = section.table.get("stages", [])
    if isinstance(given, list) and len(given) < FEWEST:
        section.wrong('A chain has at least two stages, the first one first: stages = ["shop-dev", "shop-prod"].', "stages")
    if twice := sorted({stage for stage in stages if stages.count(stage) > 1}):
        section.wrong(f"“{twice[0]}” is in it twice.", "stages")
    return Chain(name=named(section), stages=stages, line=section.line)
