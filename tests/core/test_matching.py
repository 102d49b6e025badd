"""Which rules apply: every condition alone, conditions together, and a plan of which something is not known."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.contents import UNREAD, Effect, PlanRisk
from bot.core.matching import Rulebook, resources_that_fit
from bot.core.rules import Match, Rule, RunKind, kinds_of
from bot.core.runs import Run
from bot.core.workspaces import Workspace, matches
from tests.core.cases import contents, rule
from tests.core.making import DEV, PROD, make_run, waiting_run

READ = PlanRisk(
    contents=contents(
        ("module.db[0].aws_db_instance.main", Effect.REPLACE),
        ("module.db[1].aws_db_instance.main", Effect.UPDATE),
        ('aws_s3_bucket.logs["eu"]', Effect.DESTROY),
        ("google_vm.web", Effect.CREATE),
    ),
    cost_rise=Decimal("99.50"),
    failed_policies=("no-public-buckets",),
)
CALM = PlanRisk(contents=contents(), cost_rise=Decimal(-5), failed_policies=())
SHOP = replace(PROD, project_id="prj-shop", tags=frozenset({"prod", "pci"}))


def applies(match: Match, run: Run | None = None, workspace: Workspace = SHOP, plan: PlanRisk = READ) -> bool:
    return bool(Rulebook((rule(match=match),)).matching(run or waiting_run(), workspace, plan))


def test_a_rule_without_conditions_applies_to_every_run() -> None:
    assert applies(Match())
    assert applies(Match(), plan=UNREAD)


@pytest.mark.parametrize(
    "match, other",
    [
        (Match(organizations=frozenset({"acme"})), replace(SHOP, organization="umbrella")),
        (Match(workspaces=("storefront-*",)), replace(SHOP, name="billing")),
        (Match(workspaces=("acme/*-prod", "nothing")), replace(SHOP, organization="umbrella")),
        (Match(projects=frozenset({"prj-shop"})), replace(SHOP, project_id=None)),
        (Match(tags=frozenset({"pci", "hipaa"})), replace(SHOP, tags=frozenset({"prod"}))),
    ],
)
def test_a_place_fits_or_does_not(match: Match, other: Workspace) -> None:
    assert applies(match)
    assert not applies(match, workspace=other)


@pytest.mark.parametrize(
    "facts, kinds",
    [
        ({}, {RunKind.APPLY}),
        ({"is_destroy": True}, {RunKind.DESTROY}),
        ({"is_destroy": True, "plan_only": True}, {RunKind.DESTROY, RunKind.PLAN_ONLY}),
        ({"refresh_only": True}, {RunKind.REFRESH_ONLY}),
        ({"save_plan": True}, {RunKind.APPLY, RunKind.SAVED_PLAN}),
        ({"has_changes": False}, {RunKind.APPLY, RunKind.EMPTY}),
    ],
)
def test_a_run_is_of_one_kind_or_several(facts: dict[str, Any], kinds: set[RunKind]) -> None:
    run = make_run(**facts)
    assert kinds_of(run) == kinds
    assert [kind for kind in RunKind if applies(Match(kinds=frozenset({kind})), run=run)] == [kind for kind in RunKind if kind in kinds]


@pytest.mark.parametrize(
    "match, fits",
    [
        (Match(destroys=True), 2),
        (Match(replaces=True), 1),
        (Match(destroys=True, replaces=True), 2),
        (Match(types=("aws_db_instance",)), 2),
        (Match(types=("aws_*",)), 3),
        (Match(types=("aws_*", "google_??")), 4),
        (Match(types=("aws_*",), destroys=True), 2),
        (Match(types=("google_vm",), destroys=True), 0),
        (Match(addresses=("module.db[0].*",)), 1),
        (Match(addresses=("module.db[?].aws_db_instance.main",)), 2),
        (Match(addresses=("*.main",)), 2),
        (Match(addresses=("google_vm.web",)), 1),
        (Match(addresses=("google_vm",)), 0),
        (Match(addresses=("google_vm.v*",)), 0),
        (Match(addresses=("google_vm.w*",)), 1),
        (Match(addresses=("*_vm.w*b",)), 1),
        (Match(addresses=("g*l*vm*b",)), 1),
        (Match(addresses=("google*zz*b",)), 0),
        (Match(types=("google_*",)), 1),
        (Match(addresses=('aws_s3_bucket.*["eu"]',)), 1),
        (Match(addresses=("module.*.aws_*.main", "google*")), 3),
        (Match(addresses=("*",)), 4),
        (Match(addresses=("*x*",)), 0),
        (Match(addresses=("?" * 13,)), 1),
        (Match(types=("*",), addresses=("*web*",)), 1),
        (Match(types=("aws_*",), addresses=("google_*",)), 0),
        (Match(addresses=("*.main",), destroys=True), 1),
        (Match(addresses=("google_vm.*",), destroys=True), 0),
    ],
)
def test_resources_fit_where_one_and_the_same_fits_everything(match: Match, fits: int) -> None:
    assert resources_that_fit(match, READ) == fits
    assert applies(match) is (fits > 0)
    assert applies(replace(match, more_than=fits)) is False
    assert applies(replace(match, more_than=fits - 1)) is True if fits else True
    assert not applies(match, plan=CALM)
    assert applies(match, plan=UNREAD)


def test_in_a_large_plan_each_resource_is_told_from_every_other() -> None:
    """A hundred of them: every third is destroyed, every other one is a database."""
    effects, types = [Effect.DESTROY, Effect.UPDATE, Effect.CREATE], ["db", "vm"]
    made = contents(*((f"module.m{place:02}.{types[place % 2]}.x", effects[place % 3]) for place in range(100)))
    for place in range(100):
        one = Match(addresses=(f"module.m{place:02}.*",))
        fits = {
            "any": one,
            "gone": replace(one, destroys=True),
            "db": replace(one, types=("db",)),
            "both": replace(one, destroys=True, types=("d?",)),
        }
        found = {name: resources_that_fit(match, PlanRisk(contents=made)) for name, match in fits.items()}
        assert found == {"any": 1, "gone": place % 3 == 0, "db": place % 2 == 0, "both": place % 6 == 0}
    assert resources_that_fit(Match(types=("db",), destroys=True), PlanRisk(contents=made)) == 17


def test_more_than_counts_every_change_where_nothing_else_is_asked() -> None:
    assert applies(Match(more_than=3))
    assert not applies(Match(more_than=4))
    assert not applies(Match(more_than=0), plan=CALM)
    assert applies(Match(more_than=10_000), plan=UNREAD)


@pytest.mark.parametrize("above, rise, fits", [("99", "99.50", True), ("99.50", "99.50", False), ("0", "-5", False), ("0", "0.01", True)])
def test_a_cost_has_to_rise_by_more(above: str, rise: str, fits: bool) -> None:  # noqa: FBT001 - a table
    assert applies(Match(cost_above=Decimal(above)), plan=replace(READ, cost_rise=Decimal(rise))) is fits


def test_what_is_not_known_counts_as_the_worst() -> None:
    assert applies(Match(cost_above=Decimal(10_000)), plan=replace(CALM, cost_rise=None))
    assert applies(Match(failed_policy=True), plan=replace(CALM, failed_policies=None))
    assert applies(Match(failed_policy=True))
    assert not applies(Match(failed_policy=True), plan=CALM)


@pytest.mark.parametrize("asks", [True, False])
def test_results_of_policies_are_asked_for_where_any_rule_is_about_them(*, asks: bool) -> None:
    rules = (rule("two", votes=2), rule("failed", match=Match(failed_policy=asks)))
    assert Rulebook(rules).asks_policies is asks


def test_conditions_about_the_place_hold_for_an_unread_plan_as_well() -> None:
    assert not applies(Match(workspaces=("*-dev",), destroys=True), plan=UNREAD)
    assert applies(Match(workspaces=("*-dev",), destroys=True), workspace=DEV, plan=UNREAD)


def test_rules_that_apply_come_in_the_order_of_the_file() -> None:
    rules = tuple(Rule(name=name, line=line) for line, name in enumerate("zyx"))
    assert Rulebook(rules).matching(waiting_run(), SHOP, UNREAD) == rules


def test_resources_of_an_unread_plan_cannot_be_counted() -> None:
    with pytest.raises(ValueError, match="has not been read"):
        resources_that_fit(Match(destroys=True), UNREAD)


GLOBS = st.text("ab*?[].", min_size=1, max_size=8) | st.text("ab*?", max_size=4).map(lambda text: f"t.{text}")
ADDRESSES = st.lists(st.text("ab[].", min_size=1, max_size=6).map(lambda text: f"t.{text}"), max_size=8)


def spelled_out(glob: str, text: str) -> bool:
    """A glob by its definition, letter for letter."""
    if not glob:
        return not text
    if glob[0] == "*":
        return any(spelled_out(glob[1:], text[start:]) for start in range(len(text) + 1))
    return bool(text) and glob[0] in {text[0], "?"} and spelled_out(glob[1:], text[1:])


@given(GLOBS, ADDRESSES)
def test_a_glob_over_addresses_finds_what_it_says(glob: str, addresses: list[str]) -> None:
    made = contents(*((address, Effect.UPDATE) for address in addresses))
    found = resources_that_fit(Match(addresses=(glob,)), PlanRisk(contents=made))
    assert found == sum(spelled_out(glob, address) for address in addresses)


CHANGES = st.lists(st.tuples(st.sampled_from(["a.x", "a.y", "ab.x", "b.y", "module.m.a.x"]), st.sampled_from(Effect)), max_size=30)
SOME_GLOBS = st.lists(st.sampled_from(["*", "a", "a*", "b*", "?", "A", "*.x", "a.x", "b.*", "module.*"]), max_size=2).map(tuple)


@given(CHANGES, SOME_GLOBS, SOME_GLOBS, st.booleans(), st.booleans())
def test_what_counts_is_every_resource_that_fits_all_conditions_at_once(
    changes: list[tuple[str, Effect]],
    types: tuple[str, ...],
    addresses: tuple[str, ...],
    destroys: bool,  # noqa: FBT001 - drawn
    replaces: bool,  # noqa: FBT001 - drawn
) -> None:
    """Both `destroys` and `replaces` is either; what is not understood may be both."""
    lost = {Effect.REPLACE, Effect.UNKNOWN} | ({Effect.DESTROY} if destroys else set())
    made = contents(*changes)
    fitting = [
        change
        for change in made.changes
        if (not (destroys or replaces) or change.effect in lost)
        and (not types or any(spelled_out(glob.casefold(), change.type) for glob in types))
        and (not addresses or any(spelled_out(glob, change.address) for glob in addresses))
    ]
    match = Match(types=types, addresses=addresses, destroys=destroys, replaces=replaces)
    assert resources_that_fit(match, PlanRisk(contents=made)) == len(fitting)


@given(st.lists(st.sampled_from(["*", "a*", "acme/*", "*/b", "[ab]", "a", "acme/b?", "!x"]), min_size=1, max_size=3), st.sampled_from("ab"))
def test_globs_over_workspaces_are_those_of_rights(globs: list[str], name: str) -> None:
    workspace = replace(PROD, name=name)
    assert applies(Match(workspaces=tuple(globs)), workspace=workspace) is any(matches(glob, workspace) for glob in globs)
