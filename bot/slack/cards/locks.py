"""What a person is told about a lock, and about a comment, that they asked for."""

from __future__ import annotations

from bot.core.decisions import IntentState
from bot.core.runs import Run
from bot.core.workspaces import Workspace
from bot.slack.blocks import Said, section
from bot.slack.text import code, cut, escape, link, one_line, zoned

HELD_MOST = 400


def locked(workspace: Workspace) -> Said:
    return said(f"🔒 {code(workspace.full_name, 160)} is locked. New runs wait there until somebody unlocks it; plan-only runs go on.")


def unlocked(workspace: Workspace, before: str, *, by_force: bool = False) -> Said:
    """`before` says who had held it; text from outside."""
    how = "is unlocked, by force" if by_force else "is unlocked"
    return said(f"🔓 {code(workspace.full_name, 160)} {how}. Before: {zoned(escape(cut(one_line(before), HELD_MOST)))}")


def commented(run: Run, workspace: Workspace, url: str, outcome: IntentState) -> Said:
    where = f"{link(url, run.id)} of {code(workspace.name)}"
    if outcome is IntentState.SETTLED:
        return said(f"💬 Your comment is on {where}.")
    return said(f"🔎 It is not known yet whether the server has your comment on {where}. I look after it; it is not sent again.")


def said(text: str) -> Said:
    return {"text": text, "blocks": [section(text)]}
