from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.core.decisions import IntentState
from bot.core.errors import (
    AlreadyDecided,
    ApplyInterrupted,
    ApprovalSwitchedOff,
    ChatUnreachable,
    MembershipUnread,
    NotPossibleNow,
    PlanChanged,
    RightMissing,
    RunbellError,
    StateMovedOn,
    TerraformAnswerLost,
    TerraformRateLimited,
    TerraformUnreachable,
    TokenMayNot,
    UnknownRun,
)
from bot.core.messages import Kind
from bot.core.runs import Action, Run
from tests.services.house import ANA, DEPLOYS, KIM, RAJ, House


async def waiting_run(house: House, workspace: str = "storefront-dev") -> Run:
    """A run started in Slack that waits for a decision, with its card and its call painted."""
    house.runs.add_workspace(workspace)
    started = await house.start(workspace, "bump")
    assert started.run_id is not None
    await house.paint()
    run = house.runs.finish_plan(started.run_id, additions=2, destructions=1)
    await house.turn()
    return run


def pictures(house: House) -> dict[Kind, object]:
    return {message.run_picture.kind: message.run_picture for message in house.in_channel()}


async def test_an_approval_is_applied_once_and_names_the_person_and_the_channel(house: House) -> None:
    run = await waiting_run(house)

    acted = await house.act(Action.APPLY, run.id, actor=KIM, comment="looks good")
    await house.paint()

    assert acted.outcome is IntentState.SETTLED
    [comment] = house.runs.said_about(run.id)
    assert comment.startswith("applied by kim (U0KIM) in #deploys (ref rb-")
    assert comment.endswith(": “looks good”")
    for message in house.in_channel():
        assert message.run_picture.decision is not None
        assert message.run_picture.decision.person == "U0KIM"
        assert not {Action.APPLY, Action.DISCARD} & set(message.run_picture.buttons)


async def test_the_buttons_are_on_the_newest_message_only(house: House) -> None:
    await waiting_run(house)

    card, call = house.in_channel()

    assert (card.run_picture.kind, card.run_picture.buttons) == (Kind.CARD, ())
    assert (call.run_picture.kind, set(call.run_picture.buttons)) == (Kind.CALL, {Action.APPLY, Action.DISCARD})
    assert call.run_picture.plan is not None
    assert (call.run_picture.plan.additions, call.run_picture.plan.destructions) == (2, 1)


async def test_a_second_click_hears_who_was_first(house: House) -> None:
    run = await waiting_run(house)
    await house.act(Action.APPLY, run.id, actor=KIM)

    with pytest.raises(AlreadyDecided) as caught:
        await house.act(Action.DISCARD, run.id, actor=ANA)

    assert (caught.value.by, caught.value.verb) == ("U0KIM", "applied")


async def test_of_many_clicks_at_once_one_applies_and_the_others_hear_of_it(house: House) -> None:
    run = await waiting_run(house)

    results = await asyncio.gather(*(house.act(Action.APPLY, run.id, actor=actor) for actor in (ANA, KIM) * 5), return_exceptions=True)

    assert len(house.runs.calls_of("act")) == 1
    assert sum(isinstance(result, AlreadyDecided) for result in results) == 9


@pytest.mark.parametrize("actor", [RAJ])
async def test_who_may_not_decide_is_told_who_may(house: House, actor: object) -> None:
    run = await waiting_run(house)

    with pytest.raises(RightMissing) as caught:
        await house.act(Action.APPLY, run.id, actor=actor)  # type: ignore[arg-type]

    assert caught.value.people == ("U0ANA",)
    assert caught.value.groups == ("S0PLATFORM",)
    assert house.runs.calls_of("act") == []


async def test_where_slack_cannot_be_asked_nobody_decides(house: House) -> None:
    run = await waiting_run(house)
    house.people.fail(ChatUnreachable())

    with pytest.raises(MembershipUnread):
        await house.act(Action.APPLY, run.id, actor=KIM)

    assert house.runs.calls_of("act") == []


async def test_an_apply_whose_answer_was_lost_is_never_sent_again_and_settled_by_its_comment(house: House) -> None:
    run = await waiting_run(house)
    house.runs.lose_answer("act")

    acted = await house.act(Action.APPLY, run.id)
    assert acted.outcome is IntentState.UNSURE
    await house.turn()

    assert len(house.runs.calls_of("act")) == 1
    assert (await house.intent_of(run.id)).state is IntentState.SETTLED


