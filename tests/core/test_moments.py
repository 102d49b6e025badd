"""Times as people type them: tables, with the nights on which clocks are put forward or back, and any text at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import WrongMoment
from bot.core.moments import FARTHEST, duration_of, duration_words, moment_of, words_of_moment

BERLIN, NEW_YORK, LORD_HOWE = "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"
MONDAY = "2026-03-02T12:00"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "word, seconds",
    [("90s", 90), ("2h", 7200), ("1d12h", 129600), ("30m", 1800), ("1W", 604800), ("0h", None), ("h", None), ("2", None), ("2 h", None)],
)
def test_a_duration_is_a_number_and_a_unit(word: str, seconds: int | None) -> None:
    assert duration_of(word) == (timedelta(seconds=seconds) if seconds else None)


@pytest.mark.parametrize("word", ["367d", "999999w999999w", "٣h", "-2h", ""])
def test_what_is_no_duration_or_longer_than_a_year_is_none(word: str) -> None:
    assert duration_of(word) is None


@pytest.mark.parametrize(
    "seconds, words",
    [(0, "0 s"), (45, "45 s"), (3600, "1 h"), (5400, "1 h 30 min"), (90061, "1 d 1 h"), (-5, "0 s"), (86460, "1 d 1 min")],
)
def test_a_duration_is_told_by_its_two_largest_units(seconds: int, words: str) -> None:
    assert duration_words(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    "words, number",
    [
        ([], 0),
        (["the", "sale"], 0),
        (["2h", "sale"], 1),
        (["18:00", "sale"], 1),
        (["25:00"], 0),
        (["2026-12-01T09:00", "sale"], 1),
        (["2026-12-01", "sale"], 1),
        (["2026-12-01", "09:00", "sale"], 2),
        (["tomorrow", "09:00"], 2),
        (["tomorrow"], 1),
        (["Fri", "18:00", "sale"], 2),
        (["friday"], 1),
        (["frigate"], 0),
        (["2026-13-01"], 0),
        (["1026-12-01"], 0),
        (["9999-12-31"], 0),
    ],
)
def test_how_many_words_tell_a_moment(words: list[str], number: int) -> None:
    assert words_of_moment(words) == number


@pytest.mark.parametrize(
    "text, zone, moment",
    [
        ("2h", BERLIN, "2026-03-02T14:00"),
        ("18:00", BERLIN, "2026-03-02T17:00"),
        ("09:00", BERLIN, "2026-03-03T08:00"),
        ("tomorrow", BERLIN, "2026-03-02T23:00"),
        ("tomorrow 09:00", NEW_YORK, "2026-03-03T14:00"),
        ("today 18:00", NEW_YORK, "2026-03-02T23:00"),
        ("mon 14:00", "UTC", "2026-03-02T14:00"),
        ("mon 11:00", "UTC", "2026-03-09T11:00"),
        ("Monday", "UTC", "2026-03-09T00:00"),
        ("fri 18:00", BERLIN, "2026-03-06T17:00"),
        ("2026-12-01", LORD_HOWE, "2026-11-30T13:00"),
        ("2026-12-01 09:00", BERLIN, "2026-12-01T08:00"),
        ("2026-12-01T09:00", BERLIN, "2026-12-01T08:00"),
    ],
)
def test_a_moment_is_read_by_the_wall_clock_of_the_zone(text: str, zone: str, moment: str) -> None:
    assert moment_of(text, at(MONDAY), zone) == at(moment)


@pytest.mark.parametrize(
    "text, zone, moment",
    [
        ("2026-03-29 02:30", BERLIN, "2026-03-29T01:00"),
        ("2026-03-29 02:00", BERLIN, "2026-03-29T01:00"),
        ("2026-03-29 03:00", BERLIN, "2026-03-29T01:00"),
        ("2026-10-25 02:30", BERLIN, "2026-10-25T01:30"),
        ("2026-10-25 09:00", BERLIN, "2026-10-25T08:00"),
        ("2026-03-08 02:30", NEW_YORK, "2026-03-08T07:00"),
        ("2026-11-01 01:30", NEW_YORK, "2026-11-01T06:30"),
        ("2026-10-04 02:15", LORD_HOWE, "2026-10-03T15:30"),
        ("2026-04-05 01:45", LORD_HOWE, "2026-04-04T15:15"),
        ("2026-04-05 09:00", LORD_HOWE, "2026-04-04T22:30"),
        ("2026-09-06 00:30", "America/Santiago", "2026-09-06T04:00"),
    ],
)
def test_where_clocks_are_put_a_moment_lies_at_the_leap_or_is_the_second_of_two(text: str, zone: str, moment: str) -> None:
    assert moment_of(text, at(MONDAY), zone) == at(moment)


@pytest.mark.parametrize(
    "text, said",
    [
        ("soon", "I cannot read “soon” as a time."),
        ("", "I cannot read “” as a time."),
        ("2h 3h", "I cannot read “2h 3h”"),
        ("today", "“today” is over already: I read it as 2026-03-02 00:00 (UTC)."),
        ("2026-03-02 11:59", "is over already"),
        ("2028-01-01", "is more than a year ahead."),
    ],
)
def test_what_is_no_moment_ahead_is_refused_with_how_to_write_one(text: str, said: str) -> None:
    with pytest.raises(WrongMoment) as caught:
        moment_of(text, at(MONDAY), "UTC")
    assert said in caught.value.sentence
    assert caught.value.sentence.endswith("Write 2h, 18:00, tomorrow 09:00, fri 18:00 or 2026-12-01 09:00.")


def test_a_day_that_a_zone_left_out_begins_when_the_clock_leaped_over_it() -> None:
    assert moment_of("2011-12-30 09:00", at("2011-12-28T12:00"), "Pacific/Apia") == at("2011-12-30T10:00")


NOWS = st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1)).map(lambda found: found.replace(tzinfo=UTC))  # noqa: DTZ001 - made aware
WORDS = st.sampled_from(["2h", "18:00", "02:30", "tomorrow", "today 23:59", "fri", "sun 02:30", "1d12h", "mon 00:00"])


@given(WORDS, NOWS, st.sampled_from([BERLIN, NEW_YORK, LORD_HOWE, "UTC", "Africa/Casablanca"]))
def test_what_has_no_date_always_lies_ahead_and_not_far(text: str, now: datetime, zone: str) -> None:
    try:
        found = moment_of(text, now, zone)
    except WrongMoment:
        assert text.startswith("today")
        return
    assert now < found <= now + timedelta(days=8)


@given(st.text(max_size=40), NOWS)
def test_any_text_is_a_moment_ahead_or_refused(text: str, now: datetime) -> None:
    try:
        found = moment_of(text, now, BERLIN)
    except WrongMoment:
        return
    assert now < found <= now + FARTHEST
