"""The words of a verdict: how it stands, what is missing, and why votes do not count."""

from __future__ import annotations

import pytest

from bot.core.chains import Chain
from bot.core.freezes import Freeze
from bot.core.identities import Role
from bot.core.judging import decide
from bot.core.people import NOBODY, Circle
from bot.core.verdicts import Fallen, Lack, Missing, Named, Outcome, Verdict, circle_words, falls, headline, lacking, lacks, plain_words
from bot.core.votes import Why
from tests.core.cases import circle, question, rule, vote
from tests.core.making import ANA, NOON


@pytest.mark.parametrize(
    "verdict, said",
    [
        (Verdict(outcome=Outcome.GRANTED), "Nothing is missing."),
        (Verdict(outcome=Outcome.MISSING), "It cannot be applied yet."),
        (Verdict(outcome=Outcome.DENIED), "A rule forbids it."),
        (Verdict(outcome=Outcome.DENIED, nobody=True), "Nobody may decide this: there is neither a right nor a rule for it."),
        (Verdict(outcome=Outcome.OUTSIDE), "This is decided on the server's own page, and not in Slack."),
    ],
)
def test_a_headline_says_how_it_stands(verdict: Verdict, said: str) -> None:
    assert headline(verdict) == said


def test_missing_votes_are_counted_and_name_who_may() -> None:
    two = rule("two", votes=2, circle=circle(groups=("S0SECURITY", "S0PLATFORM")), one_from_each=("S0SECURITY",))
    verdict = decide(question(two, votes=(vote(ANA),)))
    assert [plain_words(one) for one in lacks(verdict)] == [
        "Rule “two”: 1 of 2 votes; one from @S0SECURITY. Who may: @S0PLATFORM, @S0SECURITY."
    ]


@pytest.mark.parametrize(
    "missing, said",
    [
        (Missing(lack=Lack.VOTES, need=1, circle=circle(ANA)), "Right to decide: 0 of 1 vote. Who may: @U0ANA."),
        (
            Missing(lack=Lack.VOTES, rule="all", need=2, circle=Circle(members=True)),
            "Rule “all”: 0 of 2 votes. Who may: every full member.",
        ),
        (Missing(lack=Lack.VOTES, rule="r", need=1, circle=NOBODY), "Rule “r”: 0 of 1 vote. Who may: nobody."),
        (Missing(lack=Lack.WINDOW, rule="r"), "Rule “r”: its window of time does not open within a year."),
        (Missing(lack=Lack.WINDOW, rule="r", opens_at=NOON), "Rule “r”: its window of time opens at 2026-03-02 12:00 UTC."),
        (Missing(lack=Lack.STAGE, rule="r", stage="acme/dev"), "Rule “r”: acme/dev has to apply the same configuration first."),
        (Missing(lack=Lack.STAGE, rule="r"), "Rule “r”: it wants the stage before, and this workspace is in no chain of stages."),
        (Missing(lack=Lack.FREEZE), "Nothing is applied for now."),
        (Missing(lack=Lack.FREEZE, freeze=Freeze(scope="*-prod")), "*-prod is frozen."),
        (
            Missing(lack=Lack.FREEZE, freeze=Freeze(scope="*-prod", reason="sale", until=NOON, by="U0ANA")),
            "*-prod is frozen until 2026-03-02 12:00 UTC, by @U0ANA: sale",
        ),
    ],
)
def test_each_thing_that_is_missing_has_its_sentence(missing: Missing, said: str) -> None:
    assert plain_words(lacking(missing)) == said


def test_a_denial_is_told_in_the_words_of_the_rule() -> None:
    assert lacks(decide(question(rule("no", deny="Not on my watch."), votes=(vote(ANA),)))) == (("Not on my watch.",),)


def test_a_large_circle_is_cut_short() -> None:
    many = Circle(people=frozenset(f"U{number:03}" for number in range(20)))
    assert circle_words(many, 2) == (Named("U000"), ", ", Named("U001"), " and 18 more")


def test_groups_are_named_as_groups() -> None:
    assert circle_words(circle(ANA, groups=("S0SECURITY",))) == (Named("S0SECURITY", is_group=True), ", ", Named("U0ANA"))


@pytest.mark.parametrize("why", set(Why) - {Why.SAME_PERSON, Why.POSSIBLY_SAME})
def test_each_reason_why_a_vote_falls_has_its_sentence(why: Why) -> None:
    ((*start, words),) = falls((Fallen(person="U0ANA", why=why),))
    assert start == ["The vote of ", Named("U0ANA")]
    assert str(words).endswith(".")


@pytest.mark.parametrize(
    "fallen, said",
    [
        (Fallen(person="U0ANA", why=Why.NO_REASON, rule="r"), "does not count for rule “r”: it gives no reason."),
        (Fallen(person="U0ANA", why=Why.SAME_PERSON, rule="r", role=Role.CREATOR), "does not count for rule “r”: they created the run."),
        (
            Fallen(person="U0ANA", why=Why.POSSIBLY_SAME, rule="r", role=Role.AUTHOR, known_as="ghost"),
            (
                "does not count for rule “r”: they may be who made the commit (“ghost”). "
                "An operator can settle it: all names of a person belong into [people] of runbell.toml."
            ),
        ),
        (
            Fallen(person="U0ANA", why=Why.POSSIBLY_SAME, rule="r", role=Role.REQUESTER),
            (
                "does not count for rule “r”: they may be who asked for the run. "
                "An operator can settle it: all names of a person belong into [people] of runbell.toml."
            ),
        ),
    ],
)
def test_a_vote_that_counts_for_one_rule_less_says_which_and_what_to_do(fallen: Fallen, said: str) -> None:
    assert [plain_words(one) for one in falls((fallen,))] == [f"The vote of @U0ANA {said}"]


def test_a_stage_of_a_chain_may_name_its_organization() -> None:
    chain = Chain(name="c", stages=("umbrella/dev", "storefront-prod"))
    (missing,) = decide(question(rule("after", after_stage=True), votes=(vote(ANA),), chains=(chain,))).missing
    assert missing.stage == "umbrella/dev"
