"""What of the rules, watches and freezes matches no known workspace."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.chains import Chain
from bot.core.coverage import Unmatched, unmatched
from bot.core.freezes import DeclaredFreeze, FreezeWindow
from bot.core.policy import Grant, Policy, Right
from bot.core.reminders import ReminderRule
from bot.core.rules import Match, RunKind
from bot.core.scopes import Scope
from bot.core.watches import Watch
from bot.core.windows import Window
from bot.core.workspaces import Workspace
from tests.core.cases import rule
from tests.core.making import NOON

PROD = Workspace(id="ws-1", name="Shop-Prod", organization="Acme", project_id="prj-web", project_name="Web", tags=frozenset({"Pci"}))
KNOWN = (PROD, Workspace(id="ws-2", name="dns", organization="Acme", project_id="prj-net", project_name="Net"))


def of_policy(policy: Policy, *, names_only: bool = False) -> list[Unmatched]:
    return list(unmatched(policy, (), (), KNOWN, names_only=names_only))


def right(*workspaces: str) -> Policy:
    return Policy(grants=(Grant(may=frozenset({Right.DECIDE, Right.READ}), workspaces=workspaces, members=True),))


def test_what_matches_something_is_not_told() -> None:
    policy = Policy(
        grants=right("*").grants,
        rules=(rule(), rule(match=Match(workspaces=("ACME/shop-*",), projects=frozenset({"WEB"}), kinds=frozenset({RunKind.DESTROY})))),
        freezes=(FreezeWindow(name="f", scope=Scope(tags=frozenset({"pci"})), window=Window()),),
        reminders=(ReminderRule(scope=Scope(workspaces=("Shop-*",))),),
        chains=(Chain(name="c", stages=("dns", "Acme/Shop-Prod")),),
    )
    watches = (Watch(channel="C1", pattern="Shop-*", tag="Pci"), Watch(channel="C1", pattern="*", project="web"))
    declared = DeclaredFreeze(pattern="acme/SHOP-prod", reason="r", by="U1", by_name="", channel="C1", at=NOON)
    assert list(unmatched(policy, watches, (declared,), KNOWN)) == []


@pytest.mark.parametrize(
    "policy, what",
    [
        (right("shap-*"), Unmatched("[[rights]] 1 (decide, read)")),
        (right("acme/shop-*"), Unmatched("[[rights]] 1 (decide, read)", (), "Acme/Shop-Prod")),
        (right("dns", "SHOP-Prod"), Unmatched("[[rights]] 1 (decide, read)", ("SHOP-Prod",), "Acme/Shop-Prod")),
        (Policy(rules=(rule(match=Match(organizations=frozenset({"acmee"}))),)), Unmatched("rule “a rule” (line 1)")),
        (Policy(rules=(rule(match=Match(tags=frozenset({"prod"}))),)), Unmatched("rule “a rule” (line 1)")),
        (Policy(rules=(rule(match=Match(workspaces=("*-prod", "shap-*"))),)), Unmatched("rule “a rule” (line 1)", ("shap-*",))),
        (
            Policy(freezes=(FreezeWindow(name="f", scope=Scope(projects=frozenset({"wbe"})), window=Window(), line=3),)),
            Unmatched("freeze “f” (line 3)"),
        ),
        (
            Policy(reminders=(ReminderRule(scope=Scope(workspaces=("shop-*",)), line=4),)),
            Unmatched("[[reminders]] (line 4)", ("shop-*",), "Acme/Shop-Prod"),
        ),
        (
            Policy(chains=(Chain(name="c", stages=("dns", "shop-prod"), line=5),)),
            Unmatched("chain “c” (line 5)", ("shop-prod",), "Acme/Shop-Prod"),
        ),
    ],
)
def test_what_matches_nothing_is_told_with_what_only_capitals_miss(policy: Policy, what: Unmatched) -> None:
    assert of_policy(policy) == [what]


def test_watches_and_declared_freezes_that_match_nothing_are_told() -> None:
    watches = (
        Watch(channel="C1", pattern="shop-*"),
        Watch(channel="C1", pattern="Shop-*", tag="pci"),
        Watch(channel="C2", pattern="Shop-*", project="Net"),
    )
    declared = DeclaredFreeze(pattern="shap-*", reason="r", by="U1", by_name="ana", channel="C1", at=NOON)
    assert list(unmatched(Policy(), watches, (declared, replace(declared, by_name="")), KNOWN)) == [
        Unmatched("the watch of “shop-*” in C1", (), "Acme/Shop-Prod"),
        Unmatched("the watch of “Shop-* --tag pci” in C1"),
        Unmatched("the watch of “Shop-* --project Net” in C2"),
        Unmatched("the freeze of “shap-*” by ana"),
        Unmatched("the freeze of “shap-*” by U1"),
    ]


def test_where_only_names_are_known_no_tag_and_no_project_is_missed() -> None:
    scope = Scope(workspaces=("shop-*",), tags=frozenset({"x"}), projects=frozenset({"y"}))
    policy = Policy(
        rules=(rule(match=Match(tags=frozenset({"x"}), projects=frozenset({"y"}))), rule("b", match=Match(workspaces=("shap",)))),
        freezes=(FreezeWindow(name="f", scope=scope, window=Window()),),
    )
    assert of_policy(policy, names_only=True) == [Unmatched("rule “b” (line 1)")]
    watch = Watch(channel="C1", pattern="Shop-*", tag="x", project="y")
    assert list(unmatched(Policy(), (watch,), (), KNOWN, names_only=True)) == []


def test_a_project_whose_name_is_not_known_may_be_any() -> None:
    unread = (replace(PROD, project_name=None),)
    policy = Policy(freezes=(FreezeWindow(name="f", scope=Scope(projects=frozenset({"wbe"})), window=Window()),))
    assert list(unmatched(policy, (Watch(channel="C1", pattern="*", project="wbe"),), (), unread)) == []
