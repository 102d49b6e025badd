from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.runs import Action, Hurdle, HurdleKind, Run
from bot.store.snapshots import decode_run, encode_run

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=OFFSETS)  # noqa: DTZ001 - Hypothesis wants its bounds naive
ACTIONS = st.frozensets(st.sampled_from(Action))
RUNS = st.builds(
    Run,
    id=st.text(),
    workspace_id=st.text(),
    status_word=st.text(),
    created_at=st.none() | TIMES,
    has_changes=st.none() | st.booleans(),
    allowed=ACTIONS,
    permitted=ACTIONS,
    timestamps=st.dictionaries(st.text(), TIMES, max_size=4),
    force_cancel_at=st.none() | TIMES,
    hurdle=st.none() | st.builds(Hurdle, id=st.text(), kind=st.sampled_from(HurdleKind)),
)


@given(run=RUNS)
def test_a_run_survives_being_json(run: Run) -> None:
    assert decode_run(json.loads(json.dumps(encode_run(run)))) == run


def test_rows_of_other_releases_are_read() -> None:
    """A key that is missing has its default, one that nobody knows is passed over, and so is an action."""
    kept = {"id": "run-1", "workspace_id": "ws-1", "status_word": "planned", "of_tomorrow": 1, "allowed": ["apply", "polish"]}
    assert decode_run(kept) == Run(id="run-1", workspace_id="ws-1", status_word="planned", allowed=frozenset({Action.APPLY}))


@pytest.mark.parametrize("kept", [None, {}, {"id": "polchk-1"}, {"id": "polchk-1", "kind": "of tomorrow"}])
def test_a_hurdle_of_another_release_is_read_anew(kept: dict[str, str] | None) -> None:
    assert decode_run({"id": "run-1", "workspace_id": "ws-1", "status_word": "planned", "hurdle": kept}).hurdle is None


def test_times_are_kept_in_utc() -> None:
    run = Run(id="run-1", workspace_id="ws-1", status_word="planned", created_at=datetime(2026, 3, 1, 12, tzinfo=UTC))
    assert encode_run(run)["created_at"] == "2026-03-01T12:00:00+00:00"


def test_a_naive_time_in_a_run_is_refused() -> None:
    run = Run(id="run-1", workspace_id="ws-1", status_word="planned", created_at=datetime(2026, 3, 1))  # noqa: DTZ001 - what is refused
    with pytest.raises(ValueError, match="naive"):
        encode_run(run)
