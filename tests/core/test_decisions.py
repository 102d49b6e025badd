"""What an intent becomes, judged by what its run shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.decisions import OPEN, UNHEARD_AFTER, Deed, Intent, IntentState, has_moved, settle, shows_deed
from bot.core.runs import NO_HURDLE, Hurdle, Run, RunStatus
from tests.core.making import NOON, ago, make_run, waiting_run

INTENT = Intent(
    id="7k2m",
    deed=Deed.APPLY,
    state=IntentState.UNSURE,
    run_id="run-1",
    workspace_id="ws-prod",
    person="U0ANA",
    person_name="ana",
    channel="C1",
    created_at=ago(minutes=2),
)
OURS = ["looks good", "Approved by ana in #deploys (ref 7k2m)"]
OTHERS = ["ref 9x9x", "7k2m"]
BROKEN_AFTER_CONFIRM = make_run("errored", timestamps={"confirmed": NOON})


@pytest.mark.parametrize(
    "deed, run, moved, shows",
    [
        (Deed.APPLY, waiting_run(), False, False),
        (Deed.APPLY, make_run("apply_queued"), True, True),
        (Deed.APPLY, make_run("applied"), True, True),
        (Deed.APPLY, BROKEN_AFTER_CONFIRM, True, True),
        (Deed.APPLY, make_run("discarded"), True, False),
        (Deed.APPLY, make_run("errored"), True, False),
        (Deed.DISCARD, waiting_run(), False, False),
        (Deed.DISCARD, make_run("discarded"), True, True),
        (Deed.DISCARD, make_run("applying"), True, False),
        (Deed.DISCARD, make_run("canceled"), True, False),
        (Deed.CANCEL, make_run("planning"), False, False),
        (Deed.CANCEL, make_run("applying"), False, False),
        (Deed.CANCEL, make_run("canceled"), True, True),
        (Deed.CANCEL, make_run("force_canceled"), True, True),
        (Deed.CANCEL, make_run("applied"), True, False),
        (Deed.FORCE_CANCEL, make_run("applying"), False, False),
        (Deed.FORCE_CANCEL, make_run("force_canceled"), True, True),
        (Deed.FORCE_CANCEL, make_run("errored"), True, False),
        (Deed.OVERRIDE, make_run("policy_override"), False, False),
        (Deed.OVERRIDE, make_run("policy_override", hurdle=Hurdle(id="polchk-2")), True, True),
        (Deed.OVERRIDE, make_run("policy_override", hurdle=NO_HURDLE), True, True),
        (Deed.OVERRIDE, make_run("policy_checked"), True, True),
        (Deed.OVERRIDE, make_run("discarded"), True, False),
        (Deed.OVERRIDE, make_run("canceled"), True, False),
        (Deed.COMMENT, make_run("applied"), False, False),
        (Deed.CREATE, make_run("pending"), True, True),
    ],
)
def test_a_run_shows_whether_a_deed_was_done(deed: Deed, run: Run, moved: bool, shows: bool) -> None:  # noqa: FBT001 - a table
    assert (has_moved(deed, run), shows_deed(deed, run)) == (moved, shows)


@given(st.sampled_from(Deed), st.sampled_from(RunStatus))
def test_a_run_that_shows_the_deed_has_moved(deed: Deed, status: RunStatus) -> None:
    run = make_run(status)
    assert has_moved(deed, run) or not shows_deed(deed, run)


@pytest.mark.parametrize(
    "deed, run, comments, state",
    [
        (Deed.APPLY, make_run("applying"), OURS, IntentState.SETTLED),
        (Deed.APPLY, make_run("applying"), OTHERS, IntentState.ELSEWHERE),
        (Deed.APPLY, make_run("applying"), [], IntentState.ELSEWHERE),
        (Deed.APPLY, make_run("discarded"), OURS, IntentState.ELSEWHERE),
        (Deed.DISCARD, make_run("discarded"), OURS, IntentState.SETTLED),
        (Deed.CANCEL, make_run("canceled"), OURS, IntentState.SETTLED),
        (Deed.CANCEL, make_run("applied"), OURS, IntentState.ELSEWHERE),
        (Deed.CREATE, make_run("pending"), OURS, IntentState.SETTLED),
    ],
)
def test_a_run_that_has_moved_settles_the_intent_at_once(deed: Deed, run: Run, comments: list[str], state: IntentState) -> None:
    assert settle(replace(INTENT, deed=deed), run, comments, NOON) is state


@pytest.mark.parametrize(
    "unchanged_at, state",
    [
        (None, IntentState.UNSURE),
        (NOON, IntentState.UNSURE),
        (NOON - UNHEARD_AFTER + timedelta(seconds=1), IntentState.UNSURE),
        (NOON - UNHEARD_AFTER, IntentState.UNHEARD),
        (ago(hours=1), IntentState.UNHEARD),
    ],
)
def test_a_run_that_stays_where_it_was_for_a_minute_never_heard_the_call(unchanged_at: datetime | None, state: IntentState) -> None:
    assert settle(replace(INTENT, unchanged_at=unchanged_at), waiting_run(), OURS, NOON) is state


def test_a_cancel_that_was_heard_is_done_while_terraform_is_still_being_interrupted() -> None:
    cancel = replace(INTENT, deed=Deed.CANCEL, unchanged_at=ago(hours=1))
    assert settle(cancel, make_run("applying"), OURS, NOON) is IntentState.SETTLED
    assert settle(cancel, make_run("applying"), OTHERS, NOON) is IntentState.UNHEARD


def test_an_override_is_judged_at_the_gate_at_which_it_was_decided() -> None:
    override = replace(INTENT, deed=Deed.OVERRIDE, gate="override:polchk-1")
    waits = make_run("policy_override", hurdle=Hurdle(id="polchk-1"))
    assert not has_moved(Deed.OVERRIDE, waits, "override:polchk-1")
    assert settle(override, waits, OURS, NOON) is IntentState.UNSURE
    assert settle(override, make_run("policy_override", hurdle=Hurdle(id="polchk-2")), OURS, NOON) is IntentState.SETTLED
    assert settle(override, make_run("policy_checked"), OTHERS, NOON) is IntentState.ELSEWHERE
    assert settle(override, make_run("discarded"), OURS, NOON) is IntentState.ELSEWHERE


def test_a_comment_is_settled_by_itself_alone() -> None:
    comment = replace(INTENT, deed=Deed.COMMENT)
    assert settle(comment, make_run("applied"), OURS, NOON) is IntentState.SETTLED
    assert settle(comment, make_run("applied"), OTHERS, NOON) is IntentState.UNSURE
    assert settle(replace(comment, unchanged_at=ago(hours=1)), make_run("applied"), [], NOON) is IntentState.UNHEARD


def test_how_long_it_takes_can_be_told() -> None:
    intent = replace(INTENT, unchanged_at=ago(seconds=2))
    assert settle(intent, waiting_run(), [], NOON, timedelta(seconds=1)) is IntentState.UNHEARD


@pytest.mark.parametrize("state", IntentState)
def test_an_intent_is_open_until_its_end_is_known(state: IntentState) -> None:
    assert replace(INTENT, state=state).is_open == (state in {IntentState.PENDING, IntentState.SENT, IntentState.UNSURE})
    assert replace(INTENT, state=state).is_open == (state in OPEN)


def test_an_intent_is_found_again_by_its_reference() -> None:
    assert INTENT.reference == "ref 7k2m"
