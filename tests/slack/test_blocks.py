"""Lines of mrkdwn in sections that Slack takes."""

from __future__ import annotations

from bot.slack.blocks import sections, words
from bot.slack.text import SECTION_MOST


def test_many_lines_fill_as_few_sections_as_hold_them() -> None:
    made = list(sections(["x" * 1000] * 5))
    assert [len(section["text"]["text"]) for section in made] == [2001, 2001, 1000]
    assert max(len(section["text"]["text"]) for section in made) <= SECTION_MOST
    assert list(sections([])) == []


def test_a_style_is_said_only_where_there_is_one() -> None:
    assert words("a", bold=True) == {"type": "text", "text": "a", "style": {"bold": True}}
    assert words("") == {"type": "text", "text": " "}
