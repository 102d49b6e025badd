from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.commands.runs import StartRun
from bot.core.retries import NO_OPTIONS, OFFERED, RETRIABLE, RunOptions, objection_to_retry, plain_message, wish_to_retry
from bot.core.runs import FINAL, Run, RunStatus

FAILED = Run(id="run-1", workspace_id="ws-1", status_word="errored")


@pytest.mark.parametrize("status", RunStatus)
def test_a_run_that_has_ended_without_what_it_was_for_can_be_tried_again(status: RunStatus) -> None:
    objection = objection_to_retry(replace(FAILED, status_word=status.value), NO_OPTIONS)
    assert (objection == "") == (status in RETRIABLE)
    assert ("has not ended" in objection) == (status not in FINAL)


def test_what_somebody_has_discarded_is_tried_again_by_words_alone() -> None:
    assert {RunStatus.DISCARDED} == RETRIABLE - OFFERED


@pytest.mark.parametrize(
    "options, words",
    [
        (RunOptions(variables=("replicas", "tier")), "variables of its own (replicas, tier)"),
        (RunOptions(others=("refresh=false",)), "refresh=false"),
    ],
)
def test_what_cannot_be_repeated_is_told(options: RunOptions, words: str) -> None:
    assert words in objection_to_retry(FAILED, options)


def test_the_same_kind_of_run_is_wished_for_and_never_one_that_applies_by_itself() -> None:
    run = replace(FAILED, is_destroy=True, auto_apply=True, save_plan=True, plan_only=True, refresh_only=True)
    wish = wish_to_retry(run, RunOptions(targets=("a.b",), replacements=("c.d",)), "acme/shop", "bump", debugging=True)
    assert wish == StartRun(
        "acme/shop",
        "bump (retry of run-1)",
        destroy=True,
        plan_only=True,
        refresh_only=True,
        targets=("a.b",),
        replacements=("c.d",),
        save_plan=True,
        debugging=True,
    )


@pytest.mark.parametrize(
    "message, plain",
    [
        ("bump", "bump"),
        ("bump — asked for by ana (U0ANA) in #deploys (ref rb-0123456789ab)", "bump"),
        ("asked for by ana (U0ANA) in #deploys (ref rb-0123456789ab)", ""),
        ("bump (retry of run-1) — asked for by ana (U0ANA) in #deploys (ref rb-0123456789ab)", "bump"),
        ("a — b (ref rb-0123456789ab)", "a — b"),
        ("asked for by nobody", "asked for by nobody"),
    ],
)
def test_what_we_add_to_a_message_is_taken_off_again(message: str, plain: str) -> None:
    assert plain_message(message) == plain


@given(st.text(max_size=40))
def test_a_retry_of_a_retry_names_one_run_alone(message: str) -> None:
    once = wish_to_retry(FAILED, NO_OPTIONS, "acme/shop", message).message
    twice = wish_to_retry(replace(FAILED, id="run-2"), NO_OPTIONS, "acme/shop", once).message
    assert twice == once.replace("(retry of run-1)", "(retry of run-2)")
