"""What was asked for besides the usual run: whoever decides has to know that it does not do all, or not as ever."""

from __future__ import annotations

from bot.core.pictures import RunPicture
from bot.core.runs import RunStatus
from bot.slack.text import code, enumerated

SHOWN_MOST = 3
WORD_MOST = 80


def request_lines(picture: RunPicture) -> list[str]:
    """A line of mrkdwn each. Of variables the names are known, and nothing else."""
    request = picture.request
    if request is None:
        return []
    saves = picture.run.save_plan and not picture.run.is_final and picture.run.status is not RunStatus.PLANNED_AND_SAVED
    lines = [
        f"🎯 Limited to {several(request.targets)}" if request.targets else "",
        f"♻️ Makes anew {several(request.replacements)}" if request.replacements else "",
        f"Sets {several(request.variables)} for this run alone" if request.variables else "",
        "Its plan is saved for somebody to confirm" if saves else "",
        "Terraform logs all it does (debug)" if request.debugging else "",
    ]
    return [line for line in lines if line]


def several(words: tuple[str, ...]) -> str:
    return enumerated([code(word, WORD_MOST) for word in words], SHOWN_MOST)
