from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.terraform.limits import Limiter, WaitTooLong, pause_wanted, spent_for
from tests.terraform.times import VirtualClock

NOW = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
REQUESTS = st.tuples(st.floats(0, 3), st.booleans(), st.booleans())
Granted = tuple[float, bool, bool]


class Traffic:
    """Requests through a limiter on a virtual clock; `granted` is (when, is a run list, is of a person)."""

    def __init__(self, clock: VirtualClock | None = None) -> None:
        self.clock = clock or VirtualClock()
        self.limiter = Limiter(self.clock.read, self.clock.sleep)
        self.granted: list[Granted] = []

    async def ask(self, at: float = 0.0, *, is_run_list: bool = False, hurry: bool = True) -> None:
        await self.clock.sleep(at)
        await self.limiter.take(is_run_list=is_run_list, hurry=hurry)
        self.granted.append((self.clock.now, is_run_list, hurry))

    def when(self, *, lists: bool = False, polling: bool = False) -> list[float]:
        return [at for at, is_run_list, hurry in self.granted if (is_run_list or not lists) and not (polling and hurry)]


def assert_at_most(most: int, window: float, times: list[float]) -> None:
    for first, beyond in zip(times, times[most:], strict=False):
        assert beyond - first >= window


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(wanted=st.lists(REQUESTS, max_size=120), hold=st.floats(0, 5))
def test_no_budget_is_ever_overdrawn_and_polling_gets_half(wanted: list[tuple[float, bool, bool]], hold: float) -> None:
    traffic = Traffic()

    async def day() -> None:
        traffic.limiter.hold(hold, is_run_list=False)
        await traffic.clock.run(*(traffic.ask(at, is_run_list=lists, hurry=hurry) for at, lists, hurry in wanted))

    asyncio.run(day())
    assert len(traffic.granted) == len(wanted)
    assert all(at >= hold for at in traffic.when())
    assert_at_most(30, 1.0, traffic.when())
    assert_at_most(15, 1.0, traffic.when(polling=True))
    assert_at_most(30, 60.0, traffic.when(lists=True))
    assert_at_most(15, 60.0, traffic.when(lists=True, polling=True))


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(wanted=st.lists(st.tuples(REQUESTS, st.integers(0, 8)), max_size=150), replicas=st.integers(2, 9))
def test_replicas_that_share_a_token_keep_its_budget_together(wanted: list[tuple[tuple[float, bool, bool], int]], replicas: int) -> None:
    """One of them polls, all of them serve people."""
    clock = VirtualClock()
    fleet = [Traffic(clock) for _ in range(replicas)]
    for traffic in fleet:
        traffic.limiter.share(replicas)

    async def day() -> None:
        asked = ((fleet[who % replicas if hurry else 0], at, lists, hurry) for (at, lists, hurry), who in wanted)
        await clock.run(*(traffic.ask(at, is_run_list=lists, hurry=hurry) for traffic, at, lists, hurry in asked))

    asyncio.run(day())
    granted = [each for traffic in fleet for each in traffic.granted]
    assert len(granted) == len(wanted)
    assert_at_most(30, 1.0, sorted(at for at, _, _ in granted))
    assert_at_most(30, 60.0, sorted(at for at, is_run_list, _ in granted if is_run_list))


async def test_a_share_that_has_grown_again_is_used_at_once() -> None:
    traffic = Traffic()
    traffic.limiter.share(5)
    await traffic.clock.run(*(traffic.ask() for _ in range(4)))
    assert traffic.when()[2:] == [0.0, pytest.approx(1.05)]
    traffic.limiter.share(1)
    await traffic.clock.run(*(traffic.ask() for _ in range(26)))
    assert traffic.when()[-1] == traffic.when()[3]


async def test_what_fits_the_budget_does_not_wait() -> None:
    traffic = Traffic()
    await traffic.clock.run(*(traffic.ask() for _ in range(30)))
    assert traffic.when() == [0.0] * 30


async def test_people_go_ahead_of_polling_that_came_first() -> None:
    traffic = Traffic()
    polling = [traffic.ask(hurry=False) for _ in range(40)]
    people = [traffic.ask(at=0.5) for _ in range(20)]
    await traffic.clock.run(*polling, *people)
    assert [at for at, _, hurry in traffic.granted if hurry][:15] == [0.5] * 15
    order = [hurry for at, _, hurry in traffic.granted if at > 0.5]
    assert order == sorted(order, reverse=True)


async def test_a_people_command_gets_a_run_list_while_polling_has_used_its_half() -> None:
    traffic = Traffic()
    await traffic.clock.run(*(traffic.ask(is_run_list=True, hurry=False) for _ in range(16)), traffic.ask(at=1.0, is_run_list=True))
    assert (1.0, True, True) in traffic.granted
    assert traffic.when(polling=True)[-1] > 60


async def test_a_run_list_that_waits_holds_up_nothing_else() -> None:
    traffic = Traffic()
    await traffic.clock.run(*(traffic.ask(is_run_list=True) for _ in range(31)), traffic.ask(at=2.0))
    assert (2.0, False, True) in traffic.granted


async def test_a_hold_of_the_run_lists_stops_them_alone() -> None:
    traffic = Traffic()
    traffic.limiter.hold(10, is_run_list=True)
    await traffic.clock.run(traffic.ask(is_run_list=True), traffic.ask())
    assert traffic.granted == [(0.0, False, True), (10.0, True, True)]


async def test_who_would_wait_too_long_is_told_at_once_and_has_spent_nothing() -> None:
    traffic = Traffic()
    traffic.limiter.hold(10, is_run_list=False)
    with pytest.raises(WaitTooLong) as caught:
        await traffic.limiter.take(is_run_list=False, hurry=True, patience=9)
    assert caught.value.seconds == 10
    await traffic.clock.run(*(traffic.ask() for _ in range(30)))
    assert traffic.when() == [10.0] * 30


@pytest.mark.parametrize(
    "headers, seconds",
    [
        ({"x-ratelimit-reset": "0.25"}, 0.25),
        ({"x-ratelimit-reset": "2", "retry-after": "9"}, 2),
        ({"retry-after": "9"}, 9),
        ({"x-ratelimit-reset": "soon", "retry-after": "9"}, 9),
        ({"x-ratelimit-reset": "0"}, 0.1),
        ({"retry-after": "1e9"}, 300),
        ({"retry-after": format_datetime(NOW + timedelta(seconds=7), usegmt=True)}, 7),
        ({"retry-after": format_datetime(NOW - timedelta(seconds=7), usegmt=True)}, 0.1),
        ({"retry-after": "Mon, 02 Nov 2026 10:00:03 -0000"}, 3),
        ({"retry-after": "-3"}, 1),
        ({"retry-after": "nan"}, 1),
        ({"retry-after": "inf"}, 1),
        ({}, 1),
    ],
)
def test_the_pause_that_a_server_wants_is_read(headers: dict[str, str], seconds: float) -> None:
    assert pause_wanted(headers, NOW) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "headers, seconds",
    [
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "0.4"}, 0.4),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1e9"}, 300),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "0"}, 0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "nan"}, 0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon"}, 0),
        ({"x-ratelimit-remaining": "0"}, 0),
        ({"x-ratelimit-remaining": "1", "x-ratelimit-reset": "0.4"}, 0),
        ({}, 0),
    ],
)
def test_a_budget_that_is_spent_is_waited_for(headers: dict[str, str], seconds: float) -> None:
    assert spent_for(headers) == seconds
