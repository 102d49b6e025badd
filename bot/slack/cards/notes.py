"""Something said once, in our own words."""

from __future__ import annotations

from bot.core.pictures import NotePicture
from bot.slack.blocks import Said, section
from bot.slack.text import channel_mention, cut, escape, is_web_address, link, mention, zoned

NOTE_MOST = 600


def note(picture: NotePicture) -> Said:
    said = plain_note(picture)
    return {**said, "blocks": [section(said["text"])]}


def plain_note(picture: NotePicture) -> Said:
    """One paragraph: whom it is for, what there is to say, and where more is to be seen."""
    to = f"{mention(picture.mention)} " if picture.mention else ""
    more = f" {link(picture.link, 'Open')}" if is_web_address(picture.link) else ""
    about = f"{channel_mention(picture.about)}: " if picture.about else ""
    return {"text": f"{to}{about}{zoned(escape(cut(picture.text, NOTE_MOST)))}{more}"}
