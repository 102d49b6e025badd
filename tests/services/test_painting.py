from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.core.errors import (
    CannotEdit,
    ChannelClosed,
    ChatAnswerLost,
    ChatRateLimited,
    ChatRefused,
    ChatUnreachable,
    InstallationDead,
    MessageGone,
    TerraformUnreachable,
)
from bot.core.messages import Kind, Message
from bot.core.pictures import Picture
from bot.core.runs import Action
from tests.fakes.chat import FakeMessage
from tests.services.house import DEPLOYS, OTHER, House


async def started(house: House, workspace: str = "storefront-dev") -> str:
    house.runs.add_workspace(workspace)
    run_id = (await house.start(workspace)).run_id
    assert run_id is not None
    return run_id


async def test_many_changes_between_two_paints_cost_one_update(house: House) -> None:
    run_id = await started(house)
    await house.paint()
    for status in ("plan_queued", "planning", "queuing"):
        house.runs.move(run_id, status)
        await house.reader.read(run_id)

    await house.paint()
    await house.paint()

    assert house.chat.calls.count(("update", DEPLOYS.channel)) == 1


async def test_updates_of_one_message_keep_a_distance(house: House) -> None:
    run_id = await started(house)
    await house.paint()
    house.runs.move(run_id, "queuing")
    await house.reader.read(run_id)

    await house.painter.tick(house.clock.now())
    assert ("update", DEPLOYS.channel) not in house.chat.calls
    await house.paint()

    assert ("update", DEPLOYS.channel) in house.chat.calls


async def test_a_post_whose_answer_was_lost_is_found_in_the_history_and_not_repeated(house: House) -> None:
    run_id = await started(house)
    house.chat.lose("post")
    await house.paint()

    await house.paint()
    assert house.chat.calls.count(("find", DEPLOYS.channel)) == 0
    house.clock.move(31)
    await house.paint()
    house.runs.move(run_id, "queuing")
    await house.reader.read(run_id)
    await house.paint()
    await house.paint()

    [card] = house.in_channel()
    assert house.chat.calls.count(("post", DEPLOYS.channel)) == 1
    assert card.run_picture.run.status_word == "queuing"


async def test_a_post_that_never_arrived_is_made_again(house: House) -> None:
    await started(house)
    house.chat.fail("post", ChatAnswerLost())
    await house.paint()
    house.clock.move(31)

    await house.paint()

    assert len(house.in_channel()) == 1


async def test_a_double_that_turns_up_later_is_removed(house: House) -> None:
    """Slack posted the first one after we gave up and had looked for it in vain."""
    first = await posted_in_vain(house)
    await house.paint()
    first.deleted = False
    assert len(house.in_channel()) == 2

    for seconds in (31, 2, 300, 2):
        house.clock.move(seconds)
        await house.paint()

    [card] = house.in_channel()
    assert card.ts == first.ts
    assert house.chat.calls.count(("find", DEPLOYS.channel)) == 3


async def test_a_double_is_removed_where_the_answer_to_the_second_post_was_lost_as_well(house: House) -> None:
    first = await posted_in_vain(house)
    house.chat.lose("post")
    await house.paint()
    house.clock.move(31)
    await house.paint()
    first.deleted = False
    assert len(house.in_channel()) == 2

    for seconds in (31, 300):
        house.clock.move(seconds)
        await house.paint()

    [card] = house.in_channel()
    assert card.ts == first.ts


