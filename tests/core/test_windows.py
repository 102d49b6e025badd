"""Windows of time: tables around midnight, dates, and the nights on which clocks are put forward or back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.windows import Window, first_opening, is_any_open, leaps_on

WORK = frozenset(range(5))
OFFICE = Window(name="office", days=WORK, start=time(9), end=time(17, 30), zone="Europe/Berlin")
NIGHT = Window(name="night", days=frozenset({4}), start=time(22), end=time(6), zone="Europe/Berlin")
LEAP = Window(name="leap", start=time(2, 15), end=time(2, 45), zone="Europe/Berlin")
LATE = Window(name="late", start=time(1), end=time(2, 30), zone="Europe/Berlin")
KOLKATA = Window(name="kolkata", start=time(9), end=time(10), zone="Asia/Kolkata")
YEAR_END = Window(name="year end", since=date(2026, 12, 20), until=date(2027, 1, 3), zone="America/New_York")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "window, moment, is_open",
    [
        (OFFICE, "2026-03-02T07:59:59", False),
        (OFFICE, "2026-03-02T08:00:00", True),
        (OFFICE, "2026-03-02T16:29:59", True),
        (OFFICE, "2026-03-02T16:30:00", False),
        (OFFICE, "2026-03-07T12:00:00", False),
        (OFFICE, "2026-03-30T07:00:00", True),
        (OFFICE, "2026-10-26T07:30:00", False),
        (NIGHT, "2026-03-06T21:00:00", True),
        (NIGHT, "2026-03-07T04:59:59", True),
        (NIGHT, "2026-03-07T05:00:00", False),
        (NIGHT, "2026-03-07T21:30:00", False),
        (NIGHT, "2026-03-06T04:00:00", False),
        (LEAP, "2026-03-28T01:20:00", True),
        (LEAP, "2026-03-29T00:20:00", False),
        (LEAP, "2026-03-29T01:20:00", False),
        (LEAP, "2026-10-25T00:20:00", True),
        (LEAP, "2026-10-25T01:20:00", True),
        (LEAP, "2026-10-25T00:50:00", False),
        (KOLKATA, "2026-03-02T03:30:00", True),
        (KOLKATA, "2026-03-02T04:30:00", False),
        (YEAR_END, "2026-12-20T04:59:59", False),
        (YEAR_END, "2026-12-20T05:00:00", True),
        (YEAR_END, "2027-01-04T04:59:59", True),
        (YEAR_END, "2027-01-04T05:00:00", False),
        (Window(), "2026-03-02T00:00:00", True),
    ],
)
def test_a_window_is_open_by_the_wall_clock_of_its_zone(window: Window, moment: str, is_open: bool) -> None:  # noqa: FBT001 - a table
    assert window.is_open(at(moment)) is is_open


@pytest.mark.parametrize(
    "window, after, opens",
    [
        (OFFICE, "2026-03-02T12:00:00", "2026-03-02T12:00:00"),
        (OFFICE, "2026-03-02T17:00:00", "2026-03-03T08:00:00"),
        (OFFICE, "2026-03-06T17:00:00", "2026-03-09T08:00:00"),
        (OFFICE, "2026-03-27T17:00:00", "2026-03-30T07:00:00"),
        (OFFICE, "2026-10-23T17:00:00", "2026-10-26T08:00:00"),
        (LATE, "2026-03-28T12:00:00", "2026-03-29T00:00:00"),
        (Window(start=time(2, 30), end=time(5), zone="Europe/Berlin"), "2026-03-28T12:00:00", "2026-03-29T01:00:00"),
        (LEAP, "2026-10-24T12:00:00", "2026-10-25T00:15:00"),
        (LATE, "2026-10-25T00:40:00", "2026-10-25T01:00:00"),
        (YEAR_END, "2026-03-02T12:00:00", "2026-12-20T05:00:00"),
        (Window(since=date(2026, 1, 1), until=date(2026, 1, 31)), "2026-03-02T12:00:00", None),
        (Window(days=frozenset()), "2026-03-02T12:00:00", None),
        (Window(start=time(0, 30), end=time(1), zone="America/Santiago"), "2026-09-05T12:00:00", "2026-09-07T03:30:00"),
    ],
)
def test_when_a_window_opens_next(window: Window, after: str, opens: str | None) -> None:
    assert window.opens_at(at(after)) == (at(opens) if opens else None)


@pytest.mark.parametrize(
    "window, after, closes",
    [
        (OFFICE, "2026-03-02T12:00:00", "2026-03-02T16:30:00"),
        (OFFICE, "2026-03-02T17:00:00", "2026-03-02T17:00:00"),
        (NIGHT, "2026-03-06T23:00:00", "2026-03-07T05:00:00"),
        (LATE, "2026-03-29T00:30:00", "2026-03-29T01:00:00"),
        (LATE, "2026-10-25T00:10:00", "2026-10-25T00:30:00"),
        (LATE, "2026-10-25T01:10:00", "2026-10-25T01:30:00"),
        (YEAR_END, "2027-01-02T12:00:00", "2027-01-04T05:00:00"),
        (Window(), "2026-03-02T12:00:00", None),
    ],
)
def test_when_a_window_closes(window: Window, after: str, closes: str | None) -> None:
    assert window.closes_at(at(after)) == (at(closes) if closes else None)


@pytest.mark.parametrize(
    "zone, evening, opens",
    [
        ("America/New_York", "2026-01-14T01:00:00", "2026-01-14T03:00:00"),
        ("Pacific/Honolulu", "2026-01-14T07:30:00", "2026-01-14T08:00:00"),
        ("Asia/Tokyo", "2026-01-13T12:30:00", "2026-01-13T13:00:00"),
    ],
)
def test_a_window_opens_this_evening_where_it_is_another_day_in_utc(zone: str, evening: str, opens: str) -> None:
    window = Window(start=time(22), end=time(23), zone=zone)
    assert window.opens_at(at(evening)) == at(opens)


@pytest.mark.parametrize(
    "zone, day, leap",
    [
        ("Pacific/Auckland", date(2026, 9, 27), "2026-09-26T14:00:00"),
        ("Pacific/Auckland", date(2026, 4, 5), "2026-04-04T14:00:00"),
        ("America/Los_Angeles", date(2026, 3, 8), "2026-03-08T10:00:00"),
        ("America/Los_Angeles", date(2026, 11, 1), "2026-11-01T09:00:00"),
        ("Europe/Berlin", date(2026, 3, 29), "2026-03-29T01:00:00"),
        ("America/Santiago", date(2026, 4, 4), "2026-04-05T03:00:00"),
        ("America/Santiago", date(2026, 4, 5), None),
        ("Europe/London", date(2026, 3, 29), "2026-03-29T01:00:00"),
        ("Europe/Berlin", date(2026, 3, 28), None),
        ("Europe/Berlin", date(2026, 3, 30), None),
    ],
)
def test_the_second_at_which_a_clock_is_set_is_found_in_every_zone(zone: str, day: date, leap: str | None) -> None:
    assert leaps_on(day, ZoneInfo(zone)) == ({at(leap)} if leap else set())


def test_the_first_of_several_windows_counts() -> None:
    assert first_opening((NIGHT, OFFICE), at("2026-03-05T18:00:00")) == at("2026-03-06T08:00:00")
    assert first_opening((Window(days=frozenset()),), at("2026-03-05T18:00:00")) is None
    assert is_any_open((NIGHT, OFFICE), at("2026-03-06T22:00:00"))
    assert not is_any_open((), at("2026-03-06T22:00:00"))


WINDOWS = st.builds(
    Window,
    days=st.frozensets(st.integers(0, 6), min_size=1),
    start=st.times().map(lambda found: found.replace(second=0, microsecond=0)),
    end=st.times().map(lambda found: found.replace(second=0, microsecond=0)),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu"]),
)
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)).map(lambda found: found.replace(microsecond=0, tzinfo=UTC))  # noqa: DTZ001 - made aware


@given(WINDOWS, MOMENTS)
def test_a_window_opens_when_it_says_and_not_before(window: Window, moment: datetime) -> None:
    opens = window.opens_at(moment)
    assert opens is not None
    assert opens >= moment
    assert window.is_open(opens)
    assert opens == moment or not window.is_open(opens - timedelta(seconds=1))


@given(WINDOWS, MOMENTS)
def test_nothing_is_open_between_now_and_the_opening(window: Window, moment: datetime) -> None:
    opens = window.opens_at(moment)
    assert opens is not None
    step = (opens - moment) / 40
    assert not any(window.is_open(moment + step * number) for number in range(40) if step)


@given(WINDOWS, MOMENTS)
def test_a_window_closes_when_it_says(window: Window, moment: datetime) -> None:
    opens = window.opens_at(moment)
    closes = window.closes_at(opens) if opens else None
    assert opens is not None
    assert closes is None or (closes > opens and not window.is_open(closes) and window.is_open(closes - timedelta(seconds=1)))


@given(WINDOWS.filter(lambda window: window.start != window.end))
def test_on_a_usual_day_a_window_lasts_as_long_as_it_says(window: Window) -> None:
    day = datetime(2026, 1, 14, tzinfo=ZoneInfo(window.zone))
    marks = [(day + timedelta(minutes=number)).astimezone(UTC) for number in range(3 * 24 * 60)]
    minutes = (window.end.hour - window.start.hour) * 60 + window.end.minute - window.start.minute
    opened = [later for earlier, later in pairwise(marks) if window.is_open(later) and not window.is_open(earlier)]
    for opens in opened[:1]:
        assert not window.is_open(opens + timedelta(minutes=minutes % 1440)) or len(window.days) > 1
        assert window.is_open(opens + timedelta(minutes=minutes % 1440) - timedelta(seconds=1))
