"""Who hears what: a table of every reason there is for a new message, and properties that hold for every run and channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.messages import Kind
from bot.core.runs import CONFIRM, Run
from bot.core.watches import ENDED, NEWS_LASTS, Ear, Hearing, Measure, Wanted, Watch, hearings, is_news, is_unwatched, tidings
from tests.core.making import DEV, NOON, PROD, ago, ended_run, make_run, waiting_run

PLANNING = make_run("planning")
WAITING = waiting_run()
UNCHANGED = make_run("planned_and_finished", has_changes=False, timestamps={"planned-and-finished": ago(minutes=1)})
APPLIED = ended_run("applied")
ERRORED = ended_run("errored")
LONG_ERRORED = ended_run("errored", timestamps={"errored": ago(hours=2)})

CARD = (Wanted("C1", Kind.CARD),)
CALLING_CARD = (Wanted("C1", Kind.CARD, says=CONFIRM),)
LAST_CARD = (Wanted("C1", Kind.CARD, says=ENDED),)
CALL = (Wanted("C1", Kind.CALL, CONFIRM),)
END = (Wanted("C1", Kind.END),)
STARTED: dict[str, Any] = {"started_here": True}
DECIDED: dict[str, Any] = {"decided_here": True}
ALL: dict[str, Any] = {"measure": Measure.ALL}
DECISIONS: dict[str, Any] = {"measure": Measure.DECISIONS}
FAILURES: dict[str, Any] = {"measure": Measure.FAILURES}


@pytest.mark.parametrize(
    "relation, run, wanted",
    [
        ({}, WAITING, ()),
        ({}, ERRORED, ()),
        (STARTED, PLANNING, CARD),
        (STARTED, WAITING, CALLING_CARD),
        (STARTED, APPLIED, LAST_CARD),
        (STARTED, LONG_ERRORED, LAST_CARD),
        (ALL, PLANNING, CARD),
        (ALL, WAITING, CALLING_CARD),
        (ALL, APPLIED, LAST_CARD),
        (ALL, LONG_ERRORED, ()),
        (DECISIONS, PLANNING, ()),
        (DECISIONS, WAITING, CALLING_CARD),
        (DECISIONS, UNCHANGED, ()),
        (DECISIONS, APPLIED, ()),
        (DECISIONS, ERRORED, LAST_CARD),
        (DECISIONS, LONG_ERRORED, ()),
        (FAILURES, PLANNING, ()),
        (FAILURES, WAITING, ()),
        (FAILURES, APPLIED, ()),
        (FAILURES, ERRORED, LAST_CARD),
        (DECIDED, PLANNING, CARD),
        (DECIDED, WAITING, CALLING_CARD),
        (DECIDED, APPLIED, LAST_CARD),
        (DECIDED, LONG_ERRORED, LAST_CARD),
    ],
)
def test_a_channel_without_a_card_gets_one_when_there_is_something_to_show(
    relation: dict[str, Any], run: Run, wanted: Sequence[Wanted]
) -> None:
    assert tidings(run, Ear(channel="C1", **relation), NOON) == wanted


@pytest.mark.parametrize(
    "relation, run, wanted",
    [
        (STARTED, PLANNING, ()),
        (STARTED, WAITING, CALL),
        (STARTED, UNCHANGED, END),
        (STARTED, APPLIED, END),
        (STARTED, LONG_ERRORED, END),
        (ALL, WAITING, CALL),
        (ALL, UNCHANGED, ()),
        (ALL, APPLIED, ()),
        (ALL, ERRORED, END),
        (ALL, LONG_ERRORED, ()),
        (DECISIONS, WAITING, CALL),
        (DECISIONS, APPLIED, ()),
        (DECISIONS, ERRORED, END),
        (FAILURES, WAITING, ()),
        (FAILURES, ERRORED, END),
        (DECIDED, WAITING, ()),
        (DECIDED, APPLIED, END),
        (DECIDED, LONG_ERRORED, END),
    ],
)
def test_a_channel_with_a_card_gets_a_message_when_people_are_needed_or_it_is_over(
    relation: dict[str, Any], run: Run, wanted: Sequence[Wanted]
) -> None:
    assert tidings(run, Ear(channel="C1", has_card=True, **relation), NOON) == wanted


def test_a_card_born_at_the_gate_is_the_call() -> None:
    assert tidings(WAITING, Ear(channel="C1", has_card=True, card_said=CONFIRM, **DECISIONS), NOON) == ()


def test_a_card_that_called_people_does_not_tell_the_end() -> None:
    assert tidings(ERRORED, Ear(channel="C1", has_card=True, card_said=CONFIRM, **DECISIONS), NOON) == END


def test_a_card_born_at_the_end_is_the_end() -> None:
    assert tidings(ERRORED, Ear(channel="C1", has_card=True, card_said=ENDED, **ALL), NOON) == ()


def test_a_run_that_waits_is_announced_however_old_it_is() -> None:
    old = replace(WAITING, created_at=ago(days=9), timestamps={"planned": ago(days=9)})
    assert tidings(old, Ear(channel="C1", **DECISIONS), NOON) == CALLING_CARD


def test_an_end_is_news_for_an_hour_to_the_second() -> None:
    ended = ended_run("errored", timestamps={"errored": NOON - NEWS_LASTS})
    assert is_news(ended, NOON)
    assert not is_news(ended, NOON + timedelta(seconds=1))


def test_an_end_whose_time_nobody_knows_is_news() -> None:
    assert is_news(ended_run("errored", timestamps={}), NOON)


RUNS = st.sampled_from([PLANNING, WAITING, UNCHANGED, APPLIED, ERRORED, LONG_ERRORED, ended_run("discarded"), make_run("a_new_word")])
EARS = st.builds(
    Ear,
    channel=st.just("C1"),
    measure=st.sampled_from([None, *Measure]),
    started_here=st.booleans(),
    decided_here=st.booleans(),
)


def heard(ear: Ear, wanted: Sequence[Wanted], standing: set[tuple[Kind, str]]) -> Ear:
    """The ear once the wanted messages stand in the channel."""
    standing |= {(one.kind, one.gate) for one in wanted}
    card = next((one for one in wanted if one.kind is Kind.CARD), None)
    return replace(ear, has_card=True, card_said=card.says) if card else ear


@given(RUNS, EARS)
def test_asked_again_the_same_run_wants_nothing_new(run: Run, ear: Ear) -> None:
    standing: set[tuple[Kind, str]] = set()
    ear = heard(ear, tidings(run, ear, NOON), standing)
    if (Kind.CARD, "") in standing:
        assert tidings(run, ear, NOON) == ()


@given(st.lists(RUNS, max_size=6), EARS)
def test_a_channel_never_gets_a_second_card_and_never_a_call_or_an_end_without_one(runs: list[Run], ear: Ear) -> None:
    standing: set[tuple[Kind, str]] = set()
    for run in runs:
        wanted = tidings(run, ear, NOON)
        cards = [one for one in wanted if one.kind is Kind.CARD]
        assert len(wanted) <= 1
        assert not (cards and ear.has_card)
        assert not wanted or cards or ear.has_card
        ear = heard(ear, wanted, standing)


def test_the_strongest_measure_of_a_channel_counts() -> None:
    watches = [
        Watch(channel="C1", pattern="*", measure=Measure.FAILURES),
        Watch(channel="C1", pattern="storefront-*", measure=Measure.ALL),
        Watch(channel="C1", pattern="*-prod", measure=Measure.DECISIONS),
        Watch(channel="C2", pattern="*"),
    ]
    wanted = {"C1": Hearing(measure=Measure.ALL), "C2": Hearing(measure=Measure.DECISIONS)}
    assert hearings(watches) == hearings(reversed(watches)) == wanted


def test_a_channel_hears_in_threads_where_all_its_watches_want_that_and_with_a_mention_where_one_does() -> None:
    threaded = Watch(channel="C1", pattern="*", in_thread=True)
    mentioning = Watch(channel="C1", pattern="*-prod", in_thread=True, mentions=True)
    plain = Watch(channel="C1", pattern="storefront-*")
    assert hearings([threaded, mentioning]) == {"C1": Hearing(measure=Measure.DECISIONS, in_thread=True, mentions=True)}
    assert hearings([threaded, mentioning, plain]) == {"C1": Hearing(measure=Measure.DECISIONS, mentions=True)}


def test_how_a_channel_hears_stands_with_each_message() -> None:
    ear = Ear(channel="C1", in_thread=True, mentions=True, **DECISIONS)
    assert tidings(WAITING, ear, NOON) == (Wanted("C1", Kind.CARD, says=CONFIRM, mentions=True),)
    carded = replace(ear, has_card=True)
    assert tidings(WAITING, carded, NOON) == (Wanted("C1", Kind.CALL, CONFIRM, in_thread=True, mentions=True),)
    assert tidings(ERRORED, carded, NOON) == (Wanted("C1", Kind.END, in_thread=True),)


@pytest.mark.parametrize(
    "relations, unwatched",
    [([], True), ([FAILURES], True), ([DECISIONS], False), ([FAILURES, ALL], False), ([STARTED], False), ([DECIDED], True)],
)
def test_a_waiting_run_is_unwatched_where_no_channel_is_called(relations: list[dict[str, Any]], *, unwatched: bool) -> None:
    ears = [Ear(channel="C1", **relation) for relation in relations]
    assert is_unwatched(WAITING, ears) is unwatched
    assert not is_unwatched(PLANNING, ears)
    assert not is_unwatched(UNCHANGED, ears)


def test_a_watch_covers_what_its_glob_matches() -> None:
    watch = Watch(channel="C1", pattern="*-prod")
    assert watch.covers(PROD)
    assert not watch.covers(DEV)


@pytest.mark.parametrize(
    "narrowing, facts, covered",
    [
        ({"tag": "prod"}, {"tags": frozenset({"prod", "web"})}, True),
        ({"tag": "prod"}, {"tags": frozenset({"web"})}, False),
        ({"project": "prj-1"}, {"project_id": "prj-1"}, True),
        ({"project": "web", "project_ids": ("prj-1", "prj-2")}, {"project_id": "prj-1"}, True),
        ({"project": "web", "project_ids": ("prj-1", "prj-2")}, {"project_id": "prj-2"}, True),
        ({"project": "web", "project_ids": ("prj-1", "prj-2")}, {"project_id": "prj-3"}, False),
        ({"project": "web"}, {"project_id": "prj-1"}, False),
        ({"project": "web"}, {}, False),
        ({"tag": "prod", "project": "prj-1"}, {"tags": frozenset({"prod"}), "project_id": "prj-2"}, False),
    ],
)
def test_a_tag_and_a_project_narrow_the_glob(narrowing: dict[str, Any], facts: dict[str, Any], *, covered: bool) -> None:
    assert Watch(channel="C1", pattern="*", **narrowing).covers(replace(PROD, **facts)) is covered
    assert not Watch(channel="C1", pattern="other-*", **narrowing).covers(replace(PROD, **facts))


def test_a_watch_is_called_by_what_tells_it_from_others() -> None:
    assert Watch(channel="C1", pattern="shop-*", tag="prod", project="web").title == "shop-* --tag prod --project web"
    assert Watch(channel="C1", pattern="shop-*").title == "shop-*"
    assert Watch(channel="C1", pattern="*", owner="U1").identity == Watch(channel="C1", pattern="*", measure=Measure.ALL).identity
    assert Watch(channel="C1", pattern="*", source="runbell.toml").identity != Watch(channel="C1", pattern="*").identity
