"""The buttons with which it goes on after a run has ended: promoting what was applied, and trying again what has failed."""

from __future__ import annotations

from bot.core.pictures import RunPicture
from bot.core.retries import OFFERED
from bot.core.runs import RunStatus
from bot.slack import ids
from bot.slack.blocks import Block, button, confirmation
from bot.slack.text import cut, one_line

NAME_MOST = 40


def handing_on_buttons(picture: RunPicture) -> list[Block]:
    """One at most, on the message that tells last how the run has ended."""
    if not picture.offers_more or picture.only_tells or picture.run.configuration_version_id is None:
        return []
    if picture.run.status in OFFERED:
        return [retry_button(picture)]
    is_source = picture.run.status is RunStatus.APPLIED and not picture.run.is_destroy and not picture.run.refresh_only
    if not is_source or picture.next_stages == ():
        return []
    if picture.next_stages is not None and len(picture.next_stages) == 1:
        return [promote_button(picture, picture.next_stages[0])]
    return [button(ids.PROMOTE_FORM, "Promote…", ids.encode(ids.Address(picture.run.id)))]


def promote_button(picture: RunPicture, stage: str) -> Block:
    """It names the stage that it goes to, so that whoever clicks gets that one or none."""
    name = cut(one_line(stage.rpartition("/")[2]), NAME_MOST)
    source = cut(one_line(picture.workspace.name), NAME_MOST)
    text = f"{source}: what this run has applied is planned in {name}. Nothing is applied there before somebody decides."
    value = ids.encode_stage(ids.Stage(picture.run.id, stage))
    return button(
        ids.PROMOTE_NEXT, f"Promote to {name}", value, confirm=confirmation(f"Promote to {name}?", text, "Promote", style="primary")
    )


def retry_button(picture: RunPicture) -> Block:
    name = cut(one_line(picture.workspace.name), NAME_MOST)
    text = f"{name}: a run is started with the same configuration. Nothing is applied before somebody decides."
    value = ids.encode(ids.Address(picture.run.id))
    return button(ids.RETRY, "Retry", value, confirm=confirmation(f"Try the run of {name} again?", text, "Retry", style="primary"))
