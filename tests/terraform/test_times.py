from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.terraform.times import Timestamps, read_time, read_timestamps

PLANNED = datetime(2026, 11, 2, 10, 0, 40, tzinfo=UTC)
VALUES = {
    "planned-at": "2026-11-02T10:00:40+00:00",
    "applied-at": "",
    "errored-at": None,
    "odd": "2026-11-02T12:00:40+02:00",
    "x-at": "soon",
}


@pytest.mark.parametrize("text", ["2026-11-02T10:00:40Z", "2026-11-02T10:00:40", "2026-11-02T12:00:40+02:00", "2026-11-02 10:00:40"])
def test_a_time_is_read_in_utc_however_it_is_spelled(text: str) -> None:
    found = read_time(text)
    assert found == PLANNED
    assert found is not None
    assert found.utcoffset() == timedelta(0)


@pytest.mark.parametrize("value", [None, "", "soon", 7, "0001-01-01T00:00:00+23:00"])
def test_what_is_no_time_is_none(value: object) -> None:
    assert read_time(value) is None


def test_timestamps_are_a_mapping_of_what_is_a_time() -> None:
    stamps = Timestamps(VALUES)
    assert "planned" in stamps
    assert not {"applied", "errored", "x", "planned-at", "nothing"} & set(stamps)
    assert all(key not in Timestamps(VALUES) for key in ("applied", "errored", "x", "planned-at", "nothing", 7))
    assert stamps == {"planned": PLANNED, "odd": PLANNED.astimezone(timezone(timedelta(hours=2)))}
    assert (len(stamps), stamps["planned"], stamps.get("applied")) == (2, PLANNED, None)
    assert repr(stamps) == repr(dict(stamps))
    assert read_timestamps(None) == {}
