"""Help, made from the grammar: there is nothing to keep in step by hand. It tells all commands on one screen of a phone."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.core.commands import BY_WORD, GRAMMAR, near_topics, row_for
from bot.core.commands.grammar import Family, Row
from bot.core.commands.lists import Help
from bot.core.errors import UnknownCommand
from bot.slack import ids
from bot.slack.blocks import Said, actions, context, section, sections
from bot.slack.cards.tables import step
from bot.slack.text import code, escape

USAGE_MOST = 300
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
TITLES = {
    Family.LOOK: "Look",
    Family.START: "Start",
    Family.DECIDE: "Decide",
    Family.HOLD: "Hold up",
    Family.HEAR: "Hear",
}


def help_about(topic: str = "", *, command: str = "/tf") -> Said:
    """All commands, those of a family, or all about one. UnknownCommand where there is no such topic."""
    if not topic:
        return everything(command)
    if topic in set(Family):
        return family(Family(topic), command)
    if topic not in BY_WORD:
        raise UnknownCommand(topic, near_topics(topic))
    return one(row_for(topic), command)


def everything(command: str) -> Said:
    """The words alone, by what somebody has in mind; a button for each tells more."""
    lines = [f"*{title}*  {' '.join(code(row.word) for row in rows_of(kin))}" for kin, title in TITLES.items()]
    first = f"*Terraform runs in Slack.* Type {code(f'{command} run')} to start a run, {code(command)} alone for what waits for you."
    more = f"More about one: {code(f'{command} help run')}"
    steps = [step(f"{ids.LOOK_FAMILIES}{kin}", f"{title}…", Help(kin.value)) for kin, title in TITLES.items()]
    said = "\n".join([f"What {escape(command)} can do", *lines])
    return {"text": said, "blocks": [section(first), *sections(lines), actions(steps, "look"), context(more)]}


def rows_of(kin: Family) -> Iterable[Row]:
    return (row for row in GRAMMAR if row.kin is kin)


def family(kin: Family, command: str) -> Said:
    lines = [f"{code(f'{command} {row.usage}', USAGE_MOST)}\n{escape(row.summary)}" for row in rows_of(kin)]
    more = f"More about one, with an example: {code(f'{command} help {next(iter(rows_of(kin))).word}')}"
    title = f"*{TITLES[kin]}*"
    return {"text": "\n".join([title, *lines]), "blocks": [section(title), *sections(lines), context(more)]}


def marked(words: str) -> str:
    """With options as code: they are found at a glance, and no phone breaks them after their dashes."""
    return OPTION.sub(lambda found: code(found[0]), escape(words))


def one(row: Row, command: str) -> Said:
    lines = [code(f"{command} {row.usage}", USAGE_MOST), escape(row.summary), *(f"• {marked(detail)}" for detail in row.details)]
    if row.aliases:
        lines.append(f"The same: {', '.join(code(f'{command} {alias}') for alias in row.aliases)}")
    shown = [code(f"{command} {example}", USAGE_MOST) for example in (row.example, *row.examples)]
    lines.append(f"Example: {shown[0]}" if len(shown) == 1 else "\n".join(["Examples:", *(f"• {one}" for one in shown)]))
    right = [context(f"It needs the right {code(row.right.value)}.")] if row.right else []
    return {"text": "\n".join(lines), "blocks": [*sections(lines), *right]}
