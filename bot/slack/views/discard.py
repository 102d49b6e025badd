"""The modal before a run is discarded: which one it is, what its plan would have done, and a field for why."""

from __future__ import annotations

from bot.core.people import Place
from bot.core.plans import PlanFacts
from bot.core.runs import Run
from bot.core.workspaces import Workspace
from bot.slack import ids
from bot.slack.blocks import Block, modal, section, text_input
from bot.slack.views.approval import REASON, REASON_MOST, about

WHAT = "The plan is thrown away, and nothing is changed."


def discarding(run: Run, workspace: Workspace, plan: PlanFacts | None, place: Place, digest: str = "") -> Block:
    field = text_input(
        REASON, "Why, for the others and the audit", hint="Everybody can read it.", most=REASON_MOST, is_long=True, optional=True
    )
    blocks = [section("\n".join([*about(run, workspace, plan), WHAT])), field]
    metadata = ids.encode_view(ids.ViewAddress(run.id, place.channel, workspace.name, ts=place.ts, digest=digest))
    return modal(ids.DISCARDING, "Discard the run", blocks, submit="Discard", metadata=metadata)
