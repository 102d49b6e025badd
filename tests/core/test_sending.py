"""The last check before an intent is sent: it lets through what was decided and still holds, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.decisions import Decision, Deed, Intent, IntentState
from bot.core.errors import DecisionReplaced, FreezeStarted, RulesReplaced
from bot.core.freezes import DeclaredFreeze, FreezeWindow
from bot.core.policy import Policy
from bot.core.runs import Action
from bot.core.scopes import Scope
from bot.core.sending import SendFacts, UnderWay, objection, under_way, under_way_words
from bot.core.verdicts import plain_words
from bot.core.windows import Window
from tests.core.making import DEV, NOON, PROD, ago

NIGHT = FreezeWindow(name="night", scope=Scope(workspaces=("*-prod",)), window=Window(start=time(13), zone="UTC"))
POLICY = Policy(freezes=(NIGHT,), source="runbell.toml", hash="ours")
SALE = DeclaredFreeze(pattern="*-prod", reason="sale", by="U0KIM", by_name="kim", channel="C1", at=ago(minutes=1))
DECISION = Decision(
    run_id="run-1",
    gate="confirm",
    round=2,
    action=Action.APPLY,
    person="U0ANA",
    person_name="ana",
    channel="C1",
    comment="",
    plan_digest="a plan",
    decided_at=NOON,
    intent_id="rb-1",
)
INTENT = Intent(
    id="rb-1",
    deed=Deed.APPLY,
    state=IntentState.PENDING,
    run_id="run-1",
    workspace_id=PROD.id,
    person="U0ANA",
    person_name="ana",
    channel="C1",
    created_at=NOON,
    payload={"digest": "a plan"},
    gate="confirm",
    round=2,
)
FACTS = SendFacts(rules_hash="ours", open_round=2, decision=DECISION, workspace=PROD, freezes=())


def test_what_was_decided_and_still_holds_is_sent() -> None:
    assert objection(INTENT, FACTS, POLICY, NOON) is None
    assert objection(INTENT, replace(FACTS, workspace=DEV, freezes=(SALE,)), POLICY, NOON) is None
    assert objection(INTENT, replace(FACTS, freezes=(replace(SALE, until=NOON),)), POLICY, NOON) is None


@pytest.mark.parametrize("active", ["others", None])
def test_under_other_rules_nothing_is_sent(active: str | None) -> None:
    for deed in (Deed.APPLY, Deed.OVERRIDE, Deed.DISCARD, Deed.CANCEL):
        found = objection(replace(INTENT, deed=deed), replace(FACTS, rules_hash=active), POLICY, NOON)
        assert isinstance(found, RulesReplaced)


@pytest.mark.parametrize(
    "facts, intent",
    [
        (replace(FACTS, decision=None), INTENT),
        (replace(FACTS, decision=replace(DECISION, intent_id="rb-2")), INTENT),
        (replace(FACTS, decision=replace(DECISION, plan_digest="another")), INTENT),
        (replace(FACTS, decision=replace(DECISION, round=3)), INTENT),
        (replace(FACTS, open_round=3), INTENT),
        (replace(FACTS, open_round=None), INTENT),
        (FACTS, replace(INTENT, payload={})),
    ],
    ids=["gone", "of another intent", "another plan", "another round", "reopened", "no gate", "a plan nobody names"],
)
def test_a_decision_that_is_not_there_as_it_was_is_not_sent(facts: SendFacts, intent: Intent) -> None:
    assert isinstance(objection(intent, facts, POLICY, NOON), DecisionReplaced)


def test_a_freeze_by_hand_or_of_the_file_forbids_an_apply_and_says_which() -> None:
    by_hand = objection(INTENT, replace(FACTS, freezes=(SALE,)), POLICY, NOON)
    assert isinstance(by_hand, FreezeStarted)
    assert [plain_words(phrase) for phrase in by_hand.phrases] == ["*-prod is frozen, by @U0KIM: sale"]
    for workspace in (PROD, None):
        by_the_clock = objection(INTENT, replace(FACTS, workspace=workspace), POLICY, NOON + timedelta(hours=2))
        assert isinstance(by_the_clock, FreezeStarted)
        (phrase,) = by_the_clock.phrases
        assert ("night" in plain_words(phrase), "runbell.toml" in plain_words(phrase)) == (True, True)


@pytest.mark.parametrize(
    "facts, kind",
    [
        (replace(FACTS, rules_hash="others"), RulesReplaced),
        (replace(FACTS, decision=None), DecisionReplaced),
        (replace(FACTS, freezes=(SALE,)), FreezeStarted),
    ],
)
def test_what_is_not_sent_is_named_with_its_run(facts: SendFacts, kind: type[RulesReplaced | DecisionReplaced | FreezeStarted]) -> None:
    for deed in (Deed.APPLY, Deed.OVERRIDE):
        found = objection(replace(INTENT, deed=deed), facts, POLICY, NOON)
        assert isinstance(found, kind)
        assert found.run_id == "run-1"
        assert (deed in found.sentence, "run-1" in found.sentence) == (True, True)


@pytest.mark.parametrize("payload, named", [({"workspace": "acme/gone"}, "acme/gone"), ({}, PROD.id)])
def test_a_run_that_does_not_exist_yet_is_named_by_its_workspace(payload: dict[str, str], named: str) -> None:
    create = replace(INTENT, deed=Deed.CREATE, run_id=None, payload=payload)
    found = objection(create, replace(FACTS, rules_hash="others"), POLICY, NOON)
    assert isinstance(found, RulesReplaced)
    assert named in found.sentence
    assert objection(create, replace(FACTS, decision=None), POLICY, NOON) is None


@pytest.mark.parametrize("freezes, later", [((SALE,), 0), ((), 2)])
def test_a_workspace_that_is_not_known_any_more_could_be_under_any_freeze(freezes: tuple[DeclaredFreeze, ...], later: int) -> None:
    found = objection(INTENT, replace(FACTS, workspace=None, freezes=freezes), POLICY, NOON + timedelta(hours=later))
    assert isinstance(found, FreezeStarted)
    over = replace(SALE, until=NOON)
    assert objection(INTENT, replace(FACTS, workspace=None, freezes=(over,)), POLICY, NOON) is None


def test_an_emergency_decision_passes_freezes_and_nothing_else() -> None:
    frozen = replace(FACTS, decision=replace(DECISION, broke_glass=True), freezes=(SALE,))
    assert objection(INTENT, frozen, POLICY, NOON) is None
    assert isinstance(objection(INTENT, replace(frozen, rules_hash="others"), POLICY, NOON), RulesReplaced)
    assert isinstance(objection(INTENT, replace(frozen, open_round=3), POLICY, NOON), DecisionReplaced)


@pytest.mark.parametrize(
    "deed, applies, held",
    [
        (Deed.APPLY, "", True),
        (Deed.APPLY, "no", True),
        (Deed.OVERRIDE, "yes", True),
        (Deed.OVERRIDE, "", True),
        (Deed.OVERRIDE, "no", False),
        (Deed.DISCARD, "yes", False),
        (Deed.CANCEL, "", False),
        (Deed.FORCE_CANCEL, "", False),
    ],
)
def test_a_freeze_holds_what_applies_and_an_override_counts_unless_it_says_otherwise(deed: Deed, applies: str, *, held: bool) -> None:
    intent = replace(INTENT, deed=deed, payload={"digest": "a plan", "applies": applies})
    found = objection(intent, replace(FACTS, freezes=(SALE,)), POLICY, NOON)
    assert isinstance(found, FreezeStarted) is held


@given(
    deed=st.sampled_from([Deed.APPLY, Deed.OVERRIDE, Deed.DISCARD]),
    applies=st.sampled_from(["yes", "no", ""]),
    active=st.sampled_from(["ours", "ours", "others", None]),
    open_round=st.sampled_from([2, 2, 3, None]),
    decision=st.one_of(
        st.none(), st.builds(lambda i, d, g: replace(DECISION, intent_id=i, plan_digest=d, broke_glass=g), *[st.text()] * 2, st.booleans())
    )
    | st.booleans().map(lambda glass: replace(DECISION, broke_glass=glass)),
    workspace=st.sampled_from([PROD, DEV, None]),
    patterns=st.lists(st.sampled_from(["*", "*-prod", "*-dev", "dns"]), max_size=3),
    hours=st.integers(0, 23),
)
def test_whatever_the_facts_only_what_holds_in_every_way_is_sent(
    deed: Deed,
    applies: str,
    active: str | None,
    open_round: int | None,
    decision: Decision | None,
    workspace: object,
    patterns: list[str],
    hours: int,
) -> None:
    at = NOON.replace(hour=hours)
    intent = replace(INTENT, deed=deed, payload={"digest": "a plan", "applies": applies})
    facts = SendFacts(
        rules_hash=active,
        open_round=open_round,
        decision=decision,
        workspace=workspace,  # type: ignore[arg-type] # one of the three
        freezes=tuple(replace(SALE, pattern=pattern) for pattern in patterns),
    )
    if objection(intent, facts, POLICY, at) is not None:
        return
    assert active == "ours"
    assert open_round == 2
    assert decision is not None
    assert (decision.intent_id, decision.plan_digest) == ("rb-1", "a plan")
    if not decision.broke_glass and (deed is Deed.APPLY or (deed is Deed.OVERRIDE and applies != "no")):
        assert "*" not in patterns
        assert not ({"*-prod"} & set(patterns) and workspace is not DEV)
        assert not ({"*-dev"} & set(patterns) and workspace is not PROD)
        assert not (hours >= 13 and workspace is not DEV)


def test_what_is_under_way_is_named_by_whatever_is_known_of_its_workspace() -> None:
    named = under_way(INTENT, PROD)
    assert named == UnderWay(intent_id="rb-1", run_id="run-1", workspace="acme/storefront-prod", deed=Deed.APPLY)
    assert under_way(replace(INTENT, payload={"workspace": "acme/gone"}), None).workspace == "acme/gone"
    assert under_way(replace(INTENT, run_id=None), None) == replace(named, run_id="", workspace=PROD.id)
    assert under_way_words(()) == ""
    assert under_way_words([named] * 7).endswith(" and 2 more.")
    assert " more" not in under_way_words([named] * 5)
    assert under_way_words((named, replace(named, run_id="run-2", deed=Deed.OVERRIDE))) == (
        "\nAlready under way: run-1 in acme/storefront-prod (apply), run-2 in acme/storefront-prod (override)."
    )
