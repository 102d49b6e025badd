"""What has changed between two looks, and what was missed in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.runs import Run
from bot.core.snapshots import Change, diff, differs, history
from tests.core.making import NOON, ago, make_run

PLANNING = make_run("planning", timestamps={"plan-queued": ago(seconds=9), "planning": ago(seconds=8)})
PLANNED = make_run("planned", timestamps={**PLANNING.timestamps, "planned": ago(seconds=3)})


def test_the_first_look_brings_all_that_the_run_went_through() -> None:
    assert diff(None, PLANNING) == (Change("plan_queued", ago(seconds=9)), Change("planning", ago(seconds=8)))


def test_statuses_between_two_looks_are_recovered_in_order() -> None:
    assert diff(make_run("pending"), PLANNED) == (*diff(None, PLANNING), Change("planned", ago(seconds=3)))


def test_a_status_without_a_time_comes_last() -> None:
    assert diff(PLANNED, replace(PLANNED, status_word="cost_estimating")) == (Change("cost_estimating", None),)


def test_the_same_look_twice_shows_no_change() -> None:
    assert diff(PLANNED, PLANNED) == ()
    assert not differs(PLANNED, PLANNED)


def test_a_look_may_differ_without_a_new_status() -> None:
    other = replace(PLANNED, message="another reason")
    assert diff(PLANNED, other) == ()
    assert differs(PLANNED, other)
    assert differs(None, PLANNED)


WORDS = ["plan-queued", "planning", "planned", "confirmed", "applying", "applied"]
STEPS = st.lists(st.sampled_from(WORDS), unique=True, max_size=len(WORDS))


def after(steps: list[str]) -> Run:
    """A run that has gone through these statuses, a second apart."""
    timestamps = {step: NOON + timedelta(seconds=place) for place, step in enumerate(steps)}
    return make_run(steps[-1].replace("-", "_") if steps else "pending", timestamps=timestamps)


@given(STEPS, st.integers(0, len(WORDS)))
def test_looking_in_between_neither_adds_nor_loses_a_change(steps: list[str], cut: int) -> None:
    first, between, last = after([]), after(steps[:cut]), after(steps)
    assert diff(first, between) + diff(between, last) == diff(first, last)


def test_the_history_of_a_run_names_the_milestones_that_it_passed_in_the_order_of_their_times() -> None:
    times = {
        "applied": ago(minutes=1),
        "plan-queued": ago(minutes=9),
        "planned": ago(minutes=6),
        "confirmed": ago(minutes=3),
        "applying": ago(minutes=2),
    }
    assert history(make_run("applied", timestamps=times)) == (
        Change("planned", ago(minutes=6)),
        Change("confirmed", ago(minutes=3)),
        Change("applied", ago(minutes=1)),
    )


def test_milestones_of_the_same_second_keep_their_usual_order() -> None:
    times = {"confirmed": NOON, "planned": NOON, "errored": NOON, "cost-estimated": NOON, "a-new-word": NOON}
    assert [change.word for change in history(make_run("errored", timestamps=times))] == [
        "planned",
        "costs estimated",
        "confirmed",
        "failed",
    ]


def test_a_plan_that_is_the_end_is_told_once() -> None:
    times = {"planned": ago(minutes=1), "planned-and-finished": NOON}
    assert [change.word for change in history(make_run("planned_and_finished", timestamps=times))] == ["planned"]


def test_a_run_that_has_passed_nothing_has_no_history() -> None:
    assert history(make_run("pending", timestamps={"plan-queueable": NOON})) == ()
