"""What a run's state means: phases, gates, what may be done, and the confirm rule for servers without `actions`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.runs import (
    CONFIRM,
    CONFIRMED_OR_LATER,
    FAILED,
    FINAL,
    FROM_VERSION_CONTROL,
    NO_HURDLE,
    OVERRIDABLE,
    Action,
    Commit,
    Hurdle,
    HurdleKind,
    Phase,
    RunStatus,
    action_at,
    infer_confirmable,
    phase_of,
)
from tests.core.making import NOON, ago, ended_run, make_run, waiting_run

PHASES = {
    Phase.QUEUED: "pending queuing plan_queued",
    Phase.PLANNING: ("fetching fetching_completed pre_plan_running pre_plan_awaiting_decision pre_plan_completed planning assessing"),
    Phase.CHECKING: (
        "planned tf_policy_checked tf_policy_override post_plan_running post_plan_awaiting_decision post_plan_completed "
        "cost_estimating cost_estimated policy_checking policy_override policy_checked planned_and_saved"
    ),
    Phase.APPLYING: (
        "confirmed pre_apply_running pre_apply_awaiting_decision pre_apply_completed queuing_apply apply_queued applying "
        "post_apply_running post_apply_completed"
    ),
    Phase.ENDED: "applied planned_and_finished policy_soft_failed discarded errored canceled force_canceled assessed",
    Phase.UNKNOWN: "unknown",
}
PHASE_BY_WORD = [(word, phase) for phase, words in PHASES.items() for word in words.split()]


@pytest.mark.parametrize("word, phase", PHASE_BY_WORD)
def test_every_status_has_its_phase(word: str, phase: Phase) -> None:
    assert phase_of(RunStatus(word)) is phase
    assert make_run(word).phase is phase


def test_the_table_of_phases_names_every_status_once() -> None:
    assert sorted(word for word, _ in PHASE_BY_WORD) == sorted(RunStatus)


@pytest.mark.parametrize("status", RunStatus)
def test_a_status_is_final_exactly_where_the_run_has_ended(status: RunStatus) -> None:
    assert make_run(status).is_final == (phase_of(status) is Phase.ENDED)


def test_the_sets_of_statuses_fit_together() -> None:
    assert FAILED < FINAL
    assert {RunStatus.APPLIED} == CONFIRMED_OR_LATER & FINAL
    assert not OVERRIDABLE & FINAL


@given(st.text().filter(lambda word: word != "queued"))
def test_a_word_that_nobody_knows_is_kept_and_never_acted_on(word: str) -> None:
    run = make_run(word)
    assert run.status_word == word
    assert run.status is (RunStatus(word) if word in set(RunStatus) else RunStatus.UNKNOWN)
    assert RunStatus.of(f"{word}?") is RunStatus.UNKNOWN
    assert not any(run.may(action) for action in Action)


def test_another_servers_word_for_queued_is_understood() -> None:
    assert RunStatus.of("queued") is RunStatus.PLAN_QUEUED


def test_a_run_waits_where_the_server_says_that_it_may_be_confirmed() -> None:
    assert waiting_run().waits_for_confirm
    assert waiting_run().gate == CONFIRM
    assert not make_run("planned", has_changes=True).waits_for_confirm


def test_an_ended_run_asks_nothing_even_where_a_stale_answer_says_so() -> None:
    assert make_run("applied", has_changes=True, allowed=frozenset(Action)).gate is None


def test_a_run_with_nothing_to_change_asks_nothing() -> None:
    assert waiting_run(has_changes=False).waits_for_confirm
    assert waiting_run(has_changes=False).gate is None
    assert waiting_run(has_changes=None).gate == CONFIRM


@pytest.mark.parametrize("status", RunStatus)
def test_a_run_was_confirmed_from_there_on(status: RunStatus) -> None:
    assert make_run(status).was_confirmed == (status in CONFIRMED_OR_LATER)


def test_a_run_that_broke_off_was_confirmed_where_its_timestamps_say_so() -> None:
    assert make_run("errored", timestamps={"confirmed": NOON}).was_confirmed
    assert not make_run("errored", timestamps={"planned": NOON}).was_confirmed


def test_a_run_ended_when_its_last_status_was_reached() -> None:
    timestamps = {"force-canceled": ago(minutes=3), "planned": ago(minutes=1)}
    assert make_run("force_canceled", timestamps=timestamps).ended_at == ago(minutes=3)


def test_a_run_whose_end_has_no_time_ended_at_the_last_one_known() -> None:
    assert make_run("errored", timestamps={"planning": ago(minutes=9), "planned": ago(minutes=5)}).ended_at == ago(minutes=5)
    assert make_run("errored").ended_at is None


def test_a_run_that_goes_on_has_no_end() -> None:
    assert make_run("planning", timestamps={"planning": NOON}).ended_at is None


def test_failed_is_what_nobody_wished() -> None:
    assert ended_run("errored").has_failed
    assert ended_run("policy_soft_failed").has_failed
    assert not ended_run("discarded").has_failed


@pytest.mark.parametrize("allowed", [True, False])
@pytest.mark.parametrize("permitted", [True, False])
def test_an_action_needs_the_state_and_the_token(*, allowed: bool, permitted: bool) -> None:
    some = frozenset({Action.CANCEL})
    run = make_run(allowed=some if allowed else frozenset(), permitted=some if permitted else frozenset())
    assert run.may(Action.CANCEL) == (allowed and permitted)
    assert not run.may(Action.APPLY)


CHECK = Hurdle(id="polchk-1", kind=HurdleKind.CHECK, is_overridable=True, may_override=True)


def test_a_run_whose_check_failed_asks_about_that_very_check() -> None:
    run = make_run("policy_override", hurdle=CHECK)
    assert (run.gate, action_at(run.gate or ""), action_at(CONFIRM)) == ("override:polchk-1", Action.OVERRIDE, Action.APPLY)
    assert run.may(Action.OVERRIDE)
    assert not run.lacks_hurdle
    assert make_run("discarded", hurdle=CHECK).gate is None
    assert not make_run("discarded", hurdle=CHECK).may(Action.OVERRIDE)


def test_a_run_whose_check_nobody_has_read_asks_nothing_yet() -> None:
    assert make_run("policy_override").lacks_hurdle
    assert make_run("policy_override").gate is None
    assert make_run("policy_override", hurdle=NO_HURDLE).gate is None
    assert not make_run("policy_override", hurdle=NO_HURDLE).lacks_hurdle
    assert not make_run("planned").lacks_hurdle


@pytest.mark.parametrize("state", [True, False])
@pytest.mark.parametrize("token", [True, False])
def test_an_override_needs_the_state_and_the_token(*, state: bool, token: bool) -> None:
    run = make_run("policy_override", hurdle=replace(CHECK, is_overridable=state, may_override=token))
    assert (run.allows(Action.OVERRIDE), run.permits(Action.OVERRIDE)) == (state, token)
    assert run.may(Action.OVERRIDE) == (state and token)
    assert not make_run("policy_override").permits(Action.OVERRIDE)


def test_an_override_applies_where_nobody_is_asked_after_it() -> None:
    assert not make_run("policy_override").override_applies
    assert make_run("policy_override", auto_apply=True).override_applies
    assert make_run("pre_apply_awaiting_decision").override_applies


RESTING = [
    ({}, RunStatus.PLANNED),
    ({"has_post_plan_stage": True}, RunStatus.POST_PLAN_COMPLETED),
    ({"has_cost_estimate": True}, RunStatus.COST_ESTIMATED),
    ({"has_cost_estimate": True, "has_post_plan_stage": True}, RunStatus.COST_ESTIMATED),
    ({"has_policy_checks": True}, RunStatus.POLICY_CHECKED),
    ({"has_policy_checks": True, "has_cost_estimate": True, "has_post_plan_stage": True}, RunStatus.POLICY_CHECKED),
    ({"save_plan": True}, RunStatus.PLANNED_AND_SAVED),
    ({"save_plan": True, "has_policy_checks": True}, RunStatus.PLANNED_AND_SAVED),
    ({"save_plan": True, "auto_apply": True}, RunStatus.PLANNED_AND_SAVED),
]


def inferred(status: RunStatus, **facts: bool) -> bool:
    usual = dict.fromkeys(("auto_apply", "plan_only", "save_plan", "has_policy_checks", "has_cost_estimate", "has_post_plan_stage"), False)
    return infer_confirmable(status=status, **({"has_changes": True} | usual | facts))


@pytest.mark.parametrize("facts, resting", RESTING)
def test_a_run_rests_at_the_last_stage_it_reaches_and_nowhere_else(facts: dict[str, bool], resting: RunStatus) -> None:
    assert [status for status in RunStatus if inferred(status, **facts)] == [resting]


@pytest.mark.parametrize(
    "facts", [{"plan_only": True}, {"auto_apply": True}, {"has_changes": False}, {"save_plan": True, "has_changes": False}]
)
def test_a_run_that_needs_nobody_never_rests(facts: dict[str, bool]) -> None:
    assert not any(inferred(status, **facts) for status in RunStatus)


@pytest.mark.parametrize(
    "facts, lacks",
    [
        ({"source": FROM_VERSION_CONTROL}, True),
        ({"source": FROM_VERSION_CONTROL, "commit": Commit(sha="1f")}, False),
        ({"source": "tfe-ui"}, False),
        ({"source": "tfe-ui", "commit": Commit(sha="1f")}, False),
    ],
)
def test_a_commit_is_lacking_where_version_control_began_the_run_and_none_was_read(facts: dict[str, Any], lacks: bool) -> None:  # noqa: FBT001
    assert make_run(**facts).lacks_commit is lacks
