"""What a plan would do, in as few words as are true."""

from __future__ import annotations

from bot.core.pictures import RunPicture
from bot.core.plans import PlanFacts
from bot.core.runs import CONFIRM

UNTOLD = "the server does not say how much changes"


def counts(plan: PlanFacts) -> str:
    """`+2 to add, ~1 to change, −3 to destroy`: what is nought is left out."""
    if plan.has_changes is False:
        return "no changes"
    if not plan.has_counts:
        return UNTOLD
    if plan.only_outputs:
        return "outputs only"
    parts = [
        f"+{plan.additions} to add" if plan.additions else "",
        f"~{plan.changes} to change" if plan.changes else "",
        f"−{plan.destructions} to destroy" if plan.destructions else "",
        f"{plan.imports} to import" if plan.imports else "",
    ]
    return ", ".join(filter(None, parts)) or "no resource changes"


def picture_counts(picture: RunPicture) -> str:
    """The counts of a plan that is finished; empty where there is none yet, and where the label says it all."""
    if picture.plan is not None and picture.plan.is_finished:
        said = counts(picture.plan)
        return "" if said == "no changes" else said
    return UNTOLD if picture.run.gate == CONFIRM else ""


def may_lose(picture: RunPicture) -> bool:
    """Whether the plan destroys or replaces something, or might: by the server's counts, and by what was read of the plan itself."""
    if picture.run.is_destroy or (picture.tally is not None and picture.tally.plan.lost):
        return True
    return picture.plan is None or picture.plan.destructions != 0
