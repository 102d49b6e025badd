"""The form in which a configuration is promoted: from where, to where, with which message, and where the new run reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.commands.promotions import Promote
from bot.core.starts import LONGEST_MESSAGE
from bot.core.workspaces import Workspace
from bot.slack import ids, inputs
from bot.slack.blocks import Block, modal
from bot.slack.ids import FormAddress
from bot.slack.inputs import block_of, field, value
from bot.slack.views.start import workspace_option

FORM = "promote"
MESSAGE, CHANNEL = "message", "channel"


def promotion_form(address: FormAddress, source: Workspace | None = None) -> Block:
    chosen = workspace_option(source) if source is not None else None
    blocks = [
        field(
            "From",
            inputs.looked_up(ids.WORKSPACE_TO_READ, "Type a part of its name", chosen),
            hint="The configuration of the run that was applied there last is taken.",
        ),
        field(
            "To", inputs.looked_up(ids.WORKSPACE_TO_START, "Type a part of its name"), hint="It is planned there, and waits for a decision."
        ),
        field("Message", inputs.words(MESSAGE, most=LONGEST_MESSAGE, placeholder="Everybody can read it"), optional=True),
        field("Report in", inputs.channel(CHANNEL, address.channel), hint="Its card comes up there, and is decided there."),
    ]
    return modal(ids.PROMOTE_SUBMIT, "Promote", blocks, submit="Promote", metadata=ids.encode_form(address))


def wanted(view: Mapping[str, Any]) -> Promote:
    return Promote(value(view, ids.WORKSPACE_TO_READ), value(view, ids.WORKSPACE_TO_START), value(view, MESSAGE))


def channel_in(view: Mapping[str, Any]) -> str:
    return value(view, CHANNEL)


def wrong_fields(view: Mapping[str, Any]) -> dict[str, str]:
    """What can be told to be wrong without asking anybody, by block."""
    asked, found = wanted(view), {}
    if not asked.source:
        found[block_of(view, ids.WORKSPACE_TO_READ)] = "From which workspace?"
    if not asked.target:
        found[block_of(view, ids.WORKSPACE_TO_START)] = "To which workspace?"
    elif asked.source == asked.target:
        found[block_of(view, ids.WORKSPACE_TO_START)] = "This is the workspace that it comes from. Choose another one."
    if len(asked.message) > LONGEST_MESSAGE:
        found[block_of(view, MESSAGE)] = f"The message is longer than {LONGEST_MESSAGE} letters. Say it in fewer."
    if not channel_in(view):
        found[block_of(view, CHANNEL)] = "Where shall it report?"
    return {block_id: sentence for block_id, sentence in found.items() if block_id}
