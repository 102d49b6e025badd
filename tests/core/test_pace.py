from __future__ import annotations

from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.pace import Pace


@given(st.floats(0.1, 1000))
def test_a_faster_pace_divides_every_duration(speed: float) -> None:
    usual, fast = asdict(Pace()), asdict(Pace().divided_by(speed))
    assert fast == pytest.approx({name: seconds / speed for name, seconds in usual.items()})


def test_a_request_ends_before_its_lease_does() -> None:
    pace = Pace()
    assert pace.request_timeout < pace.intent_lease
    assert pace.post_timeout < pace.post_lease


def test_updates_stay_under_fifty_a_minute() -> None:
    assert 60 / Pace().update_gap <= 50
