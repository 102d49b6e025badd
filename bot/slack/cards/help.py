"""Help, made from the grammar: there is nothing to keep in step by hand."""

from __future__ import annotations

from bot.core.commands import GRAMMAR, row_for
from bot.core.commands.grammar import Row
from bot.slack.blocks import Said, context, section, sections
from bot.slack.text import code, escape

USAGE_MOST = 200


def help_about(topic: str = "", *, command: str = "/tf") -> Said:
    """All commands, or all about one. UnknownCommand where there is no such topic."""
    return one(row_for(topic), command) if topic else everything(command)


def everything(command: str) -> Said:
    lines = [f"{code(f'{command} {row.usage}', USAGE_MOST)}\n{escape(row.summary)}" for row in GRAMMAR]
    more = f"More about one: {code(f'{command} help run')}"
    return {"text": f"What {escape(command)} can do", "blocks": [section("*Terraform runs in Slack*"), *sections(lines), context(more)]}


def one(row: Row, command: str) -> Said:
    lines = [code(f"{command} {row.usage}", USAGE_MOST), escape(row.summary), *map(escape, row.details)]
    if row.aliases:
        lines.append(f"The same: {', '.join(code(f'{command} {alias}') for alias in row.aliases)}")
    lines.append(f"Example: {code(f'{command} {row.example}', USAGE_MOST)}")
    right = [context(f"It needs the right {code(row.right.value)}.")] if row.right else []
    return {"text": "\n".join(lines), "blocks": [section("\n".join(lines)), *right]}
