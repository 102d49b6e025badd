from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.comparisons import NAMED, NAMED_MOST, UNKNOWN, Comparison, compare, compare_counts, decode_comparison, encode_comparison
from bot.core.contents import Effect, PlanContents, ResourceChange
from bot.core.plans import PlanFacts

CHANGES = st.builds(ResourceChange, st.sampled_from(["a.x", "a.y", "b.x", "b.y", "m.z[0]"]), st.just("a"), st.sampled_from(Effect))
PLANS = st.lists(CHANGES, max_size=12).map(lambda changes: PlanContents("sha256:0", tuple(changes)))
COUNTS = st.none() | st.integers(0, 5)
FACTS = st.builds(
    PlanFacts,
    plan_id=st.just("plan-1"),
    status_word=st.just("finished"),
    additions=COUNTS,
    changes=COUNTS,
    destructions=COUNTS,
    imports=COUNTS,
)


def plan(*changes: tuple[str, Effect]) -> PlanContents:
    return PlanContents("sha256:0", tuple(ResourceChange(address, "a", effect) for address, effect in changes))


def facts(additions: int, changes: int, destructions: int) -> PlanFacts:
    return PlanFacts(plan_id="plan-1", status_word="finished", additions=additions, changes=changes, destructions=destructions)


def test_what_is_destroyed_besides_is_told_by_its_address_the_worst_first() -> None:
    found = compare(
        plan(("a.same", Effect.UPDATE), ("a.gone", Effect.CREATE)),
        plan(("a.same", Effect.UPDATE), ("b.new", Effect.REPLACE), ("z.db", Effect.DESTROY), ("a.db", Effect.DESTROY)),
    )
    assert list(found.also.items()) == [(Effect.DESTROY, 2), (Effect.REPLACE, 1)]
    assert dict(found.lacks) == {Effect.CREATE: 1}
    assert found.addresses == ("a.db", "z.db", "b.new")


def test_another_effect_at_the_same_address_is_another_change() -> None:
    found = compare(plan(("a.db", Effect.UPDATE)), plan(("a.db", Effect.REPLACE)))
    assert (dict(found.also), dict(found.lacks)) == ({Effect.REPLACE: 1}, {Effect.UPDATE: 1})


def test_a_deposed_object_beside_its_successor_counts_by_itself() -> None:
    assert dict(compare(plan(("a.db", Effect.DESTROY)), plan(("a.db", Effect.DESTROY), ("a.db", Effect.DESTROY))).also) == {
        Effect.DESTROY: 1
    }


@given(PLANS)
def test_a_plan_does_the_same_as_itself(one: PlanContents) -> None:
    assert compare(one, one).is_same


@given(PLANS, PLANS)
def test_what_is_besides_is_all_of_the_difference_and_nothing_else(before: PlanContents, after: PlanContents) -> None:
    found = compare(before, after)
    told = Counter(dict(found.also))
    told.subtract(dict(found.lacks))
    wanted = Counter(one.effect for one in after.changes)
    wanted.subtract(one.effect for one in before.changes)
    assert {effect: number for effect, number in told.items() if number} == {effect: number for effect, number in wanted.items() if number}
    assert sum(found.also.values()) == (Counter(after.changes) - Counter(before.changes)).total()
    assert found.is_same == (Counter(before.changes) == Counter(after.changes))


@given(PLANS, PLANS)
def test_nothing_that_is_destroyed_besides_is_left_out(before: PlanContents, after: PlanContents) -> None:
    destroyed = [one for one in (Counter(after.changes) - Counter(before.changes)).elements() if one.effect in NAMED]
    found = compare(before, after)
    assert sum(number for effect, number in found.also.items() if effect in NAMED) == len(destroyed)
    assert set(found.addresses) <= {one.address for one in destroyed}
    assert bool(found.addresses) == bool(destroyed)
    assert len(found.addresses) <= NAMED_MOST


@given(PLANS, PLANS)
def test_the_other_way_round_it_is_the_other_way_round(before: PlanContents, after: PlanContents) -> None:
    there, back = compare(before, after), compare(after, before)
    assert (dict(there.also), dict(there.lacks)) == (dict(back.lacks), dict(back.also))


@given(FACTS, FACTS)
def test_counts_differ_by_what_is_more_and_by_what_is_less(before: PlanFacts, after: PlanFacts) -> None:
    there, back = compare_counts(before, after), compare_counts(after, before)
    assert there.is_known == (before.has_counts and after.has_counts)
    assert (dict(there.also), dict(there.lacks)) == (dict(back.lacks), dict(back.also))
    if there.is_known:
        assert there.also.get(Effect.DESTROY, 0) == max(0, (after.destructions or 0) - (before.destructions or 0))
        assert there.by_counts


def test_counts_that_are_not_known_are_not_compared() -> None:
    assert compare_counts(None, facts(1, 0, 0)) is UNKNOWN
    assert compare_counts(facts(1, 0, 0), None) is UNKNOWN
    assert not UNKNOWN.is_same


@given(PLANS, PLANS)
def test_a_comparison_is_read_as_it_was_kept(before: PlanContents, after: PlanContents) -> None:
    found = compare(before, after)
    assert decode_comparison(encode_comparison(found)) == found


@pytest.mark.parametrize("found", [UNKNOWN, compare_counts(facts(1, 2, 0), facts(0, 2, 2))])
def test_what_is_known_by_counts_or_not_at_all_is_kept_too(found: Comparison) -> None:
    assert decode_comparison(encode_comparison(found)) == found


WRONG: list[Any] = [
    None,
    {},
    [],
    {"also": 1},
    {**encode_comparison(UNKNOWN), "also": {"explode": 1}},
    {**encode_comparison(UNKNOWN), "lacks": []},
]


@pytest.mark.parametrize("kept", WRONG)
def test_what_we_did_not_write_is_no_comparison(kept: Any) -> None:
    assert decode_comparison(kept) is None
