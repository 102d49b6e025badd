from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.store.clocks import DatabaseClock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_the_offset_is_taken_half_way_between_question_and_answer() -> None:
    clock = DatabaseClock()
    clock.learn(NOON, NOON + timedelta(seconds=31), NOON + timedelta(seconds=2))
    assert clock.offset == timedelta(seconds=30)
    assert clock.now() - datetime.now(UTC) > timedelta(seconds=29)