@pytest.mark.parametrize("lose", [False, True], ids=["settled", "unsure"])
async def test_what_somebody_else_has_sent_meanwhile_is_not_sent_again(house: House, lose: bool) -> None:  # noqa: FBT001 - a case
    """Who looks after a decision that was not sent reads for a while before they send it, and may come too late."""
    run = await waiting_run(house)
    if lose:
        house.runs.lose_answer("act")
    await house.act(Action.APPLY, run.id)
    intent = await house.intent_of(run.id)

    late = await house.intents.carry_out(replace(intent, state=IntentState.PENDING, owner="", lease_until=None))

    assert late.state is (IntentState.UNSURE if lose else IntentState.SETTLED)
    assert len(house.runs.calls_of("act")) == 1


async def test_on_a_server_without_comments_a_lost_apply_claims_no_name(house: House) -> None:
    run = await waiting_run(house)
    house.runs.keeps_comments = False
    house.runs.lose_answer("act")

    await house.act(Action.APPLY, run.id)
    await house.turn()
    await house.paint()

    assert (await house.intent_of(run.id)).state is IntentState.ELSEWHERE
    card = house.in_channel()[0].run_picture
    assert not card.decision_stands


async def test_an_apply_that_was_never_heard_frees_the_gate_and_tells_people(house: House) -> None:
    run = await waiting_run(house)
    house.runs.fail("act", TerraformAnswerLost("terraform.test"))

    await house.act(Action.APPLY, run.id)
    for _ in range(6):
        await house.turn(30)

    assert (await house.intent_of(run.id)).state is IntentState.UNHEARD
    assert "never heard" in house.in_channel()[-1].note.text
    again = await house.act(Action.APPLY, run.id)
    assert again.outcome is IntentState.SETTLED
    assert len(house.runs.calls_of("act")) == 2


async def test_an_apply_that_the_server_refuses_frees_the_gate(house: House) -> None:
    run = await waiting_run(house)
    house.runs.fail("act", StateMovedOn(run.id, "transition not allowed"))

    with pytest.raises(StateMovedOn):
        await house.act(Action.APPLY, run.id)
    await house.act(Action.APPLY, run.id)

    assert house.runs.run(run.id).status_word == "confirmed"


async def test_a_server_that_cannot_be_reached_has_done_nothing(house: House) -> None:
    run = await waiting_run(house)
    house.runs.fail("act", TerraformUnreachable("terraform.test"))

    with pytest.raises(TerraformUnreachable):
        await house.act(Action.APPLY, run.id)
    await house.paint()

    assert set(house.in_channel()[1].run_picture.buttons) == {Action.APPLY, Action.DISCARD}


async def test_a_rate_limit_is_waited_out_and_the_decision_judged_again(house: House) -> None:
    run = await waiting_run(house)
    house.runs.fail("act", TerraformRateLimited("terraform.test", 20))

    acted = await house.act(Action.APPLY, run.id)
    assert acted.outcome is IntentState.PENDING
    await house.turn(25)

    assert (await house.intent_of(run.id)).state is IntentState.SETTLED
    assert len(house.runs.calls_of("act")) == 2


async def test_a_right_that_is_gone_when_the_call_goes_out_stops_it(house: House) -> None:
    run = await waiting_run(house)
    house.runs.fail("act", TerraformRateLimited("terraform.test", 20))
    await house.act(Action.APPLY, run.id, actor=KIM)
    house.people.groups["S0PLATFORM"] = frozenset()

    await house.turn(25)

    assert (await house.intent_of(run.id)).state is IntentState.REFUSED
    assert len(house.runs.calls_of("act")) == 1
    assert house.in_channel()[-1].note.mention == "U0KIM"


async def test_a_decision_that_could_not_be_sent_for_too_long_is_let_go(house: House) -> None:
    run = await waiting_run(house)
    house.runs.fail("act", TerraformRateLimited("terraform.test", 1000))
    await house.act(Action.APPLY, run.id)

    await house.turn(400)

    assert (await house.intent_of(run.id)).state is IntentState.REFUSED
    assert "decide again" in house.in_channel()[-1].note.text


async def test_a_run_decided_elsewhere_is_said_to_be(house: House) -> None:
    run = await waiting_run(house)
    house.runs.move(run.id, "confirmed")

    with pytest.raises(AlreadyDecided) as caught:
        await house.act(Action.APPLY, run.id)

    assert caught.value.by == ""


