"""The words of a verdict: how it stands, what is missing, and why votes do not count."""

from __future__ import annotations

import time as clock
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.chains import Chain
from bot.core.freezes import Freeze
from bot.core.identities import Identities, InvolvedBy, KnownPerson, Origin, Role
from bot.core.judging import decide
from bot.core.people import NOBODY, Circle, Person
from bot.core.verdicts import (
    FALLS,
    Fallen,
    Lack,
    Missing,
    Named,
    Outcome,
    Verdict,
    circle_words,
    falls,
    freeze_words,
    headline,
    lacking,
    lacks,
    plain_words,
)
from bot.core.votes import Why
from tests.core.cases import RAJ, SEC, circle, question, rule, vote
from tests.core.making import ANA, KIM, NOON


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
        "Rule “two”: 1 of 2 votes; one from @S0SECURITY. Who else may: @S0PLATFORM, @S0SECURITY."
    ]


def test_who_has_voted_already_is_not_named_among_those_who_may() -> None:
    two = rule("two", votes=2, circle=circle(ANA, KIM, RAJ))
    assert told(decide(question(two, votes=(vote(ANA),)))) == ["Rule “two”: 1 of 2 votes. Who else may: @U0KIM, @U0RAJ."]


def test_whoever_has_voted_under_another_account_is_not_named_either() -> None:
    other = Person(id="U0ANA2", name="ana, elsewhere")
    two = rule("two", votes=2, circle=circle(ANA, KIM, other))
    known = Identities((KnownPerson(slack=(ANA.id, other.id)),))
    verdict = decide(question(two, votes=(vote(ANA),), identities=known))
    assert told(verdict) == ["Rule “two”: 1 of 2 votes. Who else may: @U0KIM."]


def test_whoever_has_to_be_somebody_else_is_not_named_and_whoever_only_may_have_to_is() -> None:
    eyes = rule("eyes", votes=1, circle=circle(ANA, RAJ), four_eyes=frozenset({Role.REQUESTER}))
    sure = decide(question(eyes, votes=(vote(KIM),), origins={Role.REQUESTER: Origin(slack=ANA.id)}))
    assert told(sure)[0] == "Rule “eyes”: 0 of 1 vote. Who may: @U0RAJ."
    open_still = decide(question(eyes, votes=(vote(KIM),), origins={Role.REQUESTER: Origin(terraform="ghost")}))
    assert "@U0RAJ" in told(open_still)[0]


@pytest.mark.parametrize(
    "groups, voters, named",
    [
        (("S0SECURITY",), (SEC,), "@S0SECURITY"),
        (("S0SECURITY",), (SEC, RAJ), "nobody"),
        (("S0UNREAD",), (), "@S0UNREAD"),
        (("S0EMPTY",), (), "nobody"),
    ],
)
def test_a_group_is_named_while_one_of_it_can_vote_or_nobody_knows(groups: tuple[str, ...], voters: tuple[Person, ...], named: str) -> None:
    many = rule("many", votes=3, circle=circle(groups=groups))
    said = told(decide(question(many, votes=tuple(vote(one) for one in voters))))
    assert said[-1].endswith(f"may: {named}.")


def test_all_members_but_those_who_have_voted_are_asked() -> None:
    all_may = rule("all", votes=2, circle=Circle(members=True))
    assert told(decide(question(all_may, votes=(vote(ANA),)))) == ["Rule “all”: 1 of 2 votes. Who else may: every full member."]


def test_where_all_of_a_group_speak_for_others_those_are_named_who_can_take_their_place() -> None:
    """raj is all of one group and speaks for the other, of which sec can speak just as well."""
    heard = rule("heard", one_from_each=("S0ALL", "S0RAJ"))
    membership = {"S0ALL": frozenset({RAJ.id, SEC.id}), "S0RAJ": frozenset({RAJ.id})}
    verdict = decide(question(heard, votes=(vote(RAJ),), membership=membership, grants=()))
    assert told(verdict) == ["Rule “heard”: 1 of 2 votes; one from @S0RAJ. Who else may: @S0ALL."]


