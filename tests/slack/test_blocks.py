"""Lines of mrkdwn in sections that Slack takes."""

from __future__ import annotations

from bot.sandbox.slack.blocks.surfaces import block_problems
from bot.slack.blocks import sections, sentence_section, words
from bot.slack.text import SECTION_MOST


def test_many_lines_fill_as_few_sections_as_hold_them() -> None:
    made = list(sections(["x" * 1000] * 5))
    assert [len(section["text"]["text"]) for section in made] == [2001, 2001, 1000]
    assert max(len(section["text"]["text"]) for section in made) <= SECTION_MOST
    assert list(sections([])) == []


def test_a_sentence_is_never_parsed_and_its_times_are_the_readers_own() -> None:
    plain = sentence_section("*web* is locked by <@U0ANA>")
    assert plain["text"]["type"] == "plain_text"
    timed = sentence_section("*web* is locked. <@U0ANA> locked it, 2026-03-02 09:30 UTC: :tada:")
    assert block_problems([plain, timed], "message") == []
    (line,) = timed["elements"]
    assert [part["type"] for part in line["elements"]] == ["text", "date", "text"]
    assert line["elements"][0]["text"] == "*web* is locked. <@U0ANA> locked it, "
    assert (line["elements"][1]["timestamp"], line["elements"][1]["fallback"]) == (1772443800, "2026-03-02 09:30 UTC")


def test_a_long_sentence_is_cut_whatever_is_in_it() -> None:
    (line,) = sentence_section("2026-03-02 09:30 UTC " + "x" * 9000)["elements"]
    assert [part["type"] for part in line["elements"]] == ["date", "text"]
    assert len(line["elements"][1]["text"]) <= SECTION_MOST


def test_a_style_is_said_only_where_there_is_one() -> None:
    assert words("a", bold=True) == {"type": "text", "text": "a", "style": {"bold": True}}
    assert words("") == {"type": "text", "text": " "}
