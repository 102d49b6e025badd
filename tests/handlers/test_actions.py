"""Clicks: a decision by the button's address, judged by the server's state at the click."""

from __future__ import annotations

import pytest
from slack_bolt.response import BoltResponse

from bot.core.errors import TerraformAnswerLost
from bot.core.runs import Run
from bot.slack import ids
from tests.handlers.desk import Desk, click
from tests.services.house import ANA, DEPLOYS, GUS, KIM


def waiting(desk: Desk) -> Run:
    return desk.house.runs.add_run(desk.house.runs.add_workspace("storefront-dev"), "planned")


async def test_a_click_decides_and_says_nothing_more_where_all_went_well(desk: Desk) -> None:
    run = waiting(desk)
    assert await desk.click(ids.APPROVE, await desk.card(run.id)) == []
    (comment,) = desk.house.runs.said_about(run.id)
    assert comment.startswith("applied by ana (U0ANA) in #deploys")
    assert "paint" in desk.house.wakes


async def test_a_second_click_is_told_who_was_first(desk: Desk) -> None:
    run = waiting(desk)
    await desk.click(ids.APPROVE, await desk.card(run.id), KIM)
    (told,) = await desk.click(ids.APPROVE, await desk.card(run.id))
    assert "was already applied by <@U0KIM>" in told
    assert len(desk.house.runs.calls_of("act")) == 1


async def test_a_guest_may_click_and_is_refused(desk: Desk) -> None:
    run = waiting(desk)
    (told,) = await desk.click(ids.APPROVE, await desk.card(run.id), GUS)
    assert "Guests of this Slack workspace may do nothing" in told
    assert not desk.house.runs.calls_of("act")


async def test_a_lost_answer_is_told_as_one(desk: Desk) -> None:
    run = waiting(desk)
    desk.house.runs.fail("act", TerraformAnswerLost("terraform.test"))
    (told,) = await desk.click(ids.APPROVE, await desk.card(run.id))
    assert "The server did not answer" in told


@pytest.mark.parametrize("value", ["", "r0:run-1", "run-1; drop", "r1:../../admin"])
async def test_a_button_that_is_not_of_ours_does_nothing(desk: Desk, value: str) -> None:
    (told,) = await desk.click(ids.APPROVE, value)
    assert "no longer active" in told
    assert desk.house.runs.calls == []


async def test_a_button_that_is_no_more_says_so(desk: Desk) -> None:
    (told,) = await desk.click("run.promote", "x")
    assert "no longer active" in told


async def test_a_link_is_only_acked(desk: Desk) -> None:
    assert await desk.click(ids.OPEN, "") == []


async def test_a_click_without_an_address_to_answer_to_is_acked_all_the_same(desk: Desk) -> None:
    body = click("run.promote", "x", ANA, DEPLOYS, "")
    body.pop("response_url")
    response: BoltResponse = await desk.send(body)
    assert (response.status, desk.answers) == (200, [])