async def test_a_double_is_removed_where_the_process_died_right_after_the_second_post(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, stands = await posted_in_vain(house), house.painter._stands

    async def stands_and_dies(message: Message, ts: str, version: int, picture: Picture | None) -> None:
        await stands(message, ts, version, picture)
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(house.painter, "_stands", stands_and_dies)
        with pytest.raises(asyncio.CancelledError):
            await house.paint()
    first.deleted = False
    assert len(house.in_channel()) == 2

    house.clock.move(31)
    await house.paint()

    [card] = house.in_channel()
    assert card.ts == first.ts


async def posted_in_vain(house: House) -> FakeMessage:
    """A post that Slack has not made yet when its channel is looked at, which is due now."""
    await started(house)
    house.chat.lose("post")
    await house.paint()
    [first] = house.chat.history
    first.deleted = True
    house.clock.move(31)
    return first


async def test_a_post_that_a_dead_process_left_claimed_is_looked_for_first(house: House) -> None:
    await started(house)
    async with house.store.read() as transaction:
        [message] = await transaction.messages.due(house.clock.now())
    async with house.store.write() as transaction:
        assert await transaction.messages.claim(message, house.clock.now())
    picture = await house.painter._picture(message)
    assert picture is not None
    await house.chat.post(DEPLOYS.channel, picture, key=message.key)

    house.clock.move(31)
    await house.paint()
    await house.paint()

    assert len(house.in_channel()) == 1


async def test_history_that_cannot_be_read_is_no_reason_to_post_twice(house: House) -> None:
    await started(house)
    house.chat.lose("post")
    await house.paint()
    house.chat.fail("find", ChatUnreachable())
    house.clock.move(31)

    await house.paint()
    assert house.chat.calls.count(("post", DEPLOYS.channel)) == 1
    house.clock.move(120)
    await house.paint()

    assert len(house.in_channel()) == 1


async def test_an_outage_of_slack_delays_and_loses_nothing(house: House) -> None:
    run_id = await started(house)
    house.chat.fail("post", ChatUnreachable(), times=3)
    for _ in range(4):
        await house.paint()
        house.clock.move(30)

    await house.paint()

    [card] = house.in_channel()
    assert card.run_picture.run.id == run_id


async def test_a_rate_limit_holds_up_one_channel_and_no_other(house: House) -> None:
    await started(house)
    house.runs.add_workspace("api-dev")
    await house.start("api-dev", place=OTHER)
    house.chat.fail("post", ChatRateLimited(10))

    await house.paint()
    assert len(house.chat.messages) == 1
    house.clock.move(10)
    await house.paint()

    assert len(house.chat.messages) == 2


async def test_blocks_that_slack_will_not_draw_go_out_as_plain_text(house: House) -> None:
    await started(house)
    house.chat.fail("post", ChatRefused("invalid_blocks", "/blocks/0"), times=5)
    with capture_logs() as logs:
        for _ in range(8):
            await house.paint()
            house.clock.move(60)

    [card] = house.in_channel()
    [fault] = [entry for entry in logs if entry["event"] == "painted_plain"]
    assert card.plain
    assert (fault["log_level"], "/blocks/0" in fault["error"]) == ("error", True)


async def test_a_call_that_slack_did_not_take_for_a_while_comes_with_its_buttons(house: House) -> None:
    run_id = await started(house)
    await house.paint()
    house.runs.finish_plan(run_id)
    await house.poll()
    house.chat.fail("post", ChatUnreachable(), times=9)
    for _ in range(12):
        await house.paint()
        house.clock.move(60)

    [_, call] = house.in_channel()
    assert not call.plain
    assert Action.APPLY in call.run_picture.buttons


async def test_a_refusal_after_an_outage_is_tried_as_plain_text_before_it_is_given_up(house: House) -> None:
    await started(house)
    house.chat.fail("post", ChatUnreachable(), times=7)
    house.chat.fail("post", ChatRefused("invalid_blocks", "/blocks/0"))
    for _ in range(10):
        await house.paint()
        house.clock.move(60)

    [card] = house.in_channel()
    assert card.plain


async def test_what_slack_refuses_even_as_plain_text_is_given_up(house: House) -> None:
    await started(house)
    house.chat.fail("post", ChatRefused("no_text"), times=20)
    for _ in range(12):
        await house.paint()
        house.clock.move(60)

    assert house.in_channel() == []
    assert house.chat.calls.count(("post", DEPLOYS.channel)) == 6


async def test_a_channel_that_is_closed_is_joined_where_that_is_possible(house: House) -> None:
    await started(house)
    house.chat.outside.add(DEPLOYS.channel)

    await house.paint()

    assert len(house.in_channel()) == 1


async def test_a_closed_channel_is_given_up_and_the_others_go_on(house: House) -> None:
    await started(house)
    house.chat.archived.add(DEPLOYS.channel)
    house.runs.add_workspace("api-dev")
    await house.start("api-dev", place=OTHER)

    await house.paint()
    house.clock.move(60)
    await house.paint()

    assert len(house.in_channel(OTHER)) == 1
    assert house.chat.calls.count(("post", DEPLOYS.channel)) == 1


async def test_a_dead_installation_is_known_until_slack_takes_a_message_again(house: House) -> None:
    await started(house)
    house.chat.fail("post", InstallationDead("token_revoked"))

    await house.paint()
    assert house.painter.is_dead
    house.clock.move(61)
    await house.paint()

    assert not house.painter.is_dead


async def test_a_deleted_call_comes_again_while_a_person_is_needed(house: House) -> None:
    run_id = await started(house)
    await house.paint()
    house.runs.finish_plan(run_id)
    await house.turn()
    house.in_channel()[1].deleted = True
    house.runs.move(run_id, "planned", message="still waiting")
    await house.turn()
    await house.turn()

    kinds = [message.run_picture.kind for message in house.in_channel()]
    assert kinds == [Kind.CARD, Kind.CALL]


async def test_a_deleted_card_stays_deleted_when_nobody_is_needed(house: House) -> None:
    run_id = await started(house)
    await house.paint()
    house.in_channel()[0].deleted = True
    house.runs.move(run_id, "queuing")

    await house.turn()
    await house.turn()

    assert house.in_channel() == []


@pytest.mark.parametrize("trouble", [CannotEdit("edit_window_closed"), MessageGone("message_not_found"), ChannelClosed("is_archived")])
async def test_a_message_that_cannot_be_changed_is_left_alone(house: House, trouble: ChatRefused) -> None:
    run_id = await started(house)
    await house.paint()
    house.chat.fail("update", trouble)
    house.runs.move(run_id, "queuing")
    await house.reader.read(run_id)

    await house.paint()
    await house.paint()

    assert house.chat.calls.count(("update", DEPLOYS.channel)) == 1


async def test_an_update_whose_answer_was_lost_is_made_again(house: House) -> None:
    run_id = await started(house)
    await house.paint()
    house.chat.lose("update")
    house.runs.move(run_id, "queuing")
    await house.reader.read(run_id)

    await house.paint()
    house.clock.move(10)
    await house.paint()

    assert house.chat.calls.count(("update", DEPLOYS.channel)) == 2


async def test_a_call_goes_out_even_where_the_plan_cannot_be_read(house: House) -> None:
    run_id = await started(house)
    await house.paint()
    house.runs.finish_plan(run_id)
    await house.poll()
    house.runs.fail("read_run", *[TerraformUnreachable("terraform.test")] * 5)
    house.runs.fail("read_plan", *[TerraformUnreachable("terraform.test")] * 5)

    await house.paint()

    call = house.in_channel()[-1].run_picture
    assert call.kind is Kind.CALL
    assert Action.APPLY in call.buttons
