"""The clock of a gate that waits: steps, office hours over the nights on which clocks are put, snoozing, expiry."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.reminders import (
    USUAL,
    Coming,
    ReminderRule,
    Step,
    Waiting,
    coming,
    expires_at,
    next_of,
    rule_for,
    snoozed,
    told,
)
from bot.core.scopes import Scope
from bot.core.windows import Window, is_any_open
from tests.core.making import DEV, NOON, PROD

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WORK = frozenset(range(5))
WAITING = Waiting(run_id="run-1", gate="confirm", round=1, began_at=NOON)


def office(zone: str, start: time = time(9), end: time = time(17)) -> Window:
    return Window(days=WORK, start=start, end=end, zone=zone)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def all_steps(rule: ReminderRule, waiting: Waiting = WAITING, *, asked_here: bool = True) -> list[Coming]:
    """Everything that comes, where each step is done as soon as it is due and nobody decides."""
    found: list[Coming] = []
    while (one := coming(rule, waiting, asked_here=asked_here)) is not None and len(found) < 20:
        found.append(one)
        if one.step is Step.EXPIRY:
            return found
        waiting = told(waiting, one.step, one.at)
    return found


def test_first_the_thread_then_people_then_the_group_and_then_nothing() -> None:
    rule = ReminderRule(escalate="S0ONCALL")
    assert all_steps(rule) == [
        Coming(NOON + HOUR, Step.THREAD),
        Coming(NOON + 5 * HOUR, Step.DIRECT),
        Coming(NOON + 9 * HOUR, Step.GROUP),
    ]
    assert [one.step for one in all_steps(USUAL)] == [Step.THREAD, Step.DIRECT]


def test_nobody_is_reminded_where_it_is_switched_off() -> None:
    assert all_steps(ReminderRule(is_off=True)) == []
    assert [one.step for one in all_steps(ReminderRule(is_off=True, expire_after=DAY))] == [Step.WARNING, Step.EXPIRY]


def test_a_run_expires_after_a_warning_and_only_where_somebody_asked_for_it_here_or_all_do() -> None:
    rule = ReminderRule(is_off=True, expire_after=DAY, warn_before=2 * HOUR)
    assert all_steps(rule) == [Coming(NOON + DAY - 2 * HOUR, Step.WARNING), Coming(NOON + DAY, Step.EXPIRY)]
    assert all_steps(rule, asked_here=False) == []
    assert len(all_steps(replace(rule, expires_all=True), asked_here=False)) == 2


def test_a_late_warning_puts_the_end_off() -> None:
    rule = ReminderRule(is_off=True, expire_after=DAY, warn_before=2 * HOUR)
    late = NOON + 3 * DAY
    assert coming(rule, told(WAITING, Step.WARNING, late), asked_here=True) == Coming(late + 2 * HOUR, Step.EXPIRY)
    assert expires_at(rule, WAITING, late) == late + 2 * HOUR


def test_snoozing_puts_everything_off_and_has_people_warned_anew() -> None:
    rule = ReminderRule(expire_after=DAY, warn_before=HOUR)
    warned = told(WAITING, Step.WARNING, NOON + 23 * HOUR)
    quiet = snoozed(warned, NOON + 2 * DAY, "U0ANA")
    assert (quiet.snoozed_by, quiet.warned_at) == ("U0ANA", None)
    assert coming(rule, quiet, asked_here=True) == Coming(NOON + 2 * DAY, Step.WARNING)
    assert all_steps(rule, quiet)[-1] == Coming(NOON + 2 * DAY + HOUR, Step.EXPIRY)


def test_when_something_comes_next_is_kept_with_the_clock() -> None:
    assert next_of(USUAL, WAITING, asked_here=False).next_at == NOON + HOUR
    assert next_of(ReminderRule(is_off=True), WAITING, asked_here=False).next_at is None


def test_nothing_comes_where_no_window_opens_within_a_year() -> None:
    never = ReminderRule(windows=(Window(days=frozenset()),), expire_after=DAY)
    assert coming(never, WAITING, asked_here=True) is None
    assert expires_at(never, WAITING, NOON) is None


def test_the_first_table_that_covers_a_workspace_counts() -> None:
    prod, rest = ReminderRule(scope=Scope(workspaces=("*-prod",)), is_off=True), ReminderRule(after=2 * HOUR)
    assert rule_for((prod, rest), PROD) is prod
    assert rule_for((prod, rest), DEV) is rest
    assert rule_for((prod,), DEV) is USUAL


@pytest.mark.parametrize(
    "zone, began, reminded",
    [
        ("Europe/Berlin", "2026-03-27T15:30", "2026-03-30T07:00"),  # a weekend on which the clock is put forward
        ("Europe/Berlin", "2026-10-23T15:30", "2026-10-26T08:00"),  # and back
        ("Europe/Berlin", "2026-03-30T06:30", "2026-03-30T07:30"),
        ("America/New_York", "2026-03-06T21:30", "2026-03-09T13:00"),
        ("America/New_York", "2026-10-30T20:30", "2026-11-02T14:00"),
        ("Australia/Lord_Howe", "2026-10-02T07:00", "2026-10-04T22:00"),
        ("Australia/Lord_Howe", "2026-04-03T06:30", "2026-04-05T22:30"),
    ],
)
def test_reminders_keep_office_hours_by_the_wall_clock(zone: str, began: str, reminded: str) -> None:
    found = coming(ReminderRule(windows=(office(zone),)), replace(WAITING, began_at=at(began)), asked_here=True)
    assert found == Coming(at(reminded), Step.THREAD)


@pytest.mark.parametrize(
    "window, due, opens",
    [
        # an opening that does not exist: the clock leaps over it
        (Window(start=time(2, 30), end=time(5), zone="Europe/Berlin"), "2026-03-29T00:40", "2026-03-29T01:00"),
        (Window(start=time(2, 30), end=time(5), zone="America/New_York"), "2026-03-08T06:40", "2026-03-08T07:00"),
        (Window(start=time(2, 15), end=time(5), zone="Australia/Lord_Howe"), "2026-10-03T15:20", "2026-10-03T15:30"),
        # an hour that comes twice: its first half is over, its second opens once more
        (Window(start=time(2), end=time(2, 30), zone="Europe/Berlin"), "2026-10-25T00:40", "2026-10-25T01:00"),
        (Window(start=time(1), end=time(1, 30), zone="America/New_York"), "2026-11-01T05:40", "2026-11-01T06:00"),
        (Window(start=time(1, 30), end=time(1, 45), zone="Australia/Lord_Howe"), "2026-04-04T14:50", "2026-04-04T15:00"),
    ],
)
def test_an_expiry_is_warned_of_and_comes_when_a_window_opens(window: Window, due: str, opens: str) -> None:
    rule = ReminderRule(is_off=True, windows=(window,), expire_after=HOUR, warn_before=timedelta(minutes=1))
    began = at(due) - HOUR + timedelta(minutes=1)
    assert coming(rule, replace(WAITING, began_at=began), asked_here=True) == Coming(at(opens), Step.WARNING)


ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
CLOCKS = st.times().map(lambda found: found.replace(second=0, microsecond=0))
WINDOWS = st.builds(Window, days=st.frozensets(st.integers(0, 6), min_size=1), start=CLOCKS, end=CLOCKS, zone=ZONES)
SPANS = st.integers(1, 10_000).map(lambda minutes: timedelta(minutes=minutes))
RULES = st.builds(
    ReminderRule,
    after=SPANS,
    then=SPANS,
    escalate=st.sampled_from(["", "S0ONCALL"]),
    windows=st.lists(WINDOWS, max_size=2).map(tuple),
    expire_after=st.none() | SPANS,
    warn_before=SPANS,
    is_off=st.booleans(),
)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(lambda found: found.replace(microsecond=0, tzinfo=UTC))  # noqa: DTZ001 - made aware


@given(RULES, MOMENTS)
def test_what_comes_comes_in_order_once_each_and_within_the_hours(rule: ReminderRule, began: datetime) -> None:
    found = all_steps(rule, replace(WAITING, began_at=began))
    assert [one.at for one in found] == sorted(one.at for one in found)
    assert len({one.step for one in found}) == len(found)
    assert all(not rule.windows or is_any_open(rule.windows, one.at) for one in found)


@given(RULES, MOMENTS)
def test_a_run_never_expires_before_its_time_nor_sooner_after_its_warning_than_promised(rule: ReminderRule, began: datetime) -> None:
    found = {one.step: one.at for one in all_steps(rule, replace(WAITING, began_at=began))}
    assert (Step.EXPIRY in found) is (rule.expire_after is not None)
    if rule.expire_after is not None:
        assert found[Step.EXPIRY] >= began + rule.expire_after
        assert found[Step.EXPIRY] >= found[Step.WARNING] + rule.warn_before


@given(RULES, MOMENTS, SPANS)
def test_snoozing_makes_nothing_come_sooner(rule: ReminderRule, began: datetime, span: timedelta) -> None:
    waiting = replace(WAITING, began_at=began)
    before = coming(rule, waiting, asked_here=True)
    after = coming(rule, snoozed(waiting, began + span, "U0ANA"), asked_here=True)
    assert (before is None) is (after is None)
    if before is not None and after is not None:
        assert after.at >= before.at
        assert after.at >= began + span
