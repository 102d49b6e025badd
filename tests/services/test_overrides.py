"""A failed check: people are called, votes are given for overriding it, and it is overridden once, or judged as the apply that it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.audits import AuditKind
from bot.core.commands.freezes import DeclareFreeze
from bot.core.commands.runs import RunReference
from bot.core.commands.watches import AddWatch
from bot.core.decisions import IntentState
from bot.core.errors import (
    AlreadyDecided,
    HurdleUnread,
    NotGranted,
    NotPossibleNow,
    NoVote,
    RightMissing,
    RunbellError,
    StateMovedOn,
    TerraformAnswerLost,
    TerraformRateLimited,
    TerraformUnreachable,
    TokenMayNot,
    WordsWanted,
)
from bot.core.freezes import BreakGlass
from bot.core.identities import KnownPerson, Role
from bot.core.messages import Kind
from bot.core.people import Circle
from bot.core.pictures import ReminderPicture
from bot.core.policies import AWAITING_OVERRIDE, SOFT_FAILED, PolicyCheck, PolicyEvaluation, PolicyOutcome, TaskStage
from bot.core.policy import Actor
from bot.core.rules import Demand, Match, Rule
from bot.core.runs import Action, Run
from bot.core.verdicts import Lack, Outcome
from bot.services.approvals import Acted
from tests.services.house import ANA, DEPLOYS, KIM, POLICY, RAJ, House, open_house

EYES = Rule(name="two pairs of eyes", match=Match(failed_policy=True), demand=Demand(four_eyes=frozenset({Role.CREATOR})))
TYPES = Rule(name="no databases", match=Match(workspaces=("*-early-dev",), types=("aws_db_*",)), deny="By hand.")


def known(slack: str, terraform: str) -> KnownPerson:
    return KnownPerson(slack=(slack,), terraform=frozenset({terraform}))


RULES = replace(
    POLICY,
    rules=(EYES, TYPES),
    people=(known("U0KIM", "kim"), known("U0ANA", "ana")),
    break_glass=BreakGlass(circle=Circle(people=frozenset({"U0ANA"})), channel="C0REVIEW"),
    hash="of overrides",
)
REASON = "the tag comes with the next release"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as house:
        yield house


@pytest.fixture
async def ruled(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, policy=RULES) as house:
        yield house


def check(number: int = 1, **facts: Any) -> PolicyCheck:
    usual: dict[str, Any] = {"passed": 2, "soft_failed": 1, "is_overridable": True, "may_override": True}
    return PolicyCheck(id=f"polchk-{number}", status_word=SOFT_FAILED, **(usual | facts))


def failing(house: House, name: str = "storefront-dev", *checks: PolicyCheck, **facts: Any) -> Run:
    """A run that was started elsewhere and whose policies have failed."""
    run = house.runs.add_run(house.runs.add_workspace(name), **facts)
    house.policies.of_run[run.id] = checks or (check(),)
    house.policies.outputs["polchk-1"] = "Result: false\ntags are missing"
    house.policies.stages_of[run.id] = ()
    house.runs.move(run.id, "planned", has_changes=True)
    return house.runs.move(run.id, "policy_override", has_changes=True)


async def override(house: House, run: Run, actor: Actor = ANA, reason: str = REASON, **options: Any) -> Acted:
    return await house.act(Action.OVERRIDE, run.id, actor=actor, comment=reason, **options)


def sent(house: House) -> int:
    return len(house.runs.calls_of("override_check")) + len(house.runs.calls_of("override_stage"))


async def failing_here(house: House) -> Run:
    """A run started in Slack, whose call stands in the channel."""
    house.runs.add_workspace("storefront-dev")
    started = await house.start("storefront-dev", "bump")
    run_id = str(started.run_id)
    await house.paint()
    house.runs.finish_plan(run_id)
    house.policies.of_run[run_id], house.policies.outputs["polchk-1"] = (check(),), "Result: false"
    house.runs.move(run_id, "policy_override")
    await house.turn()
    return house.runs.run(run_id)


# The call


async def test_people_are_called_to_the_very_check_that_failed(house: House) -> None:
    run = await failing_here(house)

    card, call = (message.run_picture for message in house.in_channel())

    assert (card.kind, card.buttons) == (Kind.CARD, ())
    assert (call.kind, call.gate, call.buttons) == (Kind.CALL, "override:polchk-1", (Action.OVERRIDE, Action.DISCARD))
    assert call.tally is not None
    assert call.tally.wants_reason
    [finding] = call.tally.findings
    assert (finding.subject, finding.enforcement, finding.said) == ("1 policy", "soft-mandatory", "Result: false")
    await house.turn()
    assert len(house.in_channel()) == 2
    assert len([call for call in house.runs.calls_of("read_run") if call.given["run_id"] == run.id]) < 8


async def test_a_list_calls_people_too_and_asks_once_what_failed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    original = house.policies.checks

    async def counting(run_id: str) -> tuple[PolicyCheck, ...]:
        asked.append(run_id)
        return await original(run_id)

    monkeypatch.setattr(house.policies, "checks", counting)
    house.runs.add_workspace("dns-dev")
    await house.poll()
    await house.watching.add(AddWatch("*"), ANA, DEPLOYS)
    run = failing(house)
    house.policies.outputs.clear()
    for _ in range(3):
        await house.poll()
    assert asked == [run.id]
    await house.paint()
    [card] = house.in_channel()
    assert card.run_picture.run.gate == "override:polchk-1"
    assert Action.OVERRIDE in card.run_picture.buttons


async def test_what_could_not_be_read_is_asked_for_again_at_the_next_look(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def unreachable(_run_id: str) -> tuple[PolicyCheck, ...]:
        raise TerraformUnreachable("terraform.test")

    await house.watching.add(AddWatch("*"), ANA, DEPLOYS)
    with monkeypatch.context() as patched:
        patched.setattr(house.policies, "checks", unreachable)
        run = failing(house)
        await house.poll()
        await house.paint()
        assert house.in_channel() == []
        with pytest.raises(HurdleUnread):
            await override(house, run)
    await house.poll()
    await house.paint()
    assert house.in_channel()[0].run_picture.run.gate == "override:polchk-1"


async def test_where_the_server_hides_its_checks_people_are_called_without_a_button(house: House) -> None:
    run = failing(house)
    del house.policies.of_run[run.id]
    found = await house.reader.read(run.id)
    assert found.run.gate == "override:policy_override"
    assert not found.run.may(Action.OVERRIDE)
    with pytest.raises(NotPossibleNow):
        await override(house, run)


async def test_a_token_that_may_not_override_says_so(house: House) -> None:
    run = failing(house, "storefront-dev", check(may_override=False))
    with pytest.raises(TokenMayNot) as caught:
        await override(house, run)
    assert "manage policy overrides" in caught.value.sentence


async def test_a_check_that_is_no_more_to_be_overridden_asks_nobody(house: House) -> None:
    run = failing(house, "storefront-dev", replace(check(), status_word="overridden"))
    found = await house.reader.read(run.id)
    assert found.run.gate is None
    with pytest.raises(NotPossibleNow):
        await override(house, run)


# Overriding


async def test_an_override_is_sent_once_signed_and_the_run_then_waits_for_an_approval(house: House) -> None:
    run = await failing_here(house)

    acted = await override(house, run)
    await house.turn()

    assert (acted.outcome, sent(house)) == (IntentState.SETTLED, 1)
    assert house.policies.overridden["polchk-1"].startswith("overridden by ana (U0ANA) in #deploys (ref rb-")
    assert house.policies.overridden["polchk-1"].endswith(f": “{REASON}”")
    assert house.runs.run(run.id).status_word == "policy_checked"
    assert house.runs.calls_of("act") == []
    card, call, second = (message.run_picture for message in house.in_channel())
    assert card.overridden is not None
    assert card.overridden.person == "U0ANA"
    assert call.buttons == ()
    assert (second.gate, second.buttons) == ("confirm", (Action.APPLY, Action.DISCARD))
    applied = await house.vote(run.id, ANA)
    assert applied.outcome is IntentState.SETTLED


async def test_of_many_clicks_at_once_one_overrides_and_the_others_hear_of_it(house: House) -> None:
    run = failing(house)
    results = await asyncio.gather(*(override(house, run, actor) for actor in (ANA, KIM) * 5), return_exceptions=True)
    assert sent(house) == 1
    assert sum(isinstance(result, (AlreadyDecided, NotPossibleNow)) for result in results) == 9


async def test_an_override_and_a_discard_at_once_are_one_decision(house: House) -> None:
    run = failing(house)
    results = await asyncio.gather(override(house, run), house.act(Action.DISCARD, run.id, actor=KIM), return_exceptions=True)
    assert sent(house) + len(house.runs.calls_of("act")) == 1
    assert sum(isinstance(result, RunbellError) for result in results) == 1


async def test_an_override_whose_answer_was_lost_is_never_sent_again_and_settled_by_its_comment(house: House) -> None:
    run = failing(house)
    house.runs.lose_answer("override_check")
    assert (await override(house, run)).outcome is IntentState.UNSURE
    await house.turn()
    assert sent(house) == 1
    assert (await house.intent_of(run.id)).state is IntentState.SETTLED


async def test_a_lost_override_on_a_server_without_comments_claims_no_name(house: House) -> None:
    run = await failing_here(house)
    house.runs.keeps_comments = False
    house.runs.lose_answer("override_check")
    await override(house, run)
    await house.turn()
    assert (await house.intent_of(run.id)).state is IntentState.ELSEWHERE
    assert house.in_channel()[0].run_picture.overridden is None


async def test_an_override_that_was_never_heard_leaves_the_gate_free_and_the_votes_standing(house: House) -> None:
    run = await failing_here(house)
    house.runs.fail("override_check", TerraformAnswerLost("terraform.test"))
    await override(house, run)
    for _ in range(8):
        await house.turn()
    assert (await house.intent_of(run.id)).state is IntentState.UNHEARD
    assert house.in_channel()[1].run_picture.buttons == (Action.OVERRIDE, Action.DISCARD)
    assert (await override(house, run)).outcome is IntentState.SETTLED
    assert sent(house) == 2


async def test_a_refusal_of_the_server_leaves_the_gate_free(house: House) -> None:
    run = failing(house)
    house.runs.fail("override_check", StateMovedOn("Policy check polchk-1"))
    with pytest.raises(StateMovedOn):
        await override(house, run)
    assert (await override(house, run)).outcome is IntentState.SETTLED


async def test_without_a_reason_nothing_is_overridden(house: House) -> None:
    run = failing(house)
    for reason in ("", "  \n", "\u200b\u2060", "\u3164", "..!", "\u202e \ufeff"):
        with pytest.raises(WordsWanted) as caught:
            await override(house, run, reason=reason)
        assert (caught.value.word, caught.value.reason) == ("override", True)
    assert sent(house) == 0


async def test_who_may_not_decide_overrides_nothing(house: House) -> None:
    run = failing(house)
    with pytest.raises(RightMissing):
        await override(house, run, RAJ)
    assert sent(house) == 0


async def test_who_may_not_decide_hears_nothing_of_the_run(house: House) -> None:
    run = house.runs.add_run(house.runs.add_workspace("storefront-dev"), "planned")
    with pytest.raises(RightMissing):
        await override(house, run, RAJ)
    with pytest.raises(NotPossibleNow):
        await override(house, run, ANA, gate="confirm")
    assert (sent(house), house.runs.calls_of("act")) == (0, [])


async def test_a_stage_is_overridden_as_a_stage(house: House) -> None:
    run = house.runs.add_run(house.runs.add_workspace("storefront-dev"))
    house.runs.finish_plan(run.id)
    evaluation = PolicyEvaluation(id="poleval-1", status_word="failed", mandatory_failed=1)
    stage = TaskStage(
        id="ts-1",
        stage="post_plan",
        status_word=AWAITING_OVERRIDE,
        is_overridable=True,
        may_override=True,
        evaluations=(evaluation,),
        evaluation_ids=("poleval-1",),
    )
    house.policies.stages_of[run.id] = (stage,)
    outcome = PolicyOutcome(policy_set="house", policy="tags", status_word="failed", enforcement="mandatory", description="All have tags")
    house.policies.outcomes_of["poleval-1"] = (outcome, replace(outcome, policy="fine", status_word="passed"))
    run = house.runs.move(run.id, "post_plan_awaiting_decision", has_changes=True)
    found = await house.reader.read(run.id)
    tally = await house.voting.tally(found)
    assert [one.subject for one in tally.findings] == ["house/tags"]
    assert (await override(house, run)).outcome is IntentState.SETTLED
    assert [call.given["stage_id"] for call in house.runs.calls_of("override_stage")] == ["ts-1"]


# Two checks


async def test_each_check_has_a_gate_of_its_own_and_nobody_answers_another_than_they_were_shown(house: House) -> None:
    run = failing(house, "storefront-dev", check(1), check(2))
    assert (await override(house, run, gate="override:polchk-1")).outcome is IntentState.SETTLED
    with pytest.raises(AlreadyDecided):
        await override(house, run, gate="override:polchk-1")
    with pytest.raises(NotPossibleNow):
        await override(house, run, gate="override:polchk-3")
    assert (await house.reader.read(run.id)).run.gate == "override:polchk-2"
    assert sent(house) == 1
    assert (await override(house, run, KIM)).outcome is IntentState.SETTLED
    assert house.runs.run(run.id).gate == "confirm"


async def test_a_check_that_changes_between_reading_and_lock_is_not_voted_for(house: House) -> None:
    run = failing(house)

    async def somebody_else() -> None:
        house.policies.of_run[run.id] = (replace(check(), status_word="overridden"), check(2))
        house.runs.before.clear()
        house.clock.move(1)
        await house.reader.read(run.id)

    found = await house.finder.run(RunReference(run_id=run.id), ANA)
    assert found.run.gate == "override:polchk-1"
    house.runs.before["account"] = somebody_else
    with pytest.raises((NotPossibleNow, AlreadyDecided)):
        await override(house, run)
    assert sent(house) == 0


# Rules


async def test_whoever_made_the_run_does_not_override_its_failed_policy(ruled: House) -> None:
    run = failing(ruled, created_by="kim")
    own = await override(ruled, run, KIM)
    assert own.verdict is not None
    assert (own.outcome, [missing.rule for missing in own.verdict.missing], sent(ruled)) == (None, ["two pairs of eyes"], 0)
    assert (await override(ruled, run, ANA)).outcome is IntentState.SETTLED


async def test_an_override_that_applies_nothing_is_not_held_up_by_a_freeze_and_the_apply_is(ruled: House) -> None:
    run = failing(ruled, created_by="kim")
    await ruled.freezing.declare(DeclareFreeze("*", "sale"), ANA, DEPLOYS)
    assert (await override(ruled, run, ANA)).outcome is IntentState.SETTLED
    acted = await ruled.vote(run.id, ANA)
    assert (acted.outcome, acted.may_break_glass) == (None, True)


async def test_an_override_that_applies_nothing_breaks_no_glass(ruled: House) -> None:
    run = failing(ruled, created_by="kim")
    await ruled.freezing.declare(DeclareFreeze("*", "sale"), ANA, DEPLOYS)
    assert (await override(ruled, run, ANA, "it burns", breaks_glass=True)).outcome is IntentState.SETTLED
    async with ruled.store.read() as transaction:
        rows, decision = await transaction.audit.newest(run_id=run.id), await transaction.gates.latest(run.id)
    assert AuditKind.BREAK_GLASS not in {row.kind for row in rows}
    assert decision is not None
    assert not decision.broke_glass


async def test_where_the_run_applies_by_itself_an_override_is_an_apply_with_freezes_and_all(ruled: House) -> None:
    run = failing(ruled, auto_apply=True, created_by="kim")
    await ruled.freezing.declare(DeclareFreeze("*", "sale"), ANA, DEPLOYS)

    acted = await override(ruled, run, ANA)

    assert acted.verdict is not None
    assert (acted.outcome, acted.verdict.outcome, acted.may_break_glass) == (None, Outcome.MISSING, True)
    assert {missing.lack for missing in acted.verdict.missing} == {Lack.FREEZE}
    assert sent(ruled) == 0
    broken = await override(ruled, run, ANA, "it burns", breaks_glass=True)
    assert (broken.outcome, sent(ruled)) == (IntentState.SETTLED, 1)
    assert ruled.runs.run(run.id).was_confirmed
    async with ruled.store.read() as transaction:
        rows = await transaction.audit.newest(run_id=run.id)
        decision = await transaction.gates.latest(run.id)
    assert AuditKind.BREAK_GLASS in {row.kind for row in rows}
    assert decision is not None
    assert decision.broke_glass


async def test_whoever_may_not_break_the_glass_is_not_offered_it(ruled: House) -> None:
    run = failing(ruled, auto_apply=True, created_by="ana")
    await ruled.freezing.declare(DeclareFreeze("*", "sale"), ANA, DEPLOYS)
    acted = await override(ruled, run, KIM)
    assert (acted.outcome, acted.may_break_glass, sent(ruled)) == (None, False, 0)


async def test_a_failure_before_the_plan_is_not_judged_by_a_plan_that_is_not_there(ruled: House) -> None:
    """Whether rules about the plan speak against it is asked when it is to be applied; where nobody will be asked, now."""
    for auto_apply, name in ((False, "shop-early-dev"), (True, "other-early-dev")):
        run = ruled.runs.add_run(ruled.runs.add_workspace(name), auto_apply=auto_apply, created_by="kim")
        stage = TaskStage(id=f"ts-{name}", stage="pre_plan", status_word=AWAITING_OVERRIDE, is_overridable=True, may_override=True)
        ruled.policies.stages_of[run.id] = (stage,)
        run = ruled.runs.move(run.id, "pre_plan_awaiting_decision")
        if auto_apply:
            with pytest.raises(NotGranted):
                await override(ruled, run, ANA)
        else:
            assert (await override(ruled, run, ANA)).outcome is IntentState.SETTLED


# What was decided and not sent


async def test_an_override_that_waited_is_judged_again_and_not_sent_where_the_check_is_another(house: House) -> None:
    run = failing(house)
    house.runs.fail("override_check", TerraformRateLimited("terraform.test", 5))
    assert (await override(house, run)).outcome is IntentState.PENDING
    house.policies.of_run[run.id] = (replace(check(), status_word="overridden"), check(2))
    house.clock.move(15)
    await house.intents.tick(house.clock.now())
    assert sent(house) == 1
    assert (await house.intent_of(run.id)).state is IntentState.REFUSED


async def test_an_override_that_waited_is_sent_where_nothing_has_changed(house: House) -> None:
    run = failing(house)
    house.runs.fail("override_check", TerraformRateLimited("terraform.test", 5))
    await override(house, run)
    house.clock.move(15)
    await house.intents.tick(house.clock.now())
    assert sent(house) == 2
    assert (await house.intent_of(run.id)).state is IntentState.SETTLED


async def test_a_vote_for_an_override_is_taken_back(ruled: House) -> None:
    run = failing(ruled, created_by="kim")
    await override(ruled, run, KIM)
    asked = await ruled.approvals.take_back(RunReference(run_id=run.id), KIM, DEPLOYS)
    assert asked.tally is not None
    assert "Rule “two pairs of eyes”: 0 of 1 vote. Who may: @S0PLATFORM, @ana." in asked.tally.lacks
    with pytest.raises(NoVote):
        await ruled.approvals.take_back(RunReference(run_id=run.id), KIM, DEPLOYS)


async def test_people_are_reminded_of_a_check_that_waits_and_no_more_once_it_is_overridden(house: House) -> None:
    run = await failing_here(house)
    await house.reminders.tick(house.clock.now())
    house.clock.move(timedelta(hours=2).total_seconds())
    await house.reminders.tick(house.clock.now())
    await house.paint()
    [picture] = [message.picture for message in house.in_channel() if isinstance(message.picture, ReminderPicture)]
    assert (picture.is_over, picture.tally is not None) == (False, True)
    await override(house, run)
    await house.reminders.tick(house.clock.now())
    await house.paint()
    [picture] = [message.picture for message in house.in_channel() if isinstance(message.picture, ReminderPicture)]
    assert picture.is_over
