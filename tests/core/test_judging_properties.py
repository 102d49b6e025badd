"""What holds for any rules and any votes: more is never easier, order plays no part, one person is one vote."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import time
from decimal import Decimal
from itertools import combinations, permutations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.contents import UNREAD, Effect, PlanRisk
from bot.core.freezes import Freeze
from bot.core.identities import CREATION, PUSH, Identities, Inherited, Origin, Origins, Role
from bot.core.judging import candidates, decide
from bot.core.people import Circle
from bot.core.questions import Question
from bot.core.rules import RISKS, Demand, Match, Risk, Rule, RunKind, UnknownAuthor
from bot.core.votes import Vote
from bot.core.windows import Window
from tests.core.cases import EVERYBODY, MEMBERSHIP, contents, question, vote
from tests.core.making import ANA, KIM, PROD, waiting_run

IDS = sorted(EVERYBODY)
GROUPS = sorted([*MEMBERSHIP, "S0GONE"])
CIRCLES = st.builds(
    Circle,
    people=st.frozensets(st.sampled_from(IDS), max_size=3),
    groups=st.frozensets(st.sampled_from(GROUPS), max_size=2),
    members=st.booleans(),
)
WINDOWS = st.sampled_from([Window(name="office", start=time(9), end=time(17)), Window(name="night", start=time(22), end=time(6))])
DEMANDS = st.builds(
    Demand,
    votes=st.integers(0, 3),
    circle=CIRCLES,
    one_from_each=st.lists(st.sampled_from(GROUPS), max_size=2, unique=True).map(tuple),
    four_eyes=st.frozensets(st.sampled_from(Role)),
    unknown_author=st.sampled_from([UnknownAuthor.ONE_MORE_VOTE, UnknownAuthor.ONE_MORE_VOTE, UnknownAuthor.REFUSE]),
    reason=st.booleans(),
    typed_name=st.booleans(),
    after_stage=st.booleans(),
    windows=st.lists(WINDOWS, max_size=2).map(tuple),
    risk=st.sampled_from(Risk),
)
MATCHES = st.builds(
    Match,
    organizations=st.frozensets(st.sampled_from(["acme", "umbrella"]), max_size=2),
    workspaces=st.lists(st.sampled_from(["*-prod", "*-dev", "acme/*"]), max_size=2).map(tuple),
    kinds=st.frozensets(st.sampled_from(RunKind), max_size=2),
    types=st.lists(st.sampled_from(["aws_*", "aws_db", "google_*"]), max_size=1).map(tuple),
    destroys=st.booleans(),
    more_than=st.none() | st.integers(0, 3),
    cost_above=st.none() | st.sampled_from([Decimal(0), Decimal(100)]),
    failed_policy=st.booleans(),
)
ANY = st.just(Match())
RULES = st.builds(
    Rule,
    name=st.sampled_from(["a", "b", "c", "d"]),
    line=st.integers(1, 99),
    match=ANY | MATCHES,
    demand=DEMANDS,
    deny=st.sampled_from(["", "", "", "No."]),
    outside=st.sampled_from([False, False, False, True]),
)
SETS_OF_RULES = st.lists(RULES, max_size=4, unique_by=lambda rule: rule.line).map(tuple)
VOTES = st.lists(
    st.builds(
        vote,
        st.sampled_from([EVERYBODY[person] for person in IDS]),
        minutes=st.integers(0, 5),
        digest=st.sampled_from(["sha256:plan", "sha256:plan", "another"]),
        reason=st.sampled_from(["", "because"]),
        typed_name=st.sampled_from(["", PROD.name]),
    ),
    max_size=6,
).map(tuple)
PLANS = st.sampled_from(
    [
        UNREAD,
        PlanRisk(contents=contents(), cost_rise=Decimal(0), failed_policies=()),
        PlanRisk(
            contents=contents(("aws_db.x", Effect.DESTROY), ("aws_vm.y", Effect.CREATE)), cost_rise=Decimal(50), failed_policies=("p",)
        ),
    ]
)
PERSONS = st.sampled_from(
    [
        Origin(terraform="ana"),
        Origin(slack=KIM.id),
        Origin(slack="U0ELSE"),
        Origin(vcs="x"),
        Origin(vcs="web-flow"),
        Origin(terraform="ghost", may_be_ours=True, event=CREATION),
        Origin(event=CREATION),
        Origin(vcs="x", event=PUSH),
        Origin(),
    ]
)
ORIGINS = st.dictionaries(st.sampled_from(Role), PERSONS, max_size=3)
INHERITED = st.lists(st.tuples(st.sampled_from([Role.AUTHOR, Role.REQUESTER]), PERSONS), max_size=2).map(tuple)


def asked(rules: tuple[Rule, ...], votes: tuple[Vote, ...], plan: PlanRisk, origins: Any, inherited: Inherited) -> Question:
    return question(*rules, votes=votes, plan=plan, origins=origins, inherited=inherited)


QUESTIONS = st.builds(asked, SETS_OF_RULES, VOTES, PLANS, ORIGINS, INHERITED)

WITH_EYES = st.builds(
    Demand,
    votes=st.integers(1, 2),
    circle=st.sampled_from([Circle(members=True), Circle(groups=frozenset({"S0PLATFORM", "S0SECURITY"}))]),
    one_from_each=st.lists(st.sampled_from(["S0PLATFORM", "S0SECURITY"]), max_size=2, unique=True).map(tuple),
    four_eyes=st.frozensets(st.sampled_from(Role), min_size=1),
    unknown_author=st.sampled_from(UnknownAuthor),
)
VOTERS = st.lists(st.sampled_from([person for person in EVERYBODY.values() if person.standing == "member"]), unique=True)
SEEN_WITH_FOUR_EYES = st.builds(
    lambda demand, voters, origins, inherited: question(
        Rule(name="eyes", demand=demand), grants=(), votes=tuple(map(vote, voters)), origins=origins, inherited=inherited
    ),
    WITH_EYES,
    VOTERS,
    ORIGINS,
    INHERITED,
)
"""Questions that are granted often enough: no words are wanted, and everybody who can vote may."""

TRUTHS = st.lists(st.sampled_from([*IDS, "U0ELSE"]), min_size=8, max_size=8)
"""Who the unknown people behind a run are in truth, one after the other."""


def in_truth(asked: Question, truth: list[str]) -> Question:
    """The same question, where it has come out who the unknown people are. Who did the same thing is one person."""
    persons: dict[str, str] = {}

    def known(origin: Origin, place: str) -> Origin:
        if asked.identities.slack_of(origin):
            return origin
        return Origin(slack=persons.setdefault(origin.event or place, truth[len(persons) % len(truth)]))

    origins: Origins = {role: known(origin, role) for role, origin in asked.origins.items()}
    inherited = tuple((role, known(origin, str(place))) for place, (role, origin) in enumerate(asked.inherited))
    return replace(asked, origins=origins, inherited=inherited)


def with_rules(asked: Question, *rules: Rule) -> Question:
    return replace(asked, policy=replace(asked.policy, rules=rules))


@given(QUESTIONS, RULES)
def test_one_more_rule_never_makes_approval_easier(asked: Question, more: Rule) -> None:
    before, after = decide(asked), decide(with_rules(asked, *asked.policy.rules, more))
    assert before.granted or not after.granted
    assert set(before.rules) <= set(after.rules)


@given(QUESTIONS, RULES)
def test_where_nobody_has_the_right_one_more_rule_opens_nothing_but_what_was_closed_to_everybody(asked: Question, more: Rule) -> None:
    asked = replace(asked, policy=replace(asked.policy, grants=()))
    before, after = decide(asked), decide(with_rules(asked, *asked.policy.rules, more))
    assert before.granted or before.nobody or not after.granted


@given(QUESTIONS, st.integers(0, 3))
def test_one_vote_less_never_makes_approval_easier(asked: Question, place: int) -> None:
    fewer = asked.votes[:place] + asked.votes[place + 1 :]
    people = {one.person for one in fewer}
    if people < {one.person for one in asked.votes}:
        assert decide(asked).granted or not decide(replace(asked, votes=fewer)).granted


@given(QUESTIONS, st.sampled_from(sorted(MEMBERSHIP)))
def test_a_group_that_cannot_be_read_never_makes_approval_easier(asked: Question, group: str) -> None:
    unread = replace(asked, membership={name: people for name, people in MEMBERSHIP.items() if name != group})
    assert decide(asked).granted or not decide(unread).granted


HARDER: dict[str, st.SearchStrategy[Callable[[Any], Any]]] = {
    "votes": st.integers(1, 2).map(lambda more: lambda was: was + more),
    "one_from_each": st.sampled_from(GROUPS).map(lambda group: lambda was: tuple(dict.fromkeys([*was, group]))),
    "four_eyes": st.sampled_from(Role).map(lambda role: lambda was: was | {role}),
    "unknown_author": st.just(lambda _: UnknownAuthor.REFUSE),
    "reason": st.just(lambda _: True),
    "typed_name": st.just(lambda _: True),
    "after_stage": st.just(lambda _: True),
    "risk": st.integers(0, 3).map(lambda step: lambda was: RISKS[max(step, RISKS.index(was))]),
}


@given(QUESTIONS, DEMANDS, st.data())
def test_one_more_demand_never_makes_approval_easier(asked: Question, demand: Demand, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(HARDER)))
    harder = replace(demand, **{key: data.draw(HARDER[key])(getattr(demand, key))})
    before, after = (decide(with_rules(asked, *asked.policy.rules, Rule(name="z", demand=one))) for one in (demand, harder))
    assert before.granted or not after.granted


@given(st.one_of(QUESTIONS, SEEN_WITH_FOUR_EYES), TRUTHS)
def test_what_is_granted_would_be_granted_whoever_the_unknown_people_are_in_truth(asked: Question, truth: list[str]) -> None:
    """Votes of people who turn out to be behind the run are taken out then, and what is left is enough."""
    assert decide(in_truth(asked, truth)).granted or not decide(asked).granted


GHOST, BOT, OURS, PUSHED, NOBODY = (
    Origin(terraform="ghost"),
    Origin(vcs="web-flow"),
    Origin(event=CREATION),
    Origin(vcs="x", event=PUSH),
    Origin(),
)
BEHIND: list[tuple[Origins, Inherited]] = [
    ({}, ()),
    ({Role.CREATOR: Origin(slack=KIM.id)}, ()),
    ({}, ((Role.AUTHOR, Origin(slack=KIM.id)),)),
    ({Role.AUTHOR: BOT}, ()),
    ({Role.CREATOR: OURS, Role.REQUESTER: OURS}, ()),
    ({Role.CREATOR: PUSHED, Role.AUTHOR: PUSHED}, ()),
    ({Role.CREATOR: GHOST}, ((Role.AUTHOR, GHOST),)),
    ({Role.CREATOR: OURS, Role.REQUESTER: OURS}, ((Role.AUTHOR, NOBODY),)),
    ({Role.CREATOR: GHOST, Role.AUTHOR: BOT}, ((Role.REQUESTER, NOBODY),)),
    ({Role.CREATOR: Origin(slack=ANA.id)}, ((Role.AUTHOR, NOBODY), (Role.AUTHOR, Origin(slack=KIM.id)))),
]
MEMBERS = [person for person in EVERYBODY.values() if person.standing == "member"]


def behind_in_truth(asked: Question) -> set[frozenset[str]]:
    """Return who is behind a run, for everybody that the unknown people can be in truth. It does not depend on who votes."""
    found = set()
    for truth in product([*(person.id for person in MEMBERS), "U0ELSE"], repeat=3):
        known = in_truth(asked, list(truth))
        found.add(frozenset(origin.slack for _, origin in (*known.origins.items(), *known.inherited)))
    return found


def are_enough(others: frozenset[str], demand: Demand) -> bool:
    """Whether these votes meet a demand, by trying who speaks for which group."""
    groups = demand.one_from_each
    ways = permutations(sorted(others), len(groups))
    is_heard = any(all(one in MEMBERSHIP[group] for one, group in zip(way, groups, strict=True)) for way in ways)
    return is_heard and sum(demand.circle.holds(person, MEMBERSHIP) for person in others) >= demand.votes


@pytest.mark.parametrize("origins, inherited", BEHIND)
@pytest.mark.parametrize("groups", [(), ("S0SECURITY",), ("S0PLATFORM", "S0SECURITY")])
@pytest.mark.parametrize("count", [1, 2])
def test_whoever_the_unknown_people_are_there_are_enough_votes_of_others_and_no_more_are_wanted(
    count: int, groups: tuple[str, ...], origins: Origins, inherited: Inherited
) -> None:
    """Every set of voters, and everybody that the unknown people can be in truth, counted by hand."""
    demand = Demand(votes=count, circle=Circle(members=True), one_from_each=groups, four_eyes=frozenset(Role))
    behind = behind_in_truth(question(grants=(), origins=origins, inherited=inherited))
    for size in range(len(MEMBERS) + 1):
        for voters in combinations(MEMBERS, size):
            votes = tuple(map(vote, voters))
            asked = question(Rule(name="eyes", demand=demand), grants=(), votes=votes, origins=origins, inherited=inherited)
            left = {frozenset(person.id for person in voters) - people for people in behind}
            assert decide(asked).granted is all(are_enough(others, demand) for others in left), (size, voters)


@given(st.one_of(QUESTIONS, SEEN_WITH_FOUR_EYES), st.sampled_from([Role.AUTHOR, Role.REQUESTER]), PERSONS)
def test_one_more_person_behind_a_run_never_makes_approval_easier(asked: Question, role: Role, person: Origin) -> None:
    more = replace(asked, inherited=(*asked.inherited, (role, person)))
    assert decide(asked).granted or not decide(more).granted


@given(st.one_of(QUESTIONS, SEEN_WITH_FOUR_EYES))
def test_knowing_fewer_people_never_makes_approval_easier(asked: Question) -> None:
    assert decide(asked).granted or not decide(replace(asked, identities=Identities())).granted


@given(QUESTIONS)
def test_a_window_a_freeze_or_a_denial_never_makes_approval_easier(asked: Question) -> None:
    before = decide(asked)
    closed = Rule(name="z", demand=Demand(windows=(Window(name="never", days=frozenset()),)))
    for harder in (
        with_rules(asked, *asked.policy.rules, closed),
        with_rules(asked, *asked.policy.rules, Rule(name="z", deny="No.")),
        replace(asked, freezes=(Freeze(scope="all"),)),
    ):
        assert not decide(harder).granted
    assert before.nobody is False


@given(QUESTIONS, st.randoms(use_true_random=False))
def test_the_order_of_rules_and_of_votes_does_not_matter(asked: Question, chance: random.Random) -> None:
    rules, votes = list(asked.policy.rules), list(asked.votes)
    chance.shuffle(rules)
    chance.shuffle(votes)
    assert decide(replace(with_rules(asked, *rules), votes=tuple(votes))) == decide(asked)


@given(QUESTIONS)
def test_voting_again_in_the_same_words_changes_nothing(asked: Question) -> None:
    again = tuple(replace(one, at=one.at) for one in asked.votes)
    assert decide(replace(asked, votes=(*asked.votes, *again))).outcome is decide(asked).outcome


@given(QUESTIONS)
def test_a_plan_that_cannot_be_read_is_never_easier(asked: Question) -> None:
    assert decide(asked).granted or not decide(replace(asked, plan=UNREAD)).granted


@given(QUESTIONS)
def test_only_full_members_whose_votes_stand_count(asked: Question) -> None:
    verdict = decide(asked)
    standing = {one.person for one in asked.votes if one.digest == asked.digest and EVERYBODY[one.person].standing == "member"}
    assert set(verdict.counting) <= standing
    assert len(set(verdict.counting)) == len(verdict.counting)


@given(QUESTIONS)
def test_every_vote_either_counts_or_is_told_why_not(asked: Question) -> None:
    verdict = decide(asked)
    assert {one.person for one in asked.votes} == {*verdict.counting, *(one.person for one in verdict.fallen)}


@given(QUESTIONS, st.sampled_from([ANA, KIM, EVERYBODY["U0RAJ"]]))
def test_the_vote_of_a_candidate_is_of_use(asked: Question, person: Any) -> None:
    if person.id in candidates(asked):
        more = vote(person, minutes=10, reason="because", typed_name=PROD.name)
        after = decide(replace(asked, votes=(*asked.votes, more)))
        assert person.id in after.counting


@given(QUESTIONS)
def test_a_run_of_another_workspace_is_not_touched_by_the_rules_of_this_one(asked: Question) -> None:
    elsewhere = replace(asked, workspace=replace(PROD, name="elsewhere", organization="other"), run=waiting_run(id="run-2"))
    named = {rule.name for rule in asked.policy.rules if not rule.match.workspaces and not rule.match.organizations}
    assert set(decide(elsewhere).rules) <= named