def test_a_group_for_which_one_more_vote_changes_nothing_is_not_named() -> None:
    """raj is all of one group and speaks for another; kim speaks for the third, of which more votes help nobody."""
    heard = rule("heard", one_from_each=("S0ALL", "S0KIM", "S0RAJ"))
    membership = {"S0ALL": frozenset({RAJ.id, SEC.id}), "S0RAJ": frozenset({RAJ.id}), "S0KIM": frozenset({KIM.id, ANA.id})}
    verdict = decide(question(heard, votes=(vote(RAJ), vote(KIM)), membership=membership, grants=()))
    (missing,) = verdict.missing
    assert (missing.groups, missing.may) == (("S0RAJ",), circle(groups=("S0ALL",)))


def test_whoever_can_take_a_place_is_named_where_one_of_the_voters_may_be_the_author() -> None:
    """All of one group have voted. raj can speak for the other, so that one of them is free, whichever of them the author is."""
    eyes = rule("eyes", votes=1, four_eyes=frozenset({Role.AUTHOR}), circle=circle(ANA, KIM), one_from_each=("S0ALL", "S0TWO"))
    membership = {"S0ALL": frozenset({ANA.id, KIM.id, RAJ.id}), "S0TWO": frozenset({ANA.id, KIM.id})}
    asked = question(eyes, grants=(), votes=(vote(ANA), vote(KIM)), membership=membership, origins={Role.AUTHOR: Origin(vcs="x")})
    (missing,) = decide(asked).missing
    assert (missing.groups, missing.may) == (("S0TWO",), circle(groups=("S0ALL",)))
    assert decide(replace(asked, votes=(*asked.votes, vote(RAJ)))).granted


def test_what_a_rule_asks_of_people_who_may_decide_is_not_asked_twice() -> None:
    assert told(decide(question(rule("two", votes=2)))) == ["Rule “two”: 0 of 2 votes. Who may: @U0ANA, @U0KIM."]
    assert told(decide(question(rule("kim", votes=1, circle=circle(KIM))))) == ["Rule “kim”: 0 of 1 vote. Who may: @U0KIM."]


@pytest.mark.parametrize("asked", [circle(KIM, RAJ), circle(groups=("S0SECURITY",)), circle(members=True)])
def test_what_others_may_give_to_a_rule_leaves_the_right_to_be_asked_for(asked: Circle) -> None:
    verdict = decide(question(rule("others", votes=1, circle=asked)))
    assert told(verdict)[0] == "1 approval from people who may decide here: @U0ANA, @U0KIM."
    assert len(told(verdict)) == 2


def test_only_words_are_folded() -> None:
    verdict = decide(question(rule("two", votes=2), rule("late", after_stage=True, line=2)))
    assert [(one.lack, one.rule) for one in verdict.missing] == [(Lack.VOTES, ""), (Lack.VOTES, "two"), (Lack.STAGE, "late")]
    assert len(told(verdict)) == 2


GHOST, MERGED = Origin(terraform="ghost"), Origin(vcs="web-flow")
UPLOADED = (Role.AUTHOR, Origin(by=InvolvedBy.UPLOAD))


@pytest.mark.parametrize(
    "origins, inherited, said",
    [
        (
            {},
            (UPLOADED,),
            (
                "Rule “eyes”: 0 of 2 votes. Who may: every full member. 1 more vote is needed, because it is not known who uploaded its "
                "configuration: of two voters, at most one can be that person. "
                "An operator can settle it: add all names of each person to [people] in runbell.toml."
            ),
        ),
        (
            {Role.AUTHOR: MERGED},
            (),
            (
                "Rule “eyes”: 0 of 2 votes. Who may: every full member. 1 more vote is needed, because it is not known who made the commit "
                "(“web-flow”): of two voters, at most one can be that person."
            ),
        ),
        (
            {Role.CREATOR: GHOST},
            (UPLOADED,),
            (
                "Rule “eyes”: 0 of 3 votes. Who may: every full member. 2 more votes are needed, because it is not known who created the "
                "run (“ghost”), or who uploaded its configuration: at most 2 of the voters can be those people. "
                "An operator can settle it: add all names of each person to [people] in runbell.toml."
            ),
        ),
    ],
)
def test_why_more_votes_are_needed_is_told_with_what_settles_it(origins: Any, inherited: Any, said: str) -> None:
    eyes = rule("eyes", four_eyes=frozenset(Role), circle=Circle(members=True))
    assert told(decide(question(eyes, grants=(), origins=origins, inherited=inherited))) == [said]


def told(verdict: Verdict) -> list[str]:
    return [plain_words(one) for one in lacks(verdict)]


