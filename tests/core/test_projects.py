"""Projects by id and by name: which workspaces are in them, and that a name nobody knows never makes an approval easier."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.freezes import FreezeWindow, in_force
from bot.core.judging import candidates, decide
from bot.core.matching import Rulebook
from bot.core.policy import Grant, Policy
from bot.core.projects import is_in, may_be_in
from bot.core.reminders import USUAL, ReminderRule, rule_for
from bot.core.rules import Match, Rule
from bot.core.scopes import Scope
from bot.core.tallies import tally_of
from bot.core.verdicts import Outcome
from bot.core.votes import Vote
from bot.core.windows import Window
from bot.core.workspaces import Workspace
from tests.core.cases import DECIDERS, question, rule, vote
from tests.core.making import ANA, KIM, NOON, PROD, waiting_run
from tests.core.test_judging_properties import DEMANDS, VOTES

WEB = replace(PROD, project_id="prj-web", project_name="Web Shop")
UNREAD = replace(WEB, project_name=None)
NOWHERE = replace(PROD, project_id=None)


@pytest.mark.parametrize(
    "words, known, unknown, nowhere, may_be",
    [
        ({"prj-web"}, True, True, False, True),
        ({"prj-data"}, False, False, False, False),
        ({"Web Shop"}, True, None, None, True),
        ({"web shop"}, False, None, None, True),
        ({"web"}, False, None, None, False),
        ({"web*"}, False, None, None, False),
        ({"data", "WEB SHOP"}, False, None, None, True),
        ({"prj-data", "data"}, False, None, None, False),
        ({"prj-web", "data"}, True, True, None, True),
        (set(), False, False, False, False),
    ],
)
def test_a_project_goes_by_its_id_or_its_name_and_restricts_in_any_capitals(
    words: set[str],
    known: bool,  # noqa: FBT001 - a table
    unknown: bool | None,  # noqa: FBT001 - as above
    nowhere: bool | None,  # noqa: FBT001 - as above
    may_be: bool,  # noqa: FBT001 - as above
) -> None:
    assert [is_in(frozenset(words), one) for one in (WEB, UNREAD, NOWHERE)] == [known, unknown, nowhere]
    assert may_be_in(frozenset(words), WEB) is may_be


def test_a_project_that_is_called_like_an_id_goes_by_its_name_where_that_is_known() -> None:
    assert is_in(frozenset({"prj-shop"}), replace(WEB, project_name="prj-shop")) is True
    assert may_be_in(frozenset({"prj-shop"}), replace(WEB, project_name="prj-Shop"))


def test_an_id_of_another_server_is_one_however_it_looks() -> None:
    other = replace(WEB, project_id="6f1e-42", project_name=None)
    assert is_in(frozenset({"6f1e-42"}), other) is True


@pytest.mark.parametrize("workspace, applies", [(WEB, True), (UNREAD, True), (NOWHERE, True), (replace(WEB, project_name="data"), False)])
def test_a_rule_by_name_applies_where_the_name_fits_and_where_nobody_knows_it(
    workspace: Workspace,
    applies: bool,  # noqa: FBT001 - a table
) -> None:
    book = Rulebook((rule(match=Match(projects=frozenset({"web shop"}))),))
    assert bool(book.matching(waiting_run(), workspace, question().plan)) is applies


def test_a_freeze_holds_up_what_it_may_cover_and_reminders_follow_what_they_cover_for_sure() -> None:
    scope = Scope(projects=frozenset({"Web Shop"}))
    freeze, reminders = FreezeWindow(name="sale", scope=scope, window=Window()), ReminderRule(scope=scope, is_off=True)
    others = (UNREAD, replace(WEB, project_name="data"))
    assert [len(in_force((freeze,), "f", (), one, NOON)) for one in (WEB, *others)] == [1, 1, 0]
    assert [rule_for((reminders,), one) is reminders for one in (WEB, *others)] == [True, False, False]
    assert rule_for((reminders,), UNREAD) is USUAL


def test_nothing_is_discarded_by_a_later_table_where_nobody_knows_that_an_earlier_one_does_not_spare_it() -> None:
    spared = ReminderRule(scope=Scope(projects=frozenset({"Web Shop"})), after=timedelta(minutes=5))
    rest = ReminderRule(after=timedelta(hours=2), expire_after=timedelta(hours=24))
    data = replace(WEB, project_name="data")
    assert [rule_for((spared, rest), one) for one in (WEB, data)] == [spared, rest]
    assert rule_for((spared, rest), UNREAD) == replace(rest, expire_after=None)
    assert rule_for((replace(spared, scope=replace(spared.scope, tags=frozenset({"kept"}))), rest), UNREAD) is rest


@pytest.mark.parametrize(
    "policy, asks",
    [
        (Policy(), False),
        (Policy(rules=(rule(match=Match(projects=frozenset({"prj-web"}))),)), False),
        (Policy(rules=(rule(match=Match(projects=frozenset({"prj-web", "web"}))),)), True),
        (Policy(freezes=(FreezeWindow(name="f", scope=Scope(projects=frozenset({"web"})), window=Window()),)), True),
        (Policy(reminders=(ReminderRule(scope=Scope(projects=frozenset({"web"}))),)), True),
    ],
)
def test_names_have_to_be_known_where_anything_goes_by_one(policy: Policy, asks: bool) -> None:  # noqa: FBT001 - a table
    assert policy.names_projects is asks


def test_that_a_name_is_not_known_is_told() -> None:
    by_name, by_id = (rule(match=Match(projects=frozenset({word}))) for word in ("web shop", "prj-web"))
    verdicts = [decide(question(one, workspace=place)) for one in (by_name, by_id) for place in (UNREAD, WEB)]
    assert [one.project_unread for one in verdicts] == [True, False, False, False]
    assert [tally_of(one, {}).project_unread for one in verdicts] == [True, False, False, False]


def test_a_rule_that_may_not_apply_lets_nobody_decide_where_nobody_else_may() -> None:
    by_name = rule(match=Match(projects=frozenset({"web shop"})), votes=1, circle=DECIDERS.circle)
    votes = (vote(ANA), vote(KIM, minutes=1))
    known, unknown = (decide(question(by_name, grants=(), votes=votes, workspace=one)) for one in (WEB, UNREAD))
    assert (known.outcome, known.nobody) == (Outcome.GRANTED, False)
    assert (unknown.outcome, unknown.nobody, unknown.counting) == (Outcome.DENIED, True, ())
    assert candidates(question(by_name, grants=(), workspace=WEB)) == {ANA.id, KIM.id}
    assert candidates(question(by_name, grants=(), workspace=UNREAD)) == frozenset()


NAMES = ["web shop", "data", "Web Shop", "else"]
RULES = st.lists(
    st.builds(
        Rule,
        name=st.sampled_from(["a", "b", "c", "d"]),
        line=st.integers(1, 99),
        match=st.builds(Match, projects=st.frozensets(st.sampled_from([*NAMES, "prj-web", "prj-data"]), max_size=2)),
        demand=DEMANDS,
        deny=st.sampled_from(["", "", "", "No."]),
        outside=st.sampled_from([False, False, False, True]),
    ),
    max_size=4,
    unique_by=lambda rule: rule.line,
).map(tuple)


@given(
    rules=RULES,
    votes=VOTES,
    holders=st.sampled_from([tuple[Grant, ...](), (DECIDERS,)]),
    project=st.sampled_from(["prj-web", "prj-data", None]),
    name=st.sampled_from([*NAMES, "WEB SHOP"]),
)
def test_not_to_know_a_name_is_never_easier_than_any_name(
    rules: tuple[Rule, ...], votes: tuple[Vote, ...], holders: tuple[Grant, ...], project: str | None, name: str
) -> None:
    unknown, known = (
        question(*rules, grants=holders, votes=votes, workspace=replace(PROD, project_id=project, project_name=one)) for one in (None, name)
    )
    judged, truth = decide(unknown), decide(known)
    assert set(truth.rules) <= set(judged.rules)
    assert truth.granted or not judged.granted
    assert truth.outcome in {Outcome.GRANTED, Outcome.MISSING} or judged.outcome in {Outcome.DENIED, Outcome.OUTSIDE}
    assert not truth.nobody or judged.nobody
    assert truth.wants_reason <= judged.wants_reason
    assert truth.wants_typed_name <= judged.wants_typed_name
