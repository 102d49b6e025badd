"""What a card keeps of a verdict: all of it that is shown or acted on, with names instead of ids."""

from __future__ import annotations

import pytest
from hypothesis import given

from bot.core.contents import UNREAD
from bot.core.findings import Finding
from bot.core.judging import decide
from bot.core.plan_summaries import NOT_SEEN, PlanSummary
from bot.core.questions import Question
from bot.core.rules import Match
from bot.core.tallies import Tally, named_in, tally_of
from bot.core.verdicts import Named, Outcome, falls, headline, lacks, plain_words
from tests.core.cases import RAJ, circle, question, rule, vote
from tests.core.making import ANA, KIM
from tests.core.test_judging_properties import QUESTIONS

SAME = ("outcome", "rules", "risk", "wants_reason", "wants_typed_name", "plan_unread", "project_unread", "digest")
FOUND = (Finding(subject="no-public-buckets"),)


@given(QUESTIONS)
def test_whatever_was_judged_is_kept_as_it_is(asked: Question) -> None:
    verdict = decide(asked)
    tally = tally_of(verdict, {}, FOUND, PlanSummary(is_read=True))
    assert {name: getattr(tally, name) for name in SAME} == {name: getattr(verdict, name) for name in SAME}
    assert (tally.headline, tally.wanted, tally.findings, tally.plan) == (
        headline(verdict),
        verdict.voters,
        FOUND,
        PlanSummary(is_read=True),
    )
    assert tally.lacks == tuple(map(plain_words, lacks(verdict)))
    assert tally.falls == tuple(map(plain_words, falls(verdict.fallen)))


@given(QUESTIONS)
def test_whoever_is_named_in_it_goes_by_the_name_that_was_looked_up(asked: Question) -> None:
    verdict = decide(asked)
    names = {one: f"<{one.id.lower()}>" for one in named_in(verdict)}
    told, by_id = tally_of(verdict, names), tally_of(verdict, {})
    for said, plain in zip((*told.lacks, *told.falls), (*by_id.lacks, *by_id.falls), strict=True):
        assert "@U0" not in said
        assert "@S0" not in said
        assert said.replace("@<", "@").replace(">", "").lower() == plain.lower()


def test_what_nobody_could_read_of_a_plan_or_a_project_is_kept() -> None:
    unread = rule("plans", match=Match(destroys=True)), rule("projects", match=Match(projects=frozenset({"shop"})), line=2)
    for rules, found in ((unread[:1], (True, False)), (unread[1:], (False, True))):
        tally = tally_of(decide(question(*rules, plan=UNREAD)), {})
        assert (tally.plan_unread, tally.project_unread) == found


def test_only_who_is_named_is_looked_up() -> None:
    two = rule("two", votes=2, circle=circle(KIM, groups=("S0SECURITY",)))
    verdict = decide(question(two, votes=(vote(ANA), vote(RAJ, digest="another"))))
    assert named_in(verdict) == {Named(KIM.id), Named("S0SECURITY", is_group=True), Named(RAJ.id)}
    (wanted,) = tally_of(verdict, {Named(KIM.id): "kim"}).lacks
    assert ("@kim" in wanted, "@S0SECURITY" in wanted) == (True, True)


@pytest.mark.parametrize("outcome", Outcome)
def test_something_can_be_done_from_slack_until_it_is_denied_or_led_elsewhere(outcome: Outcome) -> None:
    assert Tally(outcome=outcome, headline="").may_be_voted is (outcome in {Outcome.GRANTED, Outcome.MISSING})


@pytest.mark.parametrize("reason", [True, False])
@pytest.mark.parametrize("name", [True, False])
def test_a_click_is_enough_where_nothing_has_to_be_written(*, reason: bool, name: bool) -> None:
    tally = Tally(outcome=Outcome.MISSING, headline="", wants_reason=reason, wants_typed_name=name)
    assert tally.wants_words is (reason or name)
    assert tally.plan is NOT_SEEN
