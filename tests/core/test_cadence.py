"""When each recipe looks next: bounds, what slows it down and what speeds it up, and a day on a virtual clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.cadence import BACK_OFF_MOST, DAY, Look, Recipe, interval, next_look
from bot.core.pace import Pace
from tests.core.making import NOON

PACE = Pace()
LOOK = Look(organization="acme", recipe=Recipe.LIVE)
MIDDLE = 0.5


def wait(look: Look, *, live: bool = True, throttled: bool = False, chance: float = MIDDLE) -> float:
    """Seconds to the next look."""
    return (next_look(look, PACE, NOON, live=live, throttled=throttled, chance=chance) - NOON).total_seconds()


@pytest.mark.parametrize(
    "recipe, live, seconds",
    [
        (Recipe.LIVE, True, 3),
        (Recipe.LIVE, False, 10),
        (Recipe.NEW, True, 5),
        (Recipe.NEW, False, 10),
        (Recipe.ORGANIZATION, True, 15),
        (Recipe.ORGANIZATION, False, 15),
        (Recipe.ALL, True, 300),
        (Recipe.ALL, False, 300),
    ],
)
def test_each_recipe_has_its_interval_and_none_is_short_when_idle(recipe: Recipe, live: bool, seconds: float) -> None:  # noqa: FBT001 - a table
    assert interval(recipe, PACE, live=live) == seconds
    assert wait(replace(LOOK, recipe=recipe), live=live) == pytest.approx(seconds)


def test_after_a_429_looks_are_half_as_often() -> None:
    assert wait(LOOK, throttled=True) == pytest.approx(2 * wait(LOOK))


@pytest.mark.parametrize("failures, times", [(0, 1), (1, 2), (3, 8), (BACK_OFF_MOST, 64), (BACK_OFF_MOST + 40, 64)])
def test_a_failing_server_is_asked_more_and_more_seldom_up_to_a_bound(failures: int, times: int) -> None:
    assert wait(replace(LOOK, failures=failures)) == pytest.approx(times * wait(LOOK))


def test_what_a_server_cannot_do_is_tried_again_the_next_day() -> None:
    assert next_look(replace(LOOK, supported=False), PACE, NOON, live=True, throttled=True, chance=0) == NOON + DAY


@given(st.sampled_from(Recipe), st.booleans(), st.booleans(), st.integers(0, 100), st.floats(0, 1, exclude_max=True))
def test_a_wait_stays_within_a_fifth_of_its_interval(recipe: Recipe, live: bool, throttled: bool, failures: int, chance: float) -> None:  # noqa: FBT001 - drawn
    look = replace(LOOK, recipe=recipe, failures=failures)
    middle = wait(look, live=live, throttled=throttled)
    assert 0.8 * middle - 0.001 <= wait(look, live=live, throttled=throttled, chance=chance) <= 1.2 * middle + 0.001


@given(st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=20))
def test_run_lists_take_at_most_half_of_their_thirty_a_minute_even_when_all_looks_are_early(chances: list[float]) -> None:
    look, now, looks = replace(LOOK, recipe=Recipe.ORGANIZATION), NOON, 0
    while now < NOON + timedelta(minutes=10):
        now = next_look(look, PACE, now, live=True, throttled=False, chance=chances[looks % len(chances)])
        looks += 1
    assert looks <= 10 * 15
