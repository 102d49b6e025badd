"""Verdicts: the table of what is granted, what is missing, who may help, and which votes fall."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from decimal import Decimal
from itertools import combinations_with_replacement
from typing import Any

import pytest

from bot.core.chains import Chain
from bot.core.contents import UNREAD
from bot.core.freezes import Freeze
from bot.core.identities import CREATION, Identities, InvolvedBy, KnownPerson, Origin, Role
from bot.core.judging import candidates, decide, is_apply
from bot.core.people import NOBODY, Standing
from bot.core.policy import Policy, Right
from bot.core.rules import Match, Risk, Rule, UnknownAuthor
from bot.core.runs import Action, Run
from bot.core.verdicts import Fallen, Lack, Outcome, headline
from bot.core.votes import Vote, Why
from bot.core.windows import Window
from tests.core.cases import EVERYBODY, GUS, RAJ, SEC, SMALL, circle, question, rule, vote
from tests.core.making import ANA, KIM, NOON, PROD, grant, make_run

TWO = rule("two", votes=2)
SECURITY = rule("security", circle=circle(groups=("S0SECURITY",)))
WITH_SECURITY = rule("with", votes=2, circle=circle(groups=("S0PLATFORM", "S0SECURITY")), one_from_each=("S0SECURITY",))
BOTH_GROUPS = rule("both", one_from_each=("S0PLATFORM", "S0SECURITY"))


@pytest.mark.parametrize(
    "rules, votes, outcome",
    [
        ((), (), Outcome.MISSING),
        ((), (vote(ANA),), Outcome.GRANTED),
        ((), (vote(RAJ),), Outcome.MISSING),
        ((TWO,), (vote(ANA),), Outcome.MISSING),
        ((TWO,), (vote(ANA), vote(ANA, minutes=1)), Outcome.MISSING),
        ((TWO,), (vote(ANA), vote(RAJ)), Outcome.MISSING),
        ((TWO,), (vote(ANA), vote(KIM)), Outcome.GRANTED),
        ((SECURITY,), (vote(SEC),), Outcome.MISSING),
        ((SECURITY,), (vote(ANA),), Outcome.MISSING),
        ((SECURITY,), (vote(ANA), vote(SEC)), Outcome.GRANTED),
        ((rule("two with security", votes=2, one_from_each=("S0SECURITY",)),), (vote(ANA), vote(KIM)), Outcome.MISSING),
        ((rule("two with security", votes=2, one_from_each=("S0SECURITY",)),), (vote(ANA), vote(SEC)), Outcome.MISSING),
        ((rule("two with security", votes=2, one_from_each=("S0SECURITY",)),), (vote(ANA), vote(KIM), vote(SEC)), Outcome.GRANTED),
        ((WITH_SECURITY,), (vote(ANA), vote(KIM)), Outcome.MISSING),
        ((WITH_SECURITY,), (vote(ANA), vote(SEC)), Outcome.GRANTED),
        ((WITH_SECURITY,), (vote(SEC), vote(RAJ)), Outcome.MISSING),
        ((BOTH_GROUPS,), (vote(ANA),), Outcome.MISSING),
        ((BOTH_GROUPS,), (vote(ANA), vote(KIM)), Outcome.MISSING),
        ((BOTH_GROUPS,), (vote(RAJ), vote(ANA)), Outcome.GRANTED),
        ((BOTH_GROUPS,), (vote(ANA), vote(SEC)), Outcome.GRANTED),
        ((rule("members", votes=3, circle=circle(members=True)),), (vote(ANA), vote(SEC), vote(RAJ)), Outcome.GRANTED),
        ((rule("no", deny="Never."),), (vote(ANA), vote(KIM)), Outcome.DENIED),
        ((rule("web", outside=True),), (vote(ANA),), Outcome.OUTSIDE),
        ((rule("web", outside=True), rule("no", deny="Never.")), (vote(ANA),), Outcome.DENIED),
        ((rule("critical", risk=Risk.CRITICAL),), (vote(ANA),), Outcome.OUTSIDE),
        ((rule("critical", risk=Risk.CRITICAL, one_from_each=("S0SECURITY",)),), (vote(ANA),), Outcome.OUTSIDE),
        ((rule("critical", risk=Risk.CRITICAL, circle=circle(ANA)),), (vote(ANA),), Outcome.MISSING),
        ((rule("empty", one_from_each=("S0EMPTY",)),), (vote(ANA), vote(KIM)), Outcome.MISSING),
    ],
)
def test_all_demands_are_to_be_met_together(rules: tuple[Rule, ...], votes: tuple[Vote, ...], outcome: Outcome) -> None:
    assert decide(question(*rules, votes=votes)).outcome is outcome


def test_neither_a_right_nor_a_rule_means_nobody() -> None:
    verdict = decide(question(grants=(), votes=(vote(ANA),)))
    assert (verdict.outcome, verdict.nobody, verdict.voters) == (Outcome.DENIED, True, NOBODY)
    assert decide(question(TWO, grants=(), votes=(vote(ANA), vote(KIM)))).nobody, "a rule that names nobody asks those with the right"
    assert decide(question(rule("late", after_stage=True), grants=())).nobody, "a rule without votes lets nobody do anything"


def test_a_rule_that_names_people_is_enough_without_a_right() -> None:
    assert decide(question(SECURITY, grants=(), votes=(vote(SEC),))).granted


def test_a_rule_that_asks_whoever_has_the_right_is_never_met_where_nobody_has_it() -> None:
    heard = rule("heard", votes=1, one_from_each=("S0SECURITY",))
    verdict = decide(question(heard, grants=(), votes=(vote(SEC), vote(RAJ))))
    (missing,) = verdict.missing
    assert (verdict.outcome, missing.have, missing.need, missing.groups) == (Outcome.MISSING, 0, 1, ())


def test_one_vote_counts_for_several_rules_and_for_one_group_within_a_rule() -> None:
    alone, other = rule("alone", one_from_each=("S0PLATFORM",)), rule("other", one_from_each=("S0SECURITY",))
    assert decide(question(alone, other, grants=(), votes=(vote(RAJ),))).granted
    assert not decide(question(BOTH_GROUPS, grants=(), votes=(vote(RAJ),))).granted
    assert decide(question(BOTH_GROUPS, grants=(), votes=(vote(RAJ), vote(ANA, minutes=1)))).granted


def test_the_right_is_one_vote_of_anybody_who_has_it_by_any_table() -> None:
    verdict = decide(
        question(grants=(grant(Right.DECIDE, people=[ANA.id]), grant(Right.DECIDE, groups=["S0SECURITY"])), votes=(vote(SEC),))
    )
    assert verdict.granted
    assert decide(question(grants=(grant(Right.DECIDE, workspaces=["*-dev"], members=True),), votes=(vote(ANA),))).nobody


def test_what_is_missing_counts_votes_and_names_who_is_yet_to_be_heard() -> None:
    verdict = decide(question(rule("two", votes=2, one_from_each=("S0SECURITY",)), votes=(vote(ANA),)))
    (missing,) = verdict.missing
    assert (missing.rule, missing.have, missing.need, missing.groups) == ("two", 1, 2, ("S0SECURITY",))
    assert verdict.voters == circle(ANA, KIM, groups=("S0SECURITY",))
    assert verdict.rules == ("two",)
    assert verdict.counting == (ANA.id,)


def test_stopping_a_run_needs_the_right_alone() -> None:
    freeze = Freeze(scope="everything", reason="sale")
    for action in (Action.DISCARD, Action.CANCEL, Action.FORCE_CANCEL):
        asked = question(TWO, rule("no", deny="Never."), votes=(vote(ANA),), action=action, freezes=(freeze,), run=AT_APPLY)
        assert decide(asked).granted
        assert not decide(replace(asked, votes=(vote(RAJ),))).granted


# Overrides

PRE_PLAN, CHECKED = make_run("pre_plan_awaiting_decision"), make_run("policy_override", has_changes=True)
AT_APPLY = make_run("pre_apply_awaiting_decision", has_changes=True)
FROZEN = Freeze(scope="everything", reason="sale")
BOUND = rule("bound", windows=(Window(since=(NOON + timedelta(days=9)).date(), until=(NOON + timedelta(days=10)).date(), zone="UTC"),))


def test_an_override_takes_what_an_apply_takes_and_a_reason() -> None:
    asked = question(TWO, run=CHECKED, action=Action.OVERRIDE, votes=(vote(ANA, reason="x"),))
    verdict = decide(asked)
    assert (verdict.outcome, verdict.wants_reason, headline(verdict)) == (Outcome.MISSING, True, "It cannot be overridden yet.")
    assert decide(replace(asked, votes=(vote(ANA, reason="x"), vote(KIM, reason="y")))).granted
    silent = decide(replace(asked, votes=(vote(ANA), vote(KIM, reason=" "))))
    assert {one.why for one in silent.fallen} == {Why.NO_REASON}
    assert decide(question(rule("no", deny="Never."), run=CHECKED, action=Action.OVERRIDE, votes=(vote(ANA, reason="x"),))).outcome is (
        Outcome.DENIED
    )


@pytest.mark.parametrize("run, holds", [(CHECKED, False), (replace(CHECKED, auto_apply=True), True), (AT_APPLY, True)])
def test_what_binds_the_apply_binds_an_override_only_where_it_is_one(run: Run, holds: bool) -> None:  # noqa: FBT001 - a table
    asked = question(BOUND, run=run, action=Action.OVERRIDE, votes=(vote(ANA, reason="x"),), freezes=(FROZEN,))
    assert decide(asked).granted != holds
    assert is_apply(asked) == holds
    assert {one.lack for one in decide(asked).missing} == ({Lack.WINDOW, Lack.FREEZE} if holds else set())


def test_before_the_plan_rules_about_it_wait_unless_nobody_will_be_asked() -> None:
    never = rule("never", match=Match(types=("aws_db_*",)), deny="By hand.")
    asked = question(never, run=PRE_PLAN, action=Action.OVERRIDE, votes=(vote(ANA, reason="x"),), plan=UNREAD)
    assert decide(asked).granted
    assert not decide(asked).plan_unread
    by_itself = decide(replace(asked, run=replace(PRE_PLAN, auto_apply=True)))
    assert (by_itself.outcome, by_itself.plan_unread) == (Outcome.DENIED, True)
    assert decide(replace(asked, run=CHECKED)).outcome is Outcome.DENIED
    dear = rule("dear", match=Match(cost_above=Decimal(0)), deny="By hand.")
    assert decide(replace(asked, policy=replace(asked.policy, rules=(dear,)))).granted


def test_a_verdict_says_about_which_plan_which_action_and_by_which_file() -> None:
    for action in Action:
        policy = Policy(grants=(grant(Right.DECIDE, members=True),), source="runbell.toml")
        verdict = decide(question(policy=policy, run=CHECKED, action=action, digest="sha256:this"))
        assert (verdict.digest, verdict.action, verdict.source) == ("sha256:this", action, "runbell.toml")


# Votes


@pytest.mark.parametrize(
    "bad, why",
    [
        (vote(ANA, digest="another"), Why.PLAN_CHANGED),
        (vote(ANA, digest=""), Why.PLAN_CHANGED),
        (vote(ANA, rules="another"), Why.RULES_CHANGED),
        (vote(GUS), Why.NO_MEMBER),
        (vote(replace(ANA, id="U0WHO")), Why.UNKNOWN_PERSON),
        (vote(RAJ), Why.NOT_ASKED),
    ],
)
def test_a_vote_that_cannot_count_is_told_with_the_reason(bad: Vote, why: Why) -> None:
    verdict = decide(question(votes=(bad,)))
    assert not verdict.granted
    assert verdict.fallen == verdict.objections_to(bad.person) == (Fallen(person=bad.person, why=why),)
    assert verdict.counting == ()


@pytest.mark.parametrize("standing", sorted(set(Standing) - {Standing.MEMBER}))
def test_the_votes_of_whoever_is_no_full_member_never_count(standing: Standing) -> None:
    people = EVERYBODY | {ANA.id: replace(ANA, standing=standing)}
    open_to_all = rule("all", circle=circle(ANA, groups=("S0PLATFORM",), members=True))
    assert not decide(question(open_to_all, votes=(vote(ANA),), people=people)).granted


def test_whoever_has_left_a_group_counts_no_more() -> None:
    asked = question(SECURITY, votes=(vote(ANA), vote(SEC)))
    assert decide(asked).granted
    left = decide(replace(asked, membership={"S0SECURITY": frozenset({RAJ.id})}))
    assert (left.outcome, left.objections_to(SEC.id)) == (Outcome.MISSING, (Fallen(person=SEC.id, why=Why.NOT_ASKED),))


def test_a_group_that_could_not_be_read_is_named_where_it_matters() -> None:
    assert decide(question(SECURITY, votes=(vote(ANA), vote(SEC)), membership={})).unread_groups == ("S0SECURITY",)
    assert decide(question(SECURITY, votes=(vote(ANA), vote(SEC)))).unread_groups == ()
    one_is_read = {"S0PLATFORM": frozenset({RAJ.id})}
    assert decide(question(rule("both", one_from_each=("S0PLATFORM", "S0SECURITY")), membership=one_is_read)).unread_groups == (
        "S0SECURITY",
    )


def test_one_human_with_two_accounts_has_one_vote() -> None:
    humans = Identities((KnownPerson(slack=(ANA.id, KIM.id)),))
    verdict = decide(question(TWO, votes=(vote(KIM, minutes=1), vote(ANA)), identities=humans))
    assert not verdict.granted
    assert verdict.fallen == (Fallen(person=ANA.id, why=Why.COUNTED_ONCE),)
    assert verdict.counting == (KIM.id,)


def test_the_newest_vote_of_a_person_counts_and_one_that_fell_does_not_stand_in_its_way() -> None:
    reasons = rule("why", reason=True)
    assert decide(question(reasons, votes=(vote(ANA), vote(ANA, minutes=1, reason="looks good")))).granted
    assert decide(question(reasons, votes=(vote(ANA, reason="looks good"), vote(ANA, minutes=1, digest="another")))).granted


@pytest.mark.parametrize(
    "demand, given, granted",
    [
        ({"reason": True}, {}, False),
        ({"reason": True}, {"reason": " "}, False),
        ({"reason": True}, {"reason": "x"}, True),
        ({"typed_name": True}, {}, False),
        ({"typed_name": True}, {"typed_name": "storefront-dev"}, False),
        ({"typed_name": True}, {"typed_name": " storefront-prod "}, True),
        ({"risk": Risk.LOW, "votes": 1}, {}, True),
        ({"risk": Risk.MEDIUM}, {}, False),
        ({"risk": Risk.MEDIUM}, {"reason": "x"}, True),
        ({"risk": Risk.HIGH}, {"reason": "x"}, False),
        ({"risk": Risk.HIGH}, {"typed_name": "storefront-prod"}, False),
        ({"risk": Risk.HIGH}, {"reason": "x", "typed_name": "storefront-prod"}, True),
        ({"risk": Risk.HIGH}, {"reason": "x", "typed_name": "Storefront-Prod"}, False),
        ({"risk": Risk.CRITICAL, "circle": circle(ANA)}, {"reason": "x", "typed_name": "storefront-prod"}, True),
        ({"risk": Risk.CRITICAL, "circle": circle(KIM)}, {"reason": "x", "typed_name": "storefront-prod"}, False),
    ],
)
def test_risk_asks_for_a_reason_then_the_name_then_the_rules_own_people(
    demand: dict[str, Any],
    given: dict[str, Any],
    granted: bool,  # noqa: FBT001 - a table
) -> None:
    assert decide(question(rule(**demand), votes=(vote(ANA, **given),))).granted is granted


def test_what_is_asked_of_the_next_voter_is_told() -> None:
    verdict = decide(question(rule("a", risk=Risk.MEDIUM), rule("b", typed_name=True)))
    assert (verdict.risk, verdict.wants_reason, verdict.wants_typed_name) == (Risk.MEDIUM, True, True)
    assert (decide(question()).risk, decide(question()).wants_reason, decide(question()).wants_typed_name) == (Risk.LOW, False, False)


@pytest.mark.parametrize("one, other", list(combinations_with_replacement(Risk, 2)))
def test_of_several_rules_the_highest_risk_counts(one: Risk, other: Risk) -> None:
    """`Risk` is in rising order."""
    for risks in ((one, other), (other, one)):
        rules = (rule(f"rule {line}", risk=risk, circle=circle(ANA), line=line) for line, risk in enumerate(risks))
        assert decide(question(*rules)).risk is other


def test_whoever_is_wanted_by_any_rule_is_told() -> None:
    assert decide(question(SECURITY, rule("raj", circle=circle(RAJ)))).voters == circle(ANA, KIM, RAJ, groups=("S0SECURITY",))


def test_a_vote_without_what_one_rule_asks_still_counts_for_the_others() -> None:
    verdict = decide(question(rule("why", reason=True), votes=(vote(ANA),)))
    assert verdict.counting == (ANA.id,)
    assert verdict.objections_to(ANA.id) == (Fallen(person=ANA.id, why=Why.NO_REASON, rule="why"),)
    nameless = decide(question(rule("name", typed_name=True), votes=(vote(ANA),)))
    assert nameless.objections_to(ANA.id) == (Fallen(person=ANA.id, why=Why.WRONG_NAME, rule="name"),)


# Four eyes

ORIGINS = {Role.CREATOR: Origin(terraform="ana"), Role.AUTHOR: Origin(vcs="who-knows"), Role.REQUESTER: Origin(slack=KIM.id)}


@pytest.mark.parametrize(
    "roles, voter, why",
    [
        ({Role.CREATOR}, ANA, Why.SAME_PERSON),
        ({Role.CREATOR}, KIM, None),
        ({Role.REQUESTER}, KIM, Why.SAME_PERSON),
        ({Role.REQUESTER}, ANA, None),
        ({Role.AUTHOR}, ANA, Why.POSSIBLY_SAME),
        ({Role.AUTHOR}, RAJ, Why.POSSIBLY_SAME),
        ({Role.CREATOR, Role.AUTHOR}, RAJ, Why.POSSIBLY_SAME),
        ({Role.AUTHOR, Role.CREATOR, Role.REQUESTER}, KIM, Why.SAME_PERSON),
    ],
)
def test_four_eyes_want_somebody_who_is_surely_another(roles: set[Role], voter: Any, why: Why | None) -> None:
    eyes = rule("eyes", four_eyes=frozenset(roles), circle=circle(members=True), unknown_author=UnknownAuthor.REFUSE)
    verdict = decide(question(eyes, grants=(), votes=(vote(voter),), origins=ORIGINS))
    assert verdict.granted is (why is None)
    assert [one.why for one in verdict.fallen] == ([] if why is None else [why])


UNKNOWN = Origin(vcs="who-knows")
UPLOADER = (Role.AUTHOR, Origin(slack=RAJ.id, by=InvolvedBy.UPLOAD))
SOMEBODY = (Role.AUTHOR, Origin(by=InvolvedBy.UPLOAD))
OURS = Origin(event=CREATION)


@pytest.mark.parametrize(
    "origins, inherited, needed",
    [
        ({}, (), 1),
        ({Role.AUTHOR: UNKNOWN}, (), 2),
        ({Role.AUTHOR: Origin(vcs="kim-gh")}, (), 1),
        ({Role.CREATOR: Origin(terraform="ghost"), Role.AUTHOR: UNKNOWN}, (), 3),
        ({Role.CREATOR: OURS, Role.REQUESTER: OURS}, (), 2),
        ({Role.CREATOR: OURS, Role.REQUESTER: OURS}, (SOMEBODY,), 3),
        ({Role.CREATOR: OURS, Role.REQUESTER: OURS}, ((Role.AUTHOR, Origin(terraform="x", event=CREATION)),), 2),
        ({}, (SOMEBODY, SOMEBODY), 3),
        ({Role.CREATOR: Origin(slack="U0ELSE")}, (SOMEBODY, (Role.REQUESTER, Origin(slack="U0ELSE"))), 2),
    ],
)
def test_each_unknown_person_behind_a_run_takes_one_vote_more(origins: Any, inherited: Any, needed: int) -> None:
    """Who is surely one person with another, by what they did, adds one; whoever is known adds none."""
    eyes = rule("eyes", four_eyes=frozenset(Role), circle=circle(members=True))
    voters = [ANA, KIM, SEC, RAJ][:needed]
    for count in range(1, needed + 1):
        votes = tuple(vote(one) for one in voters[:count])
        verdict = decide(question(eyes, grants=(), votes=votes, origins=origins, inherited=inherited))
        assert verdict.granted is (count == needed)
        assert verdict.fallen == ()
        if not verdict.granted:
            (missing,) = verdict.missing
            assert (missing.have, missing.need, len(missing.unidentified)) == (count, needed, needed - 1)


def test_whoever_is_surely_behind_the_run_never_counts_however_many_are_unknown() -> None:
    eyes = rule("eyes", four_eyes=frozenset(Role), circle=circle(members=True))
    verdict = decide(question(eyes, grants=(), votes=(vote(ANA), vote(RAJ)), origins={Role.CREATOR: UNKNOWN}, inherited=(UPLOADER,)))
    assert not verdict.granted
    assert verdict.fallen == (
        Fallen(person=RAJ.id, why=Why.SAME_PERSON, rule="eyes", role=Role.AUTHOR, by=InvolvedBy.UPLOAD, known_as=RAJ.id),
    )


def test_two_accounts_of_one_human_are_not_one_vote_more() -> None:
    other = replace(ANA, id="U0ANA2")
    known = Identities((KnownPerson(slack=(ANA.id, other.id)),))
    eyes = rule("eyes", four_eyes=frozenset(Role), circle=circle(members=True))
    people = {**EVERYBODY, other.id: other}
    votes = (vote(ANA), vote(other))
    asked = question(eyes, grants=(), votes=votes, origins={Role.AUTHOR: UNKNOWN}, identities=known, people=people)
    assert not decide(asked).granted
    assert decide(replace(asked, votes=(*votes, vote(KIM)))).granted


@pytest.mark.parametrize(
    "voters, granted, unheard",
    [
        ((ANA, SEC), False, ("S0SECURITY",)),
        ((ANA, KIM, SEC), False, ("S0SECURITY",)),
        ((ANA, SEC, RAJ), True, ()),
    ],
)
def test_a_group_is_heard_by_so_many_that_one_of_them_may_be_the_author(voters: Any, granted: bool, unheard: Any) -> None:  # noqa: FBT001
    eyes = rule("eyes", votes=2, four_eyes=frozenset({Role.AUTHOR}), circle=circle(members=True), one_from_each=("S0SECURITY",))
    verdict = decide(question(eyes, votes=tuple(map(vote, voters)), origins={Role.AUTHOR: UNKNOWN}))
    assert verdict.granted is granted
    assert [one.groups for one in verdict.missing] == ([] if granted else [unheard])


@pytest.mark.parametrize("alone, heard", [("S0A", "S0B"), ("S0B", "S0A")])
def test_a_group_that_only_somebody_speaks_for_who_may_be_the_author_is_not_heard(alone: str, heard: str) -> None:
    """The other one has two who speak for it, and there are votes enough."""
    membership = {alone: frozenset({ANA.id, KIM.id}), heard: frozenset({SEC.id, RAJ.id})}
    eyes = rule("eyes", votes=1, four_eyes=frozenset({Role.AUTHOR}), circle=circle(members=True), one_from_each=("S0A", "S0B"))
    votes = (vote(ANA), vote(SEC), vote(RAJ))
    asked = question(eyes, grants=(), votes=votes, membership=membership, origins={Role.AUTHOR: UNKNOWN})
    assert [one.groups for one in decide(asked).missing] == [(alone,)]
    assert decide(replace(asked, votes=(*votes, vote(KIM)))).granted


def test_whoever_may_be_the_author_is_a_candidate_where_one_vote_more_makes_up_for_it() -> None:
    for mode, found in ((UnknownAuthor.ONE_MORE_VOTE, {ANA.id, KIM.id}), (UnknownAuthor.REFUSE, set())):
        eyes = rule("eyes", four_eyes=frozenset({Role.AUTHOR}), unknown_author=mode)
        assert candidates(question(eyes, origins={Role.AUTHOR: UNKNOWN})) - (set() if found else {ANA.id, KIM.id}) == found


def test_where_an_unknown_author_is_refused_no_number_of_votes_is_asked_for_instead() -> None:
    for roles, behind in ((frozenset({Role.AUTHOR}), UNKNOWN), (frozenset(Role), Origin())):
        eyes = rule("eyes", votes=1, four_eyes=roles, circle=circle(members=True), unknown_author=UnknownAuthor.REFUSE)
        (missing,) = decide(question(eyes, grants=(), origins={Role.AUTHOR: behind})).missing
        assert (missing.have, missing.need, missing.unidentified) == (0, 1, ())


def test_once_there_are_votes_enough_only_the_group_is_asked_for() -> None:
    both = rule("two", votes=2, one_from_each=("S0SECURITY",))
    verdict = decide(question(both, votes=(vote(ANA), vote(KIM))))
    assert verdict.voters == circle(groups=("S0SECURITY",))
    assert candidates(question(both, votes=(vote(ANA), vote(KIM)))) == {SEC.id, RAJ.id}


def test_a_rule_that_only_wants_a_group_heard_objects_to_nobody_else() -> None:
    """An override wants a reason of whoever is asked, and those with the right are not asked by this rule."""
    heard = rule("heard", one_from_each=("S0SECURITY",))
    verdict = decide(question(heard, run=CHECKED, action=Action.OVERRIDE, votes=(vote(ANA), vote(SEC, minutes=1))))
    assert {(one.person, one.rule) for one in verdict.fallen} == {(ANA.id, ""), (SEC.id, "heard")}


def test_a_role_that_nobody_had_bars_nobody() -> None:
    eyes = rule("eyes", four_eyes=frozenset(Role))
    assert decide(question(eyes, votes=(vote(ANA),), origins={})).granted


def test_the_refusal_names_the_rule_the_role_and_the_unknown_name() -> None:
    eyes = rule("eyes", four_eyes=frozenset({Role.AUTHOR}), circle=circle(RAJ), unknown_author=UnknownAuthor.REFUSE)
    verdict = decide(question(eyes, votes=(vote(RAJ),), origins=ORIGINS))
    (fallen,) = verdict.fallen
    assert (fallen.rule, fallen.role, fallen.known_as) == ("eyes", Role.AUTHOR, "who-knows")


# What votes cannot bring

OFFICE = Window(name="office", start=time(9), end=time(17))
CHAIN = Chain(name="storefront", stages=("storefront-dev", "storefront-prod"))


def test_a_window_is_judged_at_the_moment() -> None:
    asked = question(rule("office", windows=(OFFICE,)), votes=(vote(ANA),))
    assert decide(asked).granted
    late = decide(replace(asked, now=NOON + timedelta(hours=6)))
    assert late.outcome is Outcome.MISSING
    assert [(one.lack, one.rule, one.opens_at) for one in late.missing] == [(Lack.WINDOW, "office", NOON + timedelta(hours=21))]


@pytest.mark.parametrize("places", [(1, 2), (2, 1)])
def test_what_one_rule_wants_of_the_moment_holds_whatever_the_next_rule_wants(places: tuple[int, int]) -> None:
    never = Window(name="never", days=frozenset())
    closed, other = rule("closed", line=places[0], windows=(never,)), rule("other", line=places[1], windows=(OFFICE,))
    verdict = decide(question(closed, other, votes=(vote(ANA),)))
    assert [(one.lack, one.rule) for one in verdict.missing] == [(Lack.WINDOW, "closed")]
    late = rule("late", line=places[0], after_stage=True)
    assert [one.rule for one in decide(question(late, other, votes=(vote(ANA),))).missing] == ["late"]


def test_one_open_window_of_several_is_enough() -> None:
    night = replace(OFFICE, start=time(22), end=time(6))
    assert decide(question(rule("any", windows=(night, OFFICE)), votes=(vote(ANA),))).granted


def test_the_stage_before_has_to_have_applied_the_same() -> None:
    asked = question(rule("after", after_stage=True), votes=(vote(ANA),), chains=(CHAIN,))
    (missing,) = decide(asked).missing
    assert (missing.lack, missing.rule, missing.stage) == (Lack.STAGE, "after", "acme/storefront-dev")
    assert decide(replace(asked, applied_in=frozenset({"acme/storefront-dev"}))).granted
    both = question(rule("after", after_stage=True), chains=(CHAIN, Chain(name="other", stages=("acme/billing", "acme/storefront-prod"))))
    assert {one.stage for one in decide(both).missing if one.stage} == {"acme/storefront-dev", "acme/billing"}


def test_a_workspace_in_no_chain_cannot_come_after_a_stage() -> None:
    (missing,) = decide(question(rule("after", after_stage=True), votes=(vote(ANA),))).missing
    assert (missing.lack, missing.rule, missing.stage) == (Lack.STAGE, "after", "")
    first = Chain(name="first", stages=("storefront-prod", "storefront-later"))
    assert decide(question(rule("after", after_stage=True), votes=(vote(ANA),), chains=(first,))).granted


def test_a_freeze_holds_up_what_has_all_votes() -> None:
    freezes = (Freeze(scope="*-prod", reason="sale"), Freeze(scope="acme/*"))
    verdict = decide(question(votes=(vote(ANA),), freezes=freezes))
    assert verdict.outcome is Outcome.MISSING
    assert [one.freeze for one in verdict.missing] == list(freezes)


def test_a_plan_that_is_not_known_is_told_where_a_rule_about_plans_applies() -> None:
    about_plans = rule("plans", match=Match(destroys=True))
    assert decide(question(about_plans, plan=UNREAD)).plan_unread
    assert decide(question(rule("dear", match=Match(cost_above=None, failed_policy=True)), plan=UNREAD)).plan_unread
    assert decide(question(rule("dear", match=Match(cost_above=Decimal(5))), plan=replace(SMALL, cost_rise=None))).plan_unread
    assert not decide(question(rule("place", match=Match(workspaces=("*",))), plan=UNREAD)).plan_unread
    assert not decide(question(about_plans)).plan_unread


# Who could help


def test_candidates_are_those_whose_vote_would_bring_it_closer() -> None:
    asked = question(TWO, SECURITY, votes=(vote(ANA),))
    assert candidates(asked) == {KIM.id, RAJ.id, SEC.id}
    assert candidates(replace(asked, votes=(vote(ANA), vote(KIM)))) == {RAJ.id, SEC.id}
    assert candidates(replace(asked, votes=(vote(ANA), vote(KIM), vote(SEC)))) == frozenset()
    assert candidates(replace(asked, membership={})) == {KIM.id}, "of a group that could not be read nobody is known"


def test_another_account_of_somebody_who_has_voted_is_no_candidate() -> None:
    humans = Identities((KnownPerson(slack=(ANA.id, KIM.id)),))
    assert candidates(question(TWO, votes=(vote(ANA),), identities=humans)) == frozenset()


def test_there_are_no_candidates_where_no_vote_helps() -> None:
    for hopeless in (rule("never", deny="No."), rule("outside", outside=True), rule("critical", risk=Risk.CRITICAL)):
        assert candidates(question(TWO, hopeless)) == frozenset()
        assert decide(question(TWO, hopeless)).voters == NOBODY


def test_whoever_a_run_came_from_is_no_candidate_for_four_eyes() -> None:
    eyes = rule("eyes", four_eyes=frozenset({Role.REQUESTER}))
    assert candidates(question(eyes, votes=(vote(KIM),), origins=ORIGINS)) == {ANA.id}


def test_the_same_workspace_elsewhere_is_another() -> None:
    only_acme = rule("acme", match=Match(organizations=frozenset({"acme"})), votes=2)
    assert decide(question(only_acme)).rules == ("acme",)
    assert decide(question(only_acme, workspace=replace(PROD, organization="umbrella"))).rules == ()
