"""Pictures of core as Slack messages: pure functions that return plain dicts."""

from __future__ import annotations

from typing import assert_never

from bot.core.pictures import NotePicture, Picture, ReminderPicture, RollupPicture, RunPicture
from bot.core.uploads import UploadPicture
from bot.slack.blocks import Said
from bot.slack.cards.notes import note, plain_note
from bot.slack.cards.reminders import plain_reminder, reminder
from bot.slack.cards.rollups import plain_rollup, rollup
from bot.slack.cards.run import card, plain_card
from bot.slack.cards.uploads import plain_upload, upload


def render(picture: Picture, *, plain: bool = False) -> Said:
    """`text`, and `blocks` unless `plain`."""
    match picture:
        case RunPicture():
            return plain_card(picture) if plain else card(picture)
        case NotePicture():
            return plain_note(picture) if plain else note(picture)
        case ReminderPicture():
            return plain_reminder(picture) if plain else reminder(picture)
        case RollupPicture():
            return plain_rollup(picture) if plain else rollup(picture)
        case UploadPicture():
            return plain_upload(picture) if plain else upload(picture)
        case _:
            assert_never(picture)
