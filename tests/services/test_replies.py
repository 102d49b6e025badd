"""A message that Slack lets nobody change: what people have to know of is said below it, once for each state."""

from __future__ import annotations

from bot.core.commands.watches import AddWatch
from bot.core.errors import CannotEdit
from bot.core.messages import Kind
from bot.core.runs import Action
from bot.core.watches import Measure
from tests.fakes.chat import FakeMessage
from tests.services.house import ANA, DEPLOYS, House


async def carded(house: House, status: str = "", measure: Measure = Measure.ALL) -> str:
    """A run that was started elsewhere, with its card in a channel that watches, which can no longer be changed."""
    workspace = house.runs.add_workspace("storefront-prod")
    await house.poll()
    await house.watching.add(AddWatch("*", measure), ANA, DEPLOYS)
    run = house.runs.add_run(workspace, status)
    await house.turn()
    house.chat.uneditable.add(house.in_channel()[0].ts)
    return run.id


def replies(house: House) -> list[FakeMessage]:
    return [one for one in house.in_channel() if one.run_picture.kind is Kind.REPLY]


async def test_steps_that_nobody_waits_for_are_not_said(house: House) -> None:
    run_id = await carded(house)
    for status in ("queuing", "planning", "cost_estimating"):
        house.runs.move(run_id, status)
        await house.turn()
    assert len(house.in_channel()) == 1
    assert house.chat.calls.count(("update", DEPLOYS.channel)) == 1


async def test_the_end_is_said_below_the_card_once(house: House) -> None:
    run_id = await carded(house)
    house.runs.move(run_id, "applied")

    for _ in range(3):
        await house.turn()

    [reply] = replies(house)
    assert reply.thread_ts == house.in_channel()[0].ts
    assert (reply.broadcast, reply.run_picture.run.status_word) == (False, "applied")


async def test_an_end_that_has_a_message_of_its_own_is_not_said_twice(house: House) -> None:
    run_id = await carded(house)
    house.runs.move(run_id, "errored")

    for _ in range(3):
        await house.turn()

    assert [one.run_picture.kind for one in house.in_channel()] == [Kind.CARD, Kind.END]


async def test_a_gate_has_its_call_and_no_reply(house: House) -> None:
    run_id = await carded(house)
    house.runs.finish_plan(run_id)

    for _ in range(3):
        await house.turn()

    assert [one.run_picture.kind for one in house.in_channel()] == [Kind.CARD, Kind.CALL]


async def test_a_card_that_was_the_call_is_answered_when_the_run_is_over(house: House) -> None:
    run_id = await carded(house, "planned", Measure.DECISIONS)
    house.runs.move(run_id, "planned", message="still waiting")
    await house.turn()
    assert replies(house) == []
    house.runs.move(run_id, "discarded")

    await house.turn()
    await house.turn()

    [reply] = replies(house)
    assert reply.run_picture.run.status_word == "discarded"


async def test_a_gate_that_no_call_tells_is_said_in_the_thread_and_the_channel_with_its_buttons(house: House) -> None:
    run_id = await carded(house, "errored", Measure.FAILURES)
    waiting = house.runs.move(run_id, "planned", has_changes=True)
    async with house.store.write() as transaction:
        await transaction.runs.forget(run_id)
    await house.reader.read(waiting.id)

    await house.turn()
    await house.turn()

    [reply] = replies(house)
    assert reply.broadcast
    assert Action.APPLY in reply.run_picture.buttons


async def test_a_call_that_cannot_be_changed_is_left_as_it_is(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    run_id = (await house.start("storefront-dev")).run_id
    assert run_id is not None
    house.runs.finish_plan(run_id)
    await house.turn()
    for message in house.in_channel():
        house.chat.uneditable.add(message.ts)
    await house.act(Action.APPLY, run_id)
    house.runs.move(run_id, "applied")

    for _ in range(3):
        await house.turn()

    kinds = [one.run_picture.kind for one in house.in_channel()]
    assert kinds.count(Kind.END) == 1
    assert Kind.REPLY not in kinds


async def test_a_window_that_closes_after_the_card_was_changed_counts_from_then_on(house: House) -> None:
    workspace = house.runs.add_workspace("storefront-prod")
    await house.poll()
    await house.watching.add(AddWatch("*", Measure.ALL), ANA, DEPLOYS)
    run = house.runs.add_run(workspace)
    await house.turn()
    house.chat.fail("update", CannotEdit("edit_window_closed"))
    house.runs.move(run.id, "queuing")
    await house.turn()
    house.runs.move(run.id, "canceled")

    await house.turn()
    await house.turn()

    assert [one.run_picture.run.status_word for one in replies(house)] == ["canceled"]
    assert house.chat.calls.count(("update", DEPLOYS.channel)) == 1