@pytest.mark.parametrize(
    "missing, said",
    [
        (Missing(lack=Lack.VOTES, need=1, circle=circle(ANA)), "1 approval from people who may decide here: @U0ANA."),
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


@given(st.text(max_size=12))
@example("Wait for the FIX. ")
@example(".env moves")
def test_the_reason_of_a_freeze_is_told_whole_and_ends_no_sentence(reason: str) -> None:
    *_, why = freeze_words(Freeze(scope="prod", reason=reason))
    assert why == (f": {reason.rstrip(' .')}" if reason else ".")


def test_a_denial_is_told_in_the_words_of_the_rule() -> None:
    assert lacks(decide(question(rule("no", deny="Not on my watch."), votes=(vote(ANA),)))) == (("Not on my watch.",),)


def test_a_large_circle_is_cut_short() -> None:
    many = Circle(people=frozenset(f"U{number:03}" for number in range(20)))
    assert circle_words(many, 2) == (Named("U000"), ", ", Named("U001"), " and 18 more")


def test_twelve_are_named_and_no_more() -> None:
    for count, more in ((12, 0), (13, 1)):
        told = circle_words(Circle(people=frozenset(f"U{number:03}" for number in range(count))))
        assert sum(isinstance(part, Named) for part in told) == 12
        assert (told[-1] == f" and {more} more") is bool(more)


@pytest.fixture
def _far_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        clock.tzset()
        yield
    clock.tzset()


@pytest.mark.usefixtures("_far_away")
def test_a_moment_is_told_in_utc_on_whatever_machine() -> None:
    opens = NOON.astimezone(timezone(timedelta(hours=-5)))
    assert "12:00 UTC" in plain_words(lacking(Missing(lack=Lack.WINDOW, rule="r", opens_at=opens)))


def test_groups_are_named_as_groups() -> None:
    assert circle_words(circle(ANA, groups=("S0SECURITY",))) == (Named("S0SECURITY", is_group=True), ", ", Named("U0ANA"))


def test_whoever_is_yet_to_be_heard_is_named_as_a_group() -> None:
    missing = Missing(lack=Lack.VOTES, rule="r", need=2, circle=circle(ANA), groups=("S0SECURITY",))
    assert [part for part in lacking(missing) if isinstance(part, Named)] == [Named("S0SECURITY", is_group=True), Named("U0ANA")]


@pytest.mark.parametrize("why", sorted(set(Why) - {Why.SAME_PERSON, Why.POSSIBLY_SAME}))
def test_each_reason_why_a_vote_falls_has_its_sentence(why: Why) -> None:
    ((*start, words),) = falls((Fallen(person="U0ANA", why=why),))
    assert start == ["The vote of ", Named("U0ANA")]
    assert words == f" {FALLS[why]}"
    assert FALLS[why].endswith(".")


@pytest.mark.parametrize(
    "fallen, said",
    [
        (Fallen(person="U0ANA", why=Why.NO_REASON, rule="r"), "does not count for rule “r”: it gives no reason."),
        (Fallen(person="U0ANA", why=Why.SAME_PERSON, rule="r", role=Role.CREATOR), "does not count for rule “r”: they created the run."),
        (
            Fallen(person="U0ANA", why=Why.SAME_PERSON, rule="r", role=Role.AUTHOR, by=InvolvedBy.UPLOAD),
            "does not count for rule “r”: they uploaded its configuration.",
        ),
        (
            Fallen(person="U0ANA", why=Why.SAME_PERSON, rule="r", role=Role.AUTHOR, by=InvolvedBy.FIRST_RUN),
            "does not count for rule “r”: they started the first run of its configuration, so they count as its uploader.",
        ),
        (
            Fallen(person="U0ANA", why=Why.SAME_PERSON, rule="r", role=Role.REQUESTER, by=InvolvedBy.OPTIONS),
            "does not count for rule “r”: they chose targets, replacements or variables that the run takes over.",
        ),
        (
            Fallen(person="U0ANA", why=Why.POSSIBLY_SAME, rule="r", role=Role.AUTHOR, known_as="ghost"),
            (
                "does not count for rule “r”: they may be who made the commit (“ghost”). "
                "An operator can settle it: add all names of each person to [people] in runbell.toml."
            ),
        ),
        (
            Fallen(person="U0ANA", why=Why.POSSIBLY_SAME, rule="r", role=Role.REQUESTER),
            (
                "does not count for rule “r”: they may be who asked for the run. "
                "An operator can settle it: add all names of each person to [people] in runbell.toml."
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