async def test_what_the_state_or_the_token_does_not_allow_is_said(house: House) -> None:
    workspace = house.runs.add_workspace("storefront-dev")
    planning = house.runs.add_run(workspace)
    house.runs.permitted = frozenset({Action.CANCEL})
    other = house.runs.add_run(house.runs.add_workspace("api-dev"), "planned")

    with pytest.raises(NotPossibleNow):
        await house.act(Action.APPLY, planning.id)
    with pytest.raises(TokenMayNot):
        await house.act(Action.APPLY, other.id)
    with pytest.raises(UnknownRun):
        await house.act(Action.APPLY, "run-nothere")


async def test_a_claim_that_cannot_be_true_switches_approving_off_and_says_why(house: House) -> None:
    run = await waiting_run(house)
    house.runs.put(replace(house.runs.move(run.id, "running"), allowed=frozenset(), apply_doubted=True))

    with pytest.raises(ApprovalSwitchedOff, match="server's own page"):
        await house.act(Action.APPLY, run.id)


async def test_a_run_of_an_organization_that_is_not_ours_does_not_exist(house: House) -> None:
    foreign = house.runs.add_run(house.runs.add_workspace("secrets", organization="rival"), "planned")

    with pytest.raises(UnknownRun):
        await house.act(Action.APPLY, foreign.id)


async def test_a_discard_says_who_did_it_and_an_end_is_posted(house: House) -> None:
    run = await waiting_run(house)

    await house.act(Action.DISCARD, run.id, comment="not before the sale")
    await house.turn()

    kinds = [message.run_picture.kind for message in house.in_channel()]
    assert kinds == [Kind.CARD, Kind.CALL, Kind.END]
    assert house.in_channel()[-1].run_picture.run.status_word == "discarded"


async def test_a_cancel_interrupts_a_planning_run(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    started = await house.start("storefront-dev")
    assert started.run_id is not None

    await house.act(Action.CANCEL, started.run_id)

    assert house.runs.run(started.run_id).status_word == "canceled"


async def test_a_decision_left_behind_by_a_process_that_died_is_sent_once_by_the_next(house: House) -> None:
    """The process died between the decision and the call: the intent is pending, and nobody has sent it."""
    run = await waiting_run(house)
    carry_out, house.approvals._intents.carry_out = house.approvals._intents.carry_out, die  # type: ignore[assignment,method-assign]
    with pytest.raises(RuntimeError):
        await house.act(Action.APPLY, run.id)
    house.approvals._intents.carry_out = carry_out  # type: ignore[method-assign]

    await house.turn(15)
    await house.turn(15)

    assert len(house.runs.calls_of("act")) == 1
    assert (await house.intent_of(run.id)).state is IntentState.SETTLED


async def die(intent_id: str) -> None:
    raise RuntimeError(intent_id)


async def test_a_call_that_its_process_did_not_live_to_hear_answered_is_settled_by_the_run(house: House) -> None:
    run = await waiting_run(house)
    house.runs.before["act"] = killed
    with pytest.raises(asyncio.CancelledError):
        await house.act(Action.APPLY, run.id)
    del house.runs.before["act"]

    for _ in range(8):
        await house.turn(30)

    assert len(house.runs.calls_of("act")) == 1
    assert (await house.intent_of(run.id)).state is IntentState.UNHEARD


async def killed() -> None:
    raise asyncio.CancelledError


async def test_nothing_is_said_in_an_error_that_is_not_our_own_word(house: House) -> None:
    run = await waiting_run(house)

    with pytest.raises(RunbellError) as caught:
        await house.act(Action.APPLY, run.id, actor=RAJ, place=DEPLOYS)

    assert caught.value.sentence


@pytest.mark.parametrize("shown", ["", f"weak:{'0' * 64}"])
async def test_a_vote_for_another_plan_than_was_shown_is_not_noted(house: House, shown: str) -> None:
    """Whoever forgets to say what was shown has shown nothing."""
    run = house.runs.add_run(house.runs.add_workspace("storefront-dev"), "planned")
    with pytest.raises(PlanChanged):
        await house.act(Action.APPLY, run.id, comment="why", shown=shown)
    assert house.runs.calls_of("act") == []
    assert await house.votes(run.id) == ()


async def test_an_apply_is_not_interrupted_by_somebody_who_was_not_told_what_that_leaves(house: House) -> None:
    run = house.runs.add_run(house.runs.add_workspace("storefront-dev"), "planned")
    house.runs.move(run.id, "applying")
    with pytest.raises(ApplyInterrupted):
        await house.act(Action.CANCEL, run.id, interrupts=False)
    assert house.runs.calls_of("act") == []
