from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.decisions import Decision, IntentState
from bot.core.messages import ORDER, Kind, Message, run_of_key
from bot.core.pictures import RunPicture
from bot.core.runs import Action
from tests.core.making import NOON, PROD, waiting_run
from tests.core.test_decisions import INTENT

CALL = Message(id=1, subject="run-1", channel="C1", kind=Kind.CALL, gate="confirm")
DECISION = Decision(
    run_id="run-1",
    gate="confirm",
    round=1,
    action=Action.APPLY,
    person="U0ANA",
    person_name="ana",
    channel="C1",
    comment="",
    plan_digest="weak:0",
    decided_at=NOON,
    intent_id=INTENT.id,
)
CARD = RunPicture(kind=Kind.CARD, run=waiting_run(), workspace=PROD, link="https://tfe.example")


def test_a_message_is_found_again_by_subject_kind_and_gate() -> None:
    keys = {CALL.key, replace(CALL, gate="").key, replace(CALL, kind=Kind.END).key, replace(CALL, subject="run-2").key}
    assert len(keys) == 4
    assert CALL.key == "run-1/call/confirm"


@pytest.mark.parametrize("wanted, painted, due", [(1, 0, True), (4, 3, True), (1, 1, False), (3, 3, False)])
def test_a_message_is_due_until_it_shows_what_is_wanted(wanted: int, painted: int, due: bool) -> None:  # noqa: FBT001 - a table
    assert replace(CALL, wanted=wanted, painted=painted).is_due is due


def test_people_who_are_needed_come_first_and_progress_last() -> None:
    assert min(Kind, key=ORDER.__getitem__) is Kind.CALL
    assert max(Kind, key=ORDER.__getitem__) is Kind.CARD


@pytest.mark.parametrize("state", IntentState)
def test_a_card_claims_no_name_for_what_was_not_carried_out_for_us(state: IntentState) -> None:
    stands = state in {IntentState.PENDING, IntentState.SENT, IntentState.UNSURE, IntentState.SETTLED}
    assert replace(CARD, decision=DECISION, intent=replace(INTENT, state=state)).decision_stands is stands


def test_a_decision_stands_where_nothing_speaks_against_it() -> None:
    assert replace(CARD, decision=DECISION).decision_stands
    assert not CARD.decision_stands


@pytest.mark.parametrize(
    "key, run_id",
    [("run-1/card/", "run-1"), ("run-1/call/override:pol-1", "run-1"), ("commit:4f2:1/rollup/", ""), ("up-1/upload/", ""), ("", "")],
)
def test_a_message_tells_by_its_key_which_run_it_is_about(key: str, run_id: str) -> None:
    assert run_of_key(key) == run_id
