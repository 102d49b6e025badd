"""The operator hears of a call for people that does not reach Slack: once when it begins, once when it is over."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from bot.core.commands.watches import AddWatch
from bot.core.errors import ChatUnreachable
from bot.services.alarms import Alarms
from tests.services.house import ANA, DEPLOYS, OPERATOR, OTHER, House


async def stuck(house: House, times: int = 50) -> str:
    """A call that Slack does not take."""
    workspace = house.runs.add_workspace("storefront-prod")
    await house.poll()
    await house.watching.add(AddWatch("*"), ANA, DEPLOYS)
    run = house.runs.add_run(workspace, "planned")
    await house.poll()
    house.chat.fail("post", ChatUnreachable(), times=times)
    return run.id


async def wait(house: House, seconds: float) -> None:
    for _ in range(int(seconds / 10)):
        house.clock.move(10)
        await house.painter.tick(house.clock.now())
        await house.alarms.tick(house.clock.now())


def told(house: House) -> list[str]:
    return [one.note.text for one in house.chat.in_channel(OPERATOR)]


async def test_two_minutes_are_waited_and_then_it_is_said_once_and_when_it_is_over(house: House) -> None:
    await stuck(house)
    with capture_logs() as logs:
        await wait(house, 110)
        assert [entry for entry in logs if entry["event"] == "call_undelivered"] == []
        assert house.alarms.oldest_undelivered_call_seconds == pytest.approx(110, abs=3)
        await wait(house, 200)
    assert [entry["log_level"] for entry in logs if entry["event"] == "call_undelivered"] == ["error"]

    house.chat._failures.clear()
    await wait(house, 150)

    assert house.alarms.oldest_undelivered_call_seconds == 0
    assert len(told(house)) == 2
    assert "has not reached Slack for" in told(house)[0]
    assert "Slack cannot be reached." in told(house)[0]
    assert told(house)[1] == "Calls for decisions reach Slack again."


async def test_a_call_that_arrives_in_time_is_no_incident(house: House) -> None:
    await stuck(house, times=2)
    await wait(house, 200)
    assert told(house) == []
    assert len(house.in_channel()) == 1


async def test_a_run_that_somebody_else_decided_meanwhile_is_no_incident_any_more(house: House) -> None:
    run_id = await stuck(house)
    await wait(house, 150)
    house.runs.move(run_id, "discarded")
    await house.poll()

    await wait(house, 20)

    assert house.alarms.oldest_undelivered_call_seconds == 0


async def test_a_call_that_was_given_up_counts_unless_people_were_called_elsewhere(house: House) -> None:
    await stuck(house, times=0)
    house.chat.private.add(DEPLOYS.channel)
    await wait(house, 200)
    assert house.chat.in_channel(DEPLOYS.channel) == []
    assert house.alarms.oldest_undelivered_call_seconds > 120
    assert len(told(house)) == 1

    await house.watching.add(AddWatch("*"), ANA, OTHER)
    await wait(house, 30)

    assert len(house.in_channel(OTHER)) == 1
    assert house.alarms.oldest_undelivered_call_seconds == 0
    assert len(told(house)) == 2


async def test_a_process_that_starts_in_the_middle_says_nothing_twice_and_the_end(house: House) -> None:
    await stuck(house, times=13)
    await wait(house, 130)
    house.alarms = Alarms(house.store, house.pace, OPERATOR)
    await wait(house, 300)
    assert len(told(house)) == 2


async def test_without_an_operator_the_log_tells_alone(house: House) -> None:
    house.alarms = Alarms(house.store, house.pace)
    await stuck(house)
    with capture_logs() as logs:
        await wait(house, 200)
    assert len([entry for entry in logs if entry["event"] == "call_undelivered"]) == 1
    assert told(house) == []
