"""The button that opens a run's plan for review: wherever there is a plan to read."""

from __future__ import annotations

from bot.core.pictures import RunPicture
from bot.slack import ids
from bot.slack.blocks import Block, button


def review_buttons(picture: RunPicture, *, stands_out: bool = False) -> list[Block]:
    """One, or none before the plan is finished. `stands_out`: it is the one to click first."""
    if picture.plan is None or not picture.plan.is_finished:
        return []
    return [button(ids.REVIEW, "Review plan", ids.encode(ids.Address(picture.run.id)), style="primary" if stands_out else "")]
