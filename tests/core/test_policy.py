"""Rights by workspace: the table of who may, and what holds for any set of grants."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.identities import Role
from bot.core.policy import WITHOUT_FILE, Circle, Grant, Person, Policy, Right, Standing, permit, right_for
from bot.core.rules import Demand, Rule
from bot.core.runs import Action
from bot.core.workspaces import Workspace
from tests.core.making import ANA, DEV, KIM, PROD, grant

PLATFORM = {"S0PLATFORM": frozenset({ANA.id})}
POLICY = Policy(
    (
        grant(Right.READ, members=True),
        grant(Right.START, workspaces=["*-dev"], members=True),
        grant(Right.DECIDE, workspaces=["acme/storefront-*"], groups=["S0PLATFORM"]),
        grant(Right.ADMIN, people=[KIM.id]),
    ),
    source="runbell.toml",
)


@pytest.mark.parametrize(
    "person, right, workspace, granted",
    [
        (ANA, Right.READ, PROD, True),
        (ANA, Right.START, DEV, True),
        (ANA, Right.START, PROD, False),
        (ANA, Right.DECIDE, PROD, True),
        (KIM, Right.DECIDE, PROD, False),
        (KIM, Right.ADMIN, PROD, True),
        (ANA, Right.ADMIN, PROD, False),
        (ANA, Right.DECIDE, replace(PROD, organization="umbrella"), False),
    ],
)
def test_a_person_may_what_a_grant_gives(person: Person, right: Right, workspace: Workspace, granted: bool) -> None:  # noqa: FBT001 - a table
    assert permit(POLICY, person, right, workspace, PLATFORM).granted is granted


@pytest.mark.parametrize("right", Right)
def test_without_a_file_members_may_read_and_nobody_may_do_more(right: Right) -> None:
    permission = permit(WITHOUT_FILE, ANA, right, PROD, {})
    assert permission.granted is (right is Right.READ)
    assert permission.source == ""


@pytest.mark.parametrize("standing", sorted(set(Standing) - {Standing.MEMBER}))
@pytest.mark.parametrize("right", Right)
def test_whoever_is_no_full_member_may_nothing(standing: Standing, right: Right) -> None:
    policy = Policy((grant(*Right, members=True, people=[ANA.id], groups=["S0PLATFORM"]),))
    permission = permit(policy, replace(ANA, standing=standing), right, PROD, PLATFORM)
    assert not permission.granted
    assert permission.standing is standing


@pytest.mark.parametrize("right", Right)
def test_whoever_may_do_anything_in_a_workspace_may_read_it(right: Right) -> None:
    policy = Policy((grant(right, workspaces=["*-prod"], people=[ANA.id]),))
    assert permit(policy, ANA, Right.READ, PROD, {}).granted
    assert not permit(policy, ANA, Right.READ, DEV, {}).granted


def test_a_grant_of_nothing_gives_nothing_not_even_reading() -> None:
    assert not permit(Policy((grant(members=True),)), ANA, Right.READ, PROD, {}).granted


def test_a_user_group_that_could_not_be_read_counts_for_nobody() -> None:
    assert not permit(POLICY, ANA, Right.DECIDE, PROD, {}).granted


def test_a_refusal_says_who_could() -> None:
    policy = Policy(
        (grant(Right.DECIDE, people=["U1"], groups=["S1"]), grant(Right.DECIDE, people=["U2"]), grant(Right.ADMIN, people=["U3"])), "file"
    )
    permission = permit(policy, ANA, Right.DECIDE, PROD, {})
    assert (permission.people, permission.groups, permission.members, permission.source) == (
        frozenset({"U1", "U2"}),
        frozenset({"S1"}),
        False,
        "file",
    )


def test_a_refusal_says_that_every_member_could() -> None:
    policy = Policy((grant(Right.DECIDE, members=True),))
    guest = permit(policy, replace(ANA, standing=Standing.GUEST), Right.DECIDE, PROD, {})
    assert (guest.granted, guest.members) == (False, True)


def test_the_groups_of_rules_are_named_besides_those_of_rights() -> None:
    demand = Demand(circle=Circle(groups=frozenset({"S2"})), one_from_each=("S3",))
    policy = Policy((grant(Right.READ, groups=["S1"]),), rules=(Rule(name="r", demand=demand),))
    assert (policy.groups, policy.granted_groups) == (frozenset({"S1", "S2", "S3"}), frozenset({"S1"}))


@pytest.mark.parametrize("roles, asks", [(frozenset(), False), (frozenset({Role.AUTHOR}), True)])
def test_whether_any_rule_wants_four_eyes_is_known(roles: frozenset[Role], asks: bool) -> None:  # noqa: FBT001 - a table
    rules = (Rule(name="two", demand=Demand(votes=2)), Rule(name="eyes", demand=Demand(four_eyes=roles)))
    assert Policy(rules=rules).asks_four_eyes is asks


def test_values_are_hidden_in_each_workspace_that_a_glob_names_in_any_capitals() -> None:
    policy = Policy(hides_values_in=("other-*", "ACME/*-Prod"))
    assert [policy.shows_values(one) for one in (PROD, DEV)] == [False, True]
    assert Policy().shows_values(PROD)


def test_only_the_groups_that_matter_are_asked_for() -> None:
    policy = Policy((grant(Right.DECIDE, workspaces=["*-dev"], groups=["S1"]), grant(Right.START, groups=["S2"])))
    assert policy.groups == {"S1", "S2"}
    assert policy.groups_for(Right.DECIDE, DEV) == {"S1"}
    assert policy.groups_for(Right.READ, DEV) == {"S1", "S2"}
    assert policy.groups_for(Right.DECIDE, PROD) == frozenset()
    assert Policy().groups_for(Right.READ, PROD) == frozenset()


@pytest.mark.parametrize("action", Action)
def test_doing_something_to_a_run_needs_the_right_to_decide_and_killing_it_that_of_an_admin(action: Action) -> None:
    assert right_for(action) is (Right.ADMIN if action is Action.FORCE_CANCEL else Right.DECIDE)


GRANTS = st.builds(
    Grant,
    may=st.frozensets(st.sampled_from(Right)),
    workspaces=st.lists(st.sampled_from(["*", "*-dev", "storefront-*", "acme/*", "other/*"]), max_size=2).map(tuple),
    people=st.frozensets(st.sampled_from([ANA.id, KIM.id]), max_size=2),
    groups=st.frozensets(st.sampled_from(["S0PLATFORM", "S0GONE"]), max_size=2),
    members=st.booleans(),
)
POLICIES = st.lists(GRANTS, max_size=4)
PEOPLE = st.builds(replace, st.sampled_from([ANA, KIM]), standing=st.sampled_from(Standing))
WORKSPACES = st.sampled_from([DEV, PROD])


@given(POLICIES, GRANTS, PEOPLE, st.sampled_from(Right), WORKSPACES)
def test_a_further_grant_never_takes_a_right_away(
    grants: list[Grant], more: Grant, person: Person, right: Right, workspace: Workspace
) -> None:
    before = permit(Policy(tuple(grants)), person, right, workspace, PLATFORM)
    after = permit(Policy((*grants, more)), person, right, workspace, PLATFORM)
    assert after.granted or not before.granted
    assert before.people <= after.people


@given(POLICIES.flatmap(lambda grants: st.tuples(st.just(grants), st.permutations(grants))), PEOPLE, st.sampled_from(Right), WORKSPACES)
def test_the_order_of_grants_does_not_matter(
    orders: tuple[list[Grant], list[Grant]], person: Person, right: Right, workspace: Workspace
) -> None:
    one, other = (permit(Policy(tuple(grants)), person, right, workspace, PLATFORM) for grants in orders)
    assert one == other


@given(POLICIES, PEOPLE, st.sampled_from(Right), WORKSPACES)
def test_any_right_brings_the_right_to_read(grants: list[Grant], person: Person, right: Right, workspace: Workspace) -> None:
    policy = Policy(tuple(grants))
    if permit(policy, person, right, workspace, PLATFORM).granted:
        assert permit(policy, person, Right.READ, workspace, PLATFORM).granted
