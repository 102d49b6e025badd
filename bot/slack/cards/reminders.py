"""A reminder: that a run still waits for a decision, since when, what is missing, and what comes of waiting on."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.pictures import ReminderPicture
from bot.core.reminders import Step
from bot.slack import ids
from bot.slack.blocks import Block, Said, actions, button, link_button, sections
from bot.slack.cards.tallies import sentence
from bot.slack.text import channel_mention, code, date, group_mention, is_web_address, link

LACKS_MOST = 3


def reminder(picture: ReminderPicture) -> Said:
    said = plain_reminder(picture)
    return {**said, "blocks": [*sections(said["text"].split("\n")), *buttons(picture)]}


def plain_reminder(picture: ReminderPicture) -> Said:
    return {"text": "\n".join(lines(picture))}


def lines(picture: ReminderPicture) -> Iterator[str]:
    run = link(picture.link, picture.run.id) if is_web_address(picture.link) else code(picture.run.id)
    if picture.is_over:
        yield f"☑️ Decided · {code(picture.workspace.name)} · {run}"
        return
    called = f"{group_mention(picture.group)} " if picture.group else ""
    asked = f", asked in {channel_mention(picture.about)}" if picture.about else ""
    mark = "⌛" if picture.step is Step.WARNING else "⏰"
    yield f"{mark} {called}{code(picture.workspace.name)} waits for a decision since {date(picture.since)}{asked} · {run}"
    if picture.expires_at is not None:
        yield f"*It is discarded on {date(picture.expires_at)} unless somebody decides.*"
    if picture.behind:
        yield behind_words(picture.behind)
    if picture.tally is not None:
        yield from (f"• {sentence(words)}" for words in picture.tally.lacks[:LACKS_MOST])


def behind_words(number: int) -> str:
    return f"🚧 It blocks {number} run{'' if number == 1 else 's'} behind it."


def buttons(picture: ReminderPicture) -> list[Block]:
    if picture.is_over:
        return []
    elements = [button(ids.SNOOZE, "Snooze 1 h", ids.encode(ids.Address(picture.run.id)))]
    if is_web_address(picture.link):
        elements.append(link_button(ids.OPEN, "Open in Terraform", picture.link))
    return [actions(elements)]
