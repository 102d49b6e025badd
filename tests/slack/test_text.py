"""Outside text: nothing in it is read by Slack, nothing hides, and limits hold."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack import text

HOSTILE = "a<!channel>\u202eb`c``` d\x00\x1b[31m\u200be“f”\ud800 *g* & <https://evil.example|https://good.example>"
ODD = st.text(st.one_of(st.characters(), st.sampled_from("<>&`“”*_~|@!\u202e\u200d\u0301\U0001f3fd\n\x00\ud800")))


@given(ODD)
def test_escaped_text_holds_no_control_of_slack(given_text: str) -> None:
    escaped = text.escape(given_text)
    assert "<" not in escaped
    assert ">" not in escaped
    assert re.sub(r"&(?:amp|lt|gt);", "", escaped).count("&") == 0


@given(ODD)
def test_clean_text_hides_nothing_and_can_be_sent(given_text: str) -> None:
    cleaned = text.clean(given_text)
    cleaned.encode()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]", cleaned)
    assert text.clean(cleaned) == cleaned


def test_what_was_hidden_is_shown() -> None:
    assert text.clean("a\u202eb\x1bc\u200bd\x7f\x85e\r\nf") == "a�b␛cd␡\ne\nf"


@given(ODD, st.integers(2, 50))
def test_cut_text_fits(given_text: str, most: int) -> None:
    short = text.cut(given_text, most)
    assert len(short) <= most
    assert short == given_text if len(given_text) <= most else short.endswith("…")


def test_no_accent_is_cut_off_its_letter() -> None:
    assert text.cut("abcde\u0301fg", 6) == "abcd…"
    assert text.cut("ab\U0001f44d\U0001f3fdcd", 4) == "ab…"
    assert text.cut("\u0301" * 9, 4) == "\u0301" * 3 + "…"


def test_many_lines_become_few() -> None:
    assert text.cut_lines("\n\na\nb\nc\nd\n", 2, 100) == "a\nb …"
    assert text.cut_lines("a\nb", 2, 100) == "a\nb"
    assert text.cut_lines("x" * 500, 4, 10) == "x" * 9 + "…"


@given(ODD)
def test_a_code_span_ends_where_we_end_it(given_text: str) -> None:
    span = text.code(given_text)
    assert span.count("`") == 2
    assert span[0] == span[-1] == "`"
    assert "\n" not in span
    assert len(span) > 2


@given(ODD)
def test_a_quotation_ends_where_we_end_it(given_text: str) -> None:
    quoted = text.quoted(given_text)
    assert (quoted[0], quoted[-1]) == ("“", "”")
    assert not set(quoted[1:-1]) & set("“”<>\n")


def test_a_message_that_claims_an_approval_stays_in_its_quotes() -> None:
    assert text.quoted("fix” · Approved by <@U0ANA>\n*Applied*") == '“fix" · Approved by &lt;@U0ANA&gt; *Applied*”'


@pytest.mark.parametrize("person", ["", "U0ANA>", "<!channel>", "u0ana", "U0ANA|x"])
def test_only_an_id_is_mentioned(person: str) -> None:
    assert not text.mention(person).startswith("<")
    assert not text.group_mention(person).startswith("<")


def test_ids_are_mentioned() -> None:
    assert text.mention("U0ANA") == "<@U0ANA>"
    assert text.group_mention("S0PLATFORM") == "<!subteam^S0PLATFORM>"


def test_a_date_is_the_same_moment_in_every_zone() -> None:
    at = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    shown = text.date(at)
    assert shown == "<!date^1772443800^{date_short_pretty} {time}|2026-03-02 09:30 UTC>"
    assert text.date(at.astimezone(timezone(timedelta(hours=5)))) == shown


def test_times_in_words_become_such_as_everybody_sees_in_their_own_zone() -> None:
    shown = "frozen until <!date^1772443800^{date_short_pretty} {time}|2026-03-02 09:30 UTC>, so"
    assert text.zoned("frozen until 2026-03-02 09:30 UTC, so") == shown
    for words in ("2026-13-02 09:30 UTC", "12026-03-02 09:30 UTC", "2026-03-02 09:30 UTCX", "2026-03-02 09:30"):
        assert text.zoned(words) == words
        assert list(text.timed(words)) == [words]


def test_times_in_words_are_found_for_what_is_no_mrkdwn() -> None:
    at = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert list(text.timed("from 2026-03-02 09:30 UTC to 2026-13-02 09:30 UTC")) == ["from ", at, " to 2026-13-02 09:30 UTC"]


@pytest.mark.parametrize(
    "url, label, expected",
    [
        ("https://x.example/a?b=1&c=2", "Open", "<https://x.example/a?b=1&amp;c=2|Open>"),
        ("https://x.example/a|b>c", "a|b<c", "<https://x.example/a%7Cb%3Ec|a/b&lt;c>"),
        ("https://x.example", "", "<https://x.example>"),
        ("javascript:alert(1)", "Open", "Open"),
        ("http://[", "Open", "<http://[|Open>"),
        ("https://x.example/" + "a" * 3000, "Open", "Open"),
    ],
)
def test_links_are_made_of_web_addresses_only(url: str, label: str, expected: str) -> None:
    assert text.link(url, label) == expected


def test_long_enumerations_are_counted() -> None:
    assert text.enumerated(["a", "b"]) == "a, b"
    assert text.enumerated(["a", "b", "c"], 1) == "a and 2 more"


def test_hostile_text_in_one_piece() -> None:
    assert text.escape(HOSTILE) == ("a&lt;!channel&gt;�b`c``` d␀␛[31me“f”� *g* &amp; &lt;https://evil.example|https://good.example&gt;")
