"""Canceling by force what a cancel does not end, saved plans, and comments: who may, when, and that each is sent once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.commands.deciding import CommentRun
from bot.core.commands.runs import RunReference
from bot.core.decisions import IntentState
from bot.core.errors import AlreadyDecided, ChannelShared, NotPossibleNow, RightMissing, TerraformAnswerLost, TerraformRateLimited
from bot.core.policy import Actor
from bot.core.runs import Action, Run
from bot.services.comments import Commented
from tests.services.house import ANA, DEPLOYS, KIM, RAJ, House


async def stuck(house: House) -> Run:
    """A run started in Slack that goes on in spite of a cancel."""
    house.runs.add_workspace("storefront-dev")
    house.runs.stubborn.add("storefront-dev")
    started = await house.start("storefront-dev")
    run_id = str(started.run_id)
    await house.turn()
    await house.act(Action.CANCEL, run_id)
    await house.turn()
    return house.runs.run(run_id)


async def test_a_run_that_a_cancel_does_not_end_counts_down_and_may_then_be_killed(house: House) -> None:
    run = await stuck(house)
    [card] = house.in_channel()
    assert card.run_picture.run.force_cancel_at is not None
    assert card.run_picture.buttons == ()
    with pytest.raises(NotPossibleNow):
        await house.act(Action.FORCE_CANCEL, run.id)

    house.runs.let_force(run.id)
    await house.turn()
    assert house.in_channel()[0].run_picture.buttons == (Action.FORCE_CANCEL,)
    acted = await house.act(Action.FORCE_CANCEL, run.id, comment="it hangs")
    await house.turn()

    assert acted.outcome is IntentState.SETTLED
    [call] = house.runs.calls_of("force_cancel")
    assert call.given["comment"].startswith("canceled by force by ana (U0ANA) in #deploys (ref rb-")
    assert call.given["comment"].endswith(": “it hangs”")
    assert house.runs.run(run.id).status_word == "force_canceled"
    assert house.in_channel()[0].run_picture.buttons == ()


async def test_a_cancel_that_had_to_wait_is_sent_although_the_plan_has_finished_meanwhile(house: House) -> None:
    run = house.runs.add_run(house.runs.add_workspace("storefront-dev"))
    house.runs.fail("act", TerraformRateLimited("terraform.test", 20))
    await house.act(Action.CANCEL, run.id)
    house.runs.put(replace(house.runs.finish_plan(run.id), status_word="cost_estimating", allowed=frozenset({Action.CANCEL})))
    house.clock.move(30)
    await house.intents.tick(house.clock.now())
    assert [call.given["action"] for call in house.runs.calls_of("act")] == [Action.CANCEL, Action.CANCEL]
    assert (await house.intent_of(run.id)).state is IntentState.SETTLED


async def test_a_run_is_killed_by_those_with_the_right_admin_alone_and_once(house: House) -> None:
    run = await stuck(house)
    house.runs.let_force(run.id)
    with pytest.raises(RightMissing) as caught:
        await house.act(Action.FORCE_CANCEL, run.id, actor=KIM)
    assert caught.value.right == "admin"
    await house.act(Action.FORCE_CANCEL, run.id)
    with pytest.raises((AlreadyDecided, NotPossibleNow)):
        await house.act(Action.FORCE_CANCEL, run.id)
    assert len(house.runs.calls_of("force_cancel")) == 1


async def test_a_forced_cancel_whose_answer_was_lost_is_settled_by_the_run(house: House) -> None:
    run = await stuck(house)
    house.runs.let_force(run.id)
    house.runs.lose_answer("force_cancel")
    assert (await house.act(Action.FORCE_CANCEL, run.id)).outcome is IntentState.UNSURE
    await house.turn()
    assert len(house.runs.calls_of("force_cancel")) == 1
    assert (await house.intent_of(run.id)).state is IntentState.SETTLED


async def test_a_saved_plan_is_called_for_and_applied_like_any_other(house: House) -> None:
    run = house.runs.add_run(house.runs.add_workspace("storefront-dev"), save_plan=True)
    house.runs.finish_plan(run.id)
    house.runs.move(run.id, "planned_and_saved")
    assert (await house.reader.read(run.id)).run.gate == "confirm"
    assert (await house.vote(run.id, KIM)).outcome is IntentState.SETTLED
    assert len(house.runs.calls_of("act")) == 1


async def test_a_saved_plan_is_discarded(house: House) -> None:
    run = house.runs.add_run(house.runs.add_workspace("storefront-dev"), save_plan=True)
    house.runs.finish_plan(run.id)
    house.runs.move(run.id, "planned_and_saved")
    await house.act(Action.DISCARD, run.id, comment="stale")
    assert house.runs.run(run.id).status_word == "discarded"


# Comments


async def say(house: House, run: Run, actor: Actor = KIM, text: str = "waits for the DNS change") -> Commented:
    return await house.comments.say(CommentRun(RunReference(run_id=run.id), text), actor, DEPLOYS)


async def test_a_comment_is_signed_and_sent_once(house: House) -> None:
    run = house.runs.add_run(house.runs.add_workspace("storefront-dev"), "planned")
    assert (await say(house, run)).outcome is IntentState.SETTLED
    [comment] = house.runs.said_about(run.id)
    assert comment.startswith("kim (U0KIM) in #deploys (ref rb-")
    assert comment.endswith(": “waits for the DNS change”")
    assert len(house.histories.said) == 1


async def test_a_comment_whose_answer_was_lost_is_found_and_not_sent_again(house: House) -> None:
    run = house.runs.add_run(house.runs.add_workspace("storefront-dev"), "planned")
    house.runs.lose_answer("comment")
    assert (await say(house, run)).outcome is IntentState.UNSURE
    await house.turn()
    assert await house.open_intents() == ()
    assert len(house.histories.said) == 1


async def test_a_comment_that_was_never_heard_is_told(house: House) -> None:
    run = house.runs.add_run(house.runs.add_workspace("storefront-dev"), "planned")
    house.runs.fail("comment", TerraformAnswerLost("terraform.test"))
    await say(house, run)
    for _ in range(8):
        await house.turn()
    assert "never heard the comment" in house.in_channel()[-1].picture.text  # type: ignore[union-attr] # a note
    assert await house.open_intents() == ()


async def test_a_comment_that_had_to_wait_is_sent_later(house: House) -> None:
    run = house.runs.add_run(house.runs.add_workspace("storefront-dev"), "planned")
    house.runs.fail("comment", TerraformRateLimited("terraform.test", 5))
    assert (await say(house, run)).outcome is IntentState.PENDING
    await house.turn()
    assert len(house.histories.said) == 1


async def test_who_may_neither_start_nor_decide_says_nothing_there(house: House) -> None:
    run = house.runs.add_run(house.runs.add_workspace("storefront-prod"), "planned")
    for actor in (KIM, RAJ):
        with pytest.raises(RightMissing):
            await say(house, run, actor)
    house.clock.move(61)
    house.chat.shared.add("C0DEPLOYS")
    with pytest.raises(ChannelShared):
        await say(house, run, ANA)
    assert house.histories.said == []
