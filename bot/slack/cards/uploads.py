"""An upload: which files, for which workspace, how far they have come, and what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from bot.core.uploads import WHILE, Upload, UploadPicture, UploadStep
from bot.slack.blocks import Block, Said, mrkdwn, plain, quotation, section, sentence_section
from bot.slack.text import code, cut, enumerated, escape, is_web_address, link, mention, zoned

NAMES_MOST = 5
OUTCOME_MOST = 700
REMARKS_MOST = 300
SHA_SHOWN = 12
HEADS = MappingProxyType(
    {
        UploadStep.FETCHING: "⏳ *Upload received*",
        UploadStep.CHECKING: "🔄 *Checking what was uploaded*",
        UploadStep.SENDING: "🔄 *Sending the configuration*",
        UploadStep.STARTING: "🔄 *Starting the run*",
        UploadStep.STARTED: "✅ *Uploaded, and the run is started*",
        UploadStep.FAILED: "❌ *Upload failed*",
        UploadStep.STOPPED: "⛔ *Upload stopped*",
    }
)
STAGES = ("received", "checked", "uploaded", "run started")
DONE, OPEN, BROKEN = "☑️", "▫️", "✖️"
ORDER = (UploadStep.FETCHING, UploadStep.CHECKING, UploadStep.SENDING, UploadStep.STARTING, UploadStep.STARTED)


def upload(picture: UploadPicture) -> Said:
    of = picture.upload
    blocks: list[Block] = [section("\n".join(lines(picture)))]
    if of.outcome:
        blocks.append(sentence_section(cut(of.outcome, OUTCOME_MOST)))
    if of.message.strip() and not of.is_over:
        blocks.append(quotation(of.message))
    return {"text": head(picture), "blocks": [*blocks, {"type": "context", "elements": [*remarks(of)]}]}


def plain_upload(picture: UploadPicture) -> Said:
    outcome = picture.upload.outcome
    return {"text": "\n".join([*lines(picture), *([zoned(escape(cut(outcome, OUTCOME_MOST)))] if outcome else [])])}


def head(picture: UploadPicture) -> str:
    of = picture.upload
    where = link(picture.link, of.workspace) if is_web_address(picture.link) else code(of.workspace, 160)
    return f"{HEADS[of.step]} · {where}"


def lines(picture: UploadPicture) -> Iterator[str]:
    of = picture.upload
    yield head(picture)
    yield f"{enumerated([code(name, 60) for name in of.names], NAMES_MOST)} by {mention(of.person)}"
    if picture.run_link:
        yield link(picture.run_link, of.run_id)


def remarks(of: Upload) -> Iterator[Block]:
    yield mrkdwn(" · ".join(f"{mark} {stage}" for mark, stage in zip(marks(of), STAGES, strict=True)))
    facts = [f"{of.files} file{'' if of.files == 1 else 's'}", f"sha256 {code(of.digest[:SHA_SHOWN])}"] if of.digest else []
    if of.configuration_id:
        facts.append(code(of.configuration_id))
    if facts:
        yield mrkdwn(" · ".join(facts))
    if of.remarks:
        yield plain(of.remarks, REMARKS_MOST)


def marks(of: Upload) -> list[str]:
    """What is done, what is yet to come, and where it broke."""
    ended = next((step for step in WHILE if step.value == of.ended_in), None)
    reached = ORDER.index(ended or of.step)
    found = [DONE if stage < max(reached, 1) else OPEN for stage in range(len(STAGES))]
    if ended is not None:
        found[reached] = BROKEN
    return found
