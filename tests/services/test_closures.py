"""A channel in which nothing can be said: its watches are paused, their owners told once, and it all goes on when it opens again."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.commands.runs import StartRun
from bot.core.commands.watches import AddWatch
from bot.core.errors import AlreadyWatched, ChannelClosed
from bot.core.messages import Kind
from bot.core.watches import Measure, Watch
from bot.core.workspaces import Workspace
from bot.services.closures import Closures
from tests.services.house import ANA, DEPLOYS, KIM, OPERATOR, OTHER, RAJ, House, open_house


async def watching(house: House, *, measure: Measure = Measure.ALL) -> None:
    for name in ("storefront-dev", "storefront-prod"):
        house.runs.add_workspace(name)
    await house.poll()
    await house.watching.add(AddWatch("storefront-*", measure), RAJ, DEPLOYS)


def nth(house: House, number: int) -> Workspace:
    return list(house.runs._workspaces.values())[number]


async def archived(house: House) -> str:
    """The channel is archived, and a run tries to speak there."""
    house.chat.archived.add(DEPLOYS.channel)
    run = house.runs.add_run(nth(house, 0))
    await house.turn()
    return run.id


async def paused(house: House) -> list[bool]:
    async with house.store.read() as transaction:
        return [watch.paused_at is not None for watch in await transaction.watches.all()]


@pytest.fixture(autouse=True)
async def ready(house: House) -> None:
    await watching(house)


async def test_a_watch_of_an_archived_channel_is_paused_and_its_owner_is_told_once(house: House) -> None:
    await archived(house)
    for _ in range(3):
        house.runs.add_run(nth(house, 1))
        await house.turn()

    [note] = house.chat.in_channel(RAJ.id)
    assert await paused(house) == [True]
    assert note.note.about == DEPLOYS.channel
    assert "it is archived" in note.note.text
    assert "“storefront-*”" in note.note.text


async def test_nothing_more_is_tried_there_meanwhile(house: House) -> None:
    run_id = await archived(house)
    house.chat.calls.clear()
    house.runs.finish_plan(run_id)
    house.runs.add_run(nth(house, 1), "planned")

    await house.turn()
    await house.turn()

    assert [call for call in house.chat.calls if call[1] == DEPLOYS.channel] == []


async def test_cards_that_stand_there_are_not_touched_until_it_opens_and_then_caught_up_with(house: House) -> None:
    run = house.runs.add_run(nth(house, 0))
    await house.turn()
    [card] = house.in_channel()
    house.chat.archived.add(DEPLOYS.channel)
    house.runs.move(run.id, "queuing")
    await house.turn()
    assert await paused(house) == [True]
    house.chat.calls.clear()
    house.runs.finish_plan(run.id)
    await house.turn()
    assert ("update", DEPLOYS.channel) not in house.chat.calls

    house.chat.archived.clear()
    await house.closures.tick(house.clock.now())
    await house.turn()

    assert await paused(house) == [False]
    assert card.run_picture.run.status_word == "planned"
    assert [one.run_picture.kind for one in house.in_channel()] == [Kind.CARD, Kind.CALL]


async def test_it_stays_paused_while_the_channel_is_closed(house: House) -> None:
    await archived(house)
    await house.closures.tick(house.clock.now())
    house.chat.private.add(DEPLOYS.channel)
    await house.closures.tick(house.clock.now())
    assert await paused(house) == [True]


async def test_the_same_watch_typed_again_has_it_go_on(house: House) -> None:
    run_id = await archived(house)
    house.runs.finish_plan(run_id)
    await house.turn()
    house.chat.archived.clear()

    watched = await house.watching.add(AddWatch("storefront-*"), KIM, DEPLOYS)
    await house.turn()

    assert (watched.watch.paused_at, watched.watch.owner, watched.watch.measure) == (None, RAJ.id, Measure.ALL)
    assert await paused(house) == [False]
    assert {one.run_picture.run.id for one in house.in_channel()} == {run_id}
    assert sum(bool(one.run_picture.buttons) for one in house.in_channel()) == 1
    with pytest.raises(AlreadyWatched):
        await house.watching.add(AddWatch("storefront-*"), KIM, DEPLOYS)


async def test_the_next_message_that_slack_takes_there_has_it_go_on(house: House) -> None:
    await archived(house)
    house.chat.archived.clear()
    await house.launches.start(StartRun("storefront-prod", "by hand"), ANA, DEPLOYS)

    await house.paint()

    assert await paused(house) == [False]


async def test_a_list_says_what_is_paused(house: House) -> None:
    await archived(house)
    [watch] = await house.watching.list(RAJ, DEPLOYS)
    assert (watch.paused_at is not None, watch.paused_why) == (True, "it is archived")


async def test_other_channels_hear_as_before(house: House) -> None:
    await house.watching.add(AddWatch("storefront-*", Measure.ALL), RAJ, OTHER)
    run_id = await archived(house)
    assert [one.run_picture.run.id for one in house.in_channel(OTHER)] == [run_id]
    assert await paused(house) == [True, False]


async def test_who_started_a_run_from_a_channel_that_is_closed_is_told_once(house: House) -> None:
    await house.launches.start(StartRun("storefront-dev", "by hand"), ANA, DEPLOYS)
    house.chat.private.add(DEPLOYS.channel)

    await house.turn()
    await house.turn()

    [note] = house.chat.in_channel(ANA.id)
    assert "which you started there" in note.note.text


async def test_watches_that_stand_in_a_file_are_told_of_to_the_operator(house: House) -> None:
    async with house.store.write() as transaction:
        await transaction.watches.add(Watch(channel=OTHER.channel, pattern="*", measure=Measure.ALL, source="runbell.toml"))
    house.chat.archived.add(OTHER.channel)
    house.runs.add_run(nth(house, 0))

    await house.turn()
    await house.paint()

    [note] = house.chat.in_channel(OPERATOR)
    assert (note.note.about, "“*”" in note.note.text) == (OTHER.channel, True)


async def test_an_owner_who_takes_no_direct_messages_holds_nothing_up(house: House) -> None:
    house.chat.private.add(RAJ.id)
    await archived(house)
    assert house.chat.in_channel(RAJ.id) == []
    assert await paused(house) == [True]


async def test_the_reason_is_told_in_slacks_word_where_there_is_no_better_one(house: House) -> None:
    await house.closures.closed(DEPLOYS.channel, "restricted_action")
    [watch] = await house.watching.list(RAJ, DEPLOYS)
    assert watch.paused_why == "Slack says restricted_action"


async def test_a_run_that_waits_goes_to_the_fallback_channel_when_its_watch_is_paused(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    async with open_house(tmp_path / "other", fallback=OTHER.channel) as house:
        await watching(house, measure=Measure.DECISIONS)
        house.chat.archived.add(DEPLOYS.channel)
        run = house.runs.add_run(nth(house, 0), "planned")

        await house.turn()
        await house.turn()

        [card] = house.in_channel(OTHER)
        assert card.run_picture.run.id == run.id
        assert card.run_picture.buttons


async def test_a_post_that_fails_for_another_reason_pauses_nothing(house: House) -> None:
    house.chat.fail("post", ChannelClosed("not_in_channel"))
    house.runs.add_run(nth(house, 0))
    await house.turn()
    assert await paused(house) == [False]
    assert len(house.in_channel()) == 1


async def test_where_nobody_is_known_to_tell_it_is_paused_all_the_same(house: House) -> None:
    closures = Closures(house.store, house.recorder, house.chat, house.clock, lambda: None)
    async with house.store.write() as transaction:
        await transaction.watches.add(Watch(channel=OTHER.channel, pattern="*", source="runbell.toml"))
    await closures.closed(OTHER.channel, "is_archived")
    await house.paint()
    assert await paused(house) == [False, True]
    assert house.chat.messages == []
