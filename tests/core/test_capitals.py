"""Capitals never open a hole: what restricts matches names in any capitals, what gives or ends matches the server's spelling alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.chains import Chain, stages_after, stages_before
from bot.core.contents import Effect, PlanRisk
from bot.core.freezes import DeclaredFreeze, FreezeWindow, in_force
from bot.core.judging import decide
from bot.core.matching import Rulebook
from bot.core.policy import Grant, Policy, Right, permit
from bot.core.projects import is_in, may_be_in
from bot.core.reminders import ReminderRule, rule_for
from bot.core.rules import Match
from bot.core.scopes import Scope
from bot.core.verdicts import Lack, Outcome
from bot.core.windows import Window
from bot.core.workspaces import Workspace, called, in_any_capitals, matches
from tests.core.cases import contents, question, rule, vote
from tests.core.making import ANA, NOON, waiting_run

PROD = Workspace(
    id="ws-1",
    name="Storefront-Prod",
    organization="Acme",
    project_id="prj-AbC",
    project_name="Web Shop",
    tags=frozenset({"Production", "pci"}),
)
LETTERS = "abAB01-_"
NAMES = st.text(LETTERS, min_size=1, max_size=6)
WILD = ("*", "?", "[ab]", "[!a]", "[A-Z]", "[a-z]", "[0-9]", "[!0-9]")
CASES: st.SearchStrategy[Callable[[str], str]] = st.sampled_from([str.lower, str.upper, str.swapcase, str.title, str.casefold, str])
WORKSPACES = st.builds(
    lambda name, organization, tag: replace(PROD, name=name, organization=organization, tags=frozenset({tag})), NAMES, NAMES, NAMES
)


@st.composite
def globs_of(draw: st.DrawFn, workspace: Workspace) -> str:
    """A glob that is near the name of the workspace: some letters are wild, or others."""
    name = draw(st.sampled_from((workspace.name, workspace.full_name)))
    return "".join("/" if letter == "/" else draw(st.one_of(st.just(letter), st.sampled_from((*WILD, *LETTERS)))) for letter in name)


PAIRS = WORKSPACES.flatmap(lambda workspace: st.tuples(globs_of(workspace), st.just(workspace)))
CONDITIONS: tuple[Callable[[frozenset[str]], Match], ...] = (
    lambda words: Match(organizations=words),
    lambda words: Match(tags=words),
    lambda words: Match(projects=words),
)
SCOPES: tuple[Callable[[frozenset[str]], Scope], ...] = (lambda words: Scope(tags=words), lambda words: Scope(projects=words))
TYPES = st.lists(st.sampled_from(["a", "B", "_", "1"]), min_size=1, max_size=4).map("".join)
READ = PlanRisk(contents=contents(("aws_db_instance.main", Effect.DESTROY)))


def respelled(workspace: Workspace, case: Callable[[str], str]) -> Workspace:
    return replace(
        workspace,
        name=case(workspace.name),
        organization=case(workspace.organization),
        project_name=case(workspace.project_name or ""),
        tags=frozenset(map(case, workspace.tags)),
    )


def applies(match: Match, workspace: Workspace, plan: PlanRisk = READ) -> bool:
    return bool(Rulebook((rule(match=match),)).matching(waiting_run(), workspace, plan))


def freezes(pattern: str, workspace: Workspace) -> bool:
    declared = DeclaredFreeze(pattern=pattern, reason="sale", by="U0ANA", by_name="ana", channel="C1", at=NOON)
    return bool(in_force((), "", (declared,), workspace, NOON))


def is_frozen(scope: Scope, workspace: Workspace) -> bool:
    return bool(in_force((FreezeWindow(name="f", scope=scope, window=Window()),), "f", (), workspace, NOON))


@pytest.mark.parametrize(
    "match",
    [
        Match(organizations=frozenset({"ACME"})),
        Match(workspaces=("acme/storefront-*",)),
        Match(workspaces=("ACME/STOREFRONT-[A-Z]*",)),
        Match(workspaces=("storefront-prod",)),
        Match(projects=frozenset({"WEB shop"})),
        Match(projects=frozenset({"PRJ-abc"})),
        Match(tags=frozenset({"production"})),
        Match(types=("AWS_DB_INSTANCE",)),
        Match(types=("Aws_db_*",), destroys=True),
    ],
)
def test_a_rule_applies_in_any_capitals(match: Match) -> None:
    assert applies(match, PROD)
    assert applies(match, respelled(PROD, str.upper))


@pytest.mark.parametrize(
    "scope",
    [
        Scope(workspaces=("ACME/storefront-*",)),
        Scope(workspaces=("STOREFRONT-PROD",)),
        Scope(projects=frozenset({"web SHOP"})),
        Scope(tags=frozenset({"PRODUCTION"})),
    ],
)
def test_a_freeze_of_the_file_holds_in_any_capitals(scope: Scope) -> None:
    assert is_frozen(scope, PROD)
    assert not scope.covers(PROD)


def test_a_declared_freeze_holds_in_any_capitals() -> None:
    assert all(freezes(pattern, PROD) for pattern in ("ACME/storefront-prod", "storefront-PROD", "*-prod", "acme/*", "STORE[E-G]RONT-*"))
    assert not freezes("acme/storefront-dev", PROD)


def test_a_right_is_given_by_the_spelling_of_the_server_alone() -> None:
    def may(*patterns: str, workspace: Workspace = PROD) -> bool:
        grant = Grant(may=frozenset({Right.DECIDE}), workspaces=patterns, people=frozenset({ANA.id}))
        return permit(Policy(grants=(grant,)), ANA, Right.DECIDE, workspace, {}).granted

    assert may("Acme/Storefront-Prod")
    assert not any(may(pattern) for pattern in ("acme/storefront-prod", "ACME/*", "*-prod", "storefront-prod"))
    assert not may("acme/prod", workspace=replace(PROD, organization="ACME", name="PROD"))


def test_a_run_is_discarded_by_the_spelling_of_the_server_alone_and_other_capitals_spare_it() -> None:
    expires = ReminderRule(scope=Scope(workspaces=("acme/*",)), expire_after=timedelta(hours=4))
    assert rule_for((expires,), PROD).expire_after is None
    assert rule_for((replace(expires, scope=Scope(workspaces=("Acme/*",))),), PROD).expire_after == timedelta(hours=4)
    for scope in (Scope(workspaces=("ACME/*",)), Scope(tags=frozenset({"production"})), Scope(projects=frozenset({"web shop"}))):
        rest = replace(expires, scope=Scope())
        assert rule_for((ReminderRule(scope=scope), rest), PROD) == replace(rest, expire_after=None)


def test_a_stage_in_other_capitals_still_comes_after_the_one_before_it() -> None:
    main = Chain(name="main", stages=("Storefront-Dev", "Storefront-Prod"))
    audit = Chain(name="audit", stages=("acme/audit", "ACME/STOREFRONT-PROD"))
    first = Chain(name="first", stages=("storefront-prod", "later"))
    assert stages_before(PROD, (main, audit, first)) == ("Acme/Storefront-Dev", "acme/audit")
    assert stages_before(PROD, (audit,)) is None
    assert stages_before(PROD, (first,)) is None
    assert stages_after(PROD, (main, first)) == ()


def test_a_stage_that_has_applied_counts_by_the_spelling_of_the_server_alone() -> None:
    chain = Chain(name="main", stages=("Storefront-Dev", "Storefront-Prod"))
    grants = (Grant(may=frozenset({Right.DECIDE}), people=frozenset({ANA.id})),)
    asked = question(rule(after_stage=True), grants=grants, votes=(vote(ANA),), workspace=PROD)
    asked = replace(asked, policy=replace(asked.policy, chains=(chain,)))
    other, same = (replace(asked, applied_in=frozenset({name})) for name in ("acme/storefront-dev", "Acme/Storefront-Dev"))
    assert [missing.lack for missing in decide(other).missing] == [Lack.STAGE]
    assert decide(same).outcome is Outcome.GRANTED


def test_what_may_be_in_a_project_is_asked_in_any_capitals_and_what_is_in_it_is_not() -> None:
    words = frozenset({"web shop"})
    assert (is_in(words, PROD), may_be_in(words, PROD)) == (False, True)
    assert (is_in(words, replace(PROD, project_name=None)), may_be_in(words, replace(PROD, project_name=None))) == (None, True)
    assert not may_be_in(words, replace(PROD, project_name="data"))


@given(PAIRS, CASES, CASES)
def test_no_change_of_capitals_makes_a_restriction_miss(
    pair: tuple[str, Workspace], written: Callable[[str], str], spelled: Callable[[str], str]
) -> None:
    glob, workspace = pair
    other, there = written(glob), respelled(workspace, spelled)
    assert in_any_capitals(glob, workspace) is in_any_capitals(other, there)
    assert freezes(glob, workspace) is freezes(other, there)
    scope, changed = Scope(workspaces=(glob,)), Scope(workspaces=(other,))
    assert is_frozen(scope, workspace) is is_frozen(changed, there) is in_any_capitals(glob, workspace)
    assert applies(Match(workspaces=(glob,)), workspace) is applies(Match(workspaces=(other,)), there) is in_any_capitals(glob, workspace)


@given(PAIRS)
def test_what_matches_as_it_is_spelled_matches_in_any_capitals(pair: tuple[str, Workspace]) -> None:
    """Besides sets that leave letters out: those leave them out in any capitals."""
    glob, workspace = pair
    if "!a" not in glob.casefold() and matches(glob, workspace):
        assert in_any_capitals(glob, workspace)


@given(NAMES, WORKSPACES, CASES, CASES)
def test_no_change_of_capitals_makes_a_condition_miss(
    word: str, workspace: Workspace, written: Callable[[str], str], spelled: Callable[[str], str]
) -> None:
    there = respelled(replace(workspace, project_name=word), spelled)
    for condition in CONDITIONS:
        asked, changed = (condition(frozenset({name})) for name in (word, written(word)))
        assert applies(asked, replace(workspace, project_name=word)) is applies(changed, there)
    assert applies(Match(projects=frozenset({written(word)})), there)
    for narrowed in SCOPES:
        scope, other = (narrowed(frozenset({name})) for name in (word, written(word)))
        assert is_frozen(scope, replace(workspace, project_name=word)) is is_frozen(other, there)


@given(TYPES, st.data(), CASES, CASES)
def test_no_change_of_capitals_makes_a_type_miss(
    kind: str, data: st.DataObject, written: Callable[[str], str], spelled: Callable[[str], str]
) -> None:
    glob = "".join(data.draw(st.sampled_from((letter, letter, letter.swapcase(), "*", "?"))) for letter in kind)
    plans = [PlanRisk(contents=contents((f"{name}.main", Effect.UPDATE))) for name in (kind, spelled(kind))]
    assert applies(Match(types=(glob,)), PROD, plans[0]) is applies(Match(types=(written(glob),)), PROD, plans[1]) is True


@given(PAIRS, CASES)
def test_no_right_matches_that_did_not_match_by_its_spelling(pair: tuple[str, Workspace], case: Callable[[str], str]) -> None:
    glob, workspace = pair
    grant = Grant(may=frozenset({Right.DECIDE}), workspaces=(glob,), people=frozenset({ANA.id}))
    assert grant.gives(Right.DECIDE, workspace) is matches(glob, workspace)
    plain = replace(grant, workspaces=(workspace.full_name,))
    assert plain.gives(Right.DECIDE, respelled(workspace, case)) is (case(workspace.full_name) == workspace.full_name)
    expires = ReminderRule(scope=Scope(workspaces=(glob,)), expire_after=timedelta(hours=4))
    assert (rule_for((expires,), workspace).expire_after is not None) is matches(glob, workspace)


def test_a_typed_name_is_taken_as_it_is_spelled_first_and_then_in_any_capitals() -> None:
    small, large = (replace(PROD, id=name, name=name, organization="acme") for name in ("prod", "PROD"))
    other = replace(small, id="other", organization="Umbrella")
    known = (small, large, other)
    assert called("prod", known) == (small, other)
    assert called("acme/prod", known) == (small,)
    assert called("Prod", known) == known
    assert called("ACME/Prod", known) == (small, large)
    assert called("umbrella/PROD", known) == (other,)
    assert called("nothere", known) == ()
