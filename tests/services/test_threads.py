"""Watches that want threads and mentions: whoever is needed is called in the channel all the same."""

from __future__ import annotations

from bot.core.commands.watches import AddWatch
from bot.core.errors import ChatUnreachable, ThreadClosed
from bot.core.messages import Kind
from bot.core.runs import Action
from bot.core.watches import Measure
from tests.services.house import ANA, DEPLOYS, KIM, House


async def watching(house: House, *, in_thread: bool = False, mentions: bool = False, measure: Measure = Measure.ALL) -> None:
    house.runs.add_workspace("storefront-dev")
    await house.poll()
    await house.watching.add(AddWatch("storefront-*", measure, in_thread=in_thread, mentions=mentions), KIM, DEPLOYS)


def first(house: House) -> str:
    return next(iter(house.runs._workspaces))


async def run_elsewhere(house: House, status: str = "") -> str:
    return house.runs.add_run(house.runs.workspace(first(house)), status).id


async def test_calls_and_ends_are_replies_and_calls_show_in_the_channel(house: House) -> None:
    await watching(house, in_thread=True)
    run_id = await run_elsewhere(house)
    await house.turn()
    house.runs.finish_plan(run_id)
    await house.turn()
    house.runs.move(run_id, "errored")
    await house.turn()

    card, call, end = house.in_channel()
    assert [one.run_picture.kind for one in (card, call, end)] == [Kind.CARD, Kind.CALL, Kind.END]
    assert card.thread_ts is None
    assert (call.thread_ts, call.broadcast) == (card.ts, True)
    assert (end.thread_ts, end.broadcast) == (card.ts, False)


async def test_the_card_is_posted_before_its_first_reply_where_both_wait(house: House) -> None:
    await watching(house, in_thread=True)
    house.chat.fail("post", ChatUnreachable())
    run_id = await run_elsewhere(house)
    await house.poll()
    house.runs.finish_plan(run_id)
    await house.poll()
    house.chat._failures.clear()

    await house.paint()

    card, call = house.in_channel()
    assert (card.run_picture.kind, call.thread_ts) == (Kind.CARD, card.ts)


async def test_a_card_that_cannot_be_posted_keeps_no_call_back(house: House) -> None:
    await watching(house, in_thread=True)
    run_id = await run_elsewhere(house)
    house.chat.fail("post", ChatUnreachable())
    await house.turn()
    house.runs.finish_plan(run_id)
    await house.turn()

    [call] = [one for one in house.in_channel() if one.run_picture.kind is Kind.CALL]
    assert call.thread_ts is None


async def test_a_thread_that_takes_no_replies_does_not_lose_the_call(house: House) -> None:
    await watching(house, in_thread=True)
    run_id = await run_elsewhere(house)
    await house.turn()
    house.chat.fail("post", ThreadClosed("restricted_action_thread_locked"))
    house.runs.finish_plan(run_id)

    await house.turn()

    [call] = [one for one in house.in_channel() if one.run_picture.kind is Kind.CALL]
    assert call.thread_ts is None
    assert call.run_picture.buttons


async def test_a_reply_whose_answer_was_lost_is_found_in_its_thread(house: House) -> None:
    await watching(house, in_thread=True)
    run_id = await run_elsewhere(house)
    await house.turn()
    house.runs.move(run_id, "errored")
    await house.poll()
    house.chat.lose("post")
    await house.paint()
    house.clock.move(31)

    await house.paint()
    await house.paint()

    assert [one.run_picture.kind for one in house.in_channel()] == [Kind.CARD, Kind.END]
    assert house.chat.calls.count(("post", DEPLOYS.channel)) == 2


async def test_without_threads_every_message_stands_in_the_channel(house: House) -> None:
    await watching(house)
    run_id = await run_elsewhere(house)
    await house.turn()
    house.runs.finish_plan(run_id)
    await house.turn()
    assert [one.thread_ts for one in house.in_channel()] == [None, None]


async def test_a_call_mentions_who_asked_for_the_run_in_slack(house: House) -> None:
    await watching(house, mentions=True)
    started = await house.start("storefront-dev", actor=ANA)
    assert started.run_id is not None
    await house.turn()
    house.runs.finish_plan(started.run_id)
    await house.turn()

    card, call = house.in_channel()
    assert (card.run_picture.mention, call.run_picture.mention) == (ANA.id, ANA.id)
    await house.act(Action.DISCARD, started.run_id)
    await house.turn()
    await house.turn()
    assert call.run_picture.mention == ""


async def test_nobody_is_mentioned_where_nobody_is_known_or_no_watch_wants_it(house: House) -> None:
    await watching(house, mentions=True, measure=Measure.DECISIONS)
    await run_elsewhere(house, "planned")
    await house.turn()
    [card] = house.in_channel()
    assert (card.run_picture.run.created_by, card.run_picture.mention) == ("kim", "")


async def test_a_run_that_is_started_where_no_watch_wants_mentions_mentions_nobody(house: House) -> None:
    await watching(house)
    started = await house.start("storefront-dev", actor=ANA)
    assert started.run_id is not None
    house.runs.finish_plan(started.run_id)
    await house.turn()
    assert {one.run_picture.mention for one in house.in_channel()} == {""}
