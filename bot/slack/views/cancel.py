"""The modal before an apply is canceled: what that can leave behind, and a field for why."""

from __future__ import annotations

from bot.core.people import Place
from bot.core.runs import Action, Run
from bot.core.workspaces import Workspace
from bot.slack import ids
from bot.slack.blocks import Block, modal, section, text_input
from bot.slack.cards.confirmations import HALF_DONE, KILLED
from bot.slack.text import code
from bot.slack.views.approval import REASON, REASON_MOST


def canceling(run: Run, workspace: Workspace, place: Place, action: Action, reason: str = "") -> Block:
    by_force = action is Action.FORCE_CANCEL
    lines = [f"{code(workspace.full_name, 160)} · {code(run.id)}", HALF_DONE, *([KILLED] if by_force else [])]
    field = text_input(REASON, "Why?", hint="Everybody can read it.", most=REASON_MOST, is_long=True, optional=True, initial=reason)
    metadata = ids.encode_view(ids.ViewAddress(run.id, place.channel, workspace.name, ts=place.ts))
    submit = "Force-cancel the apply" if by_force else "Cancel the apply"
    return modal(ids.CANCELING_FOR[action], "Cancel an apply", [section("\n".join(lines)), field], submit=submit, metadata=metadata)
