"""A form that was opened by an answer in direct messages: that answer becomes the result. Facts, never sentences."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.policy import Place
from bot.core.runs import Action
from bot.slack import ids
from tests.handlers.desk import TRIGGERS, Desk, submission
from tests.handlers.test_words import decided, written
from tests.services.house import ANA, DEPLOYS

ANSWER = "1795520000.000300"
DIRECT = Place(channel="D0ANA", channel_name="directmessage")


async def submit(desk: Desk) -> None:
    body = submission(desk.private.views[-1], {"reason": "looked at"}, ANA)
    assert (await desk.send(body | {"trigger_id": f"1.7.{next(TRIGGERS)}"})).status == 200


def waiting(desk: Desk, action: Action) -> str:
    run = desk.house.runs.add_run(desk.house.runs.add_workspace("storefront-dev"))
    desk.house.runs.finish_plan(run.id, destructions=1)
    if action is Action.CANCEL:
        desk.house.runs.move(run.id, "applying")
    return run.id


def buttons_of(said: dict[str, Any]) -> list[str]:
    blocks = said.get("blocks") or []
    return [one["action_id"] for block in blocks if block["type"] == "actions" for one in block["elements"]]


@pytest.mark.parametrize("words,action", [("approve", Action.APPLY), ("cancel", Action.CANCEL)])
async def test_the_answer_becomes_the_result_once_the_form_is_submitted(desk: Desk, words: str, action: Action) -> None:
    run_id = waiting(desk, action)
    await desk.send(written(desk, f"{words} storefront-dev"))
    await desk.confirm(desk.private.said[-1], place=DIRECT, is_ephemeral=False, message_ts=ANSWER)
    assert decided(desk) == []
    await submit(desk)
    assert decided(desk) == [(action, run_id)]
    assert [(channel, ts) for channel, ts, _ in desk.private.edited] == [("D0ANA", ANSWER)] * 2
    result = desk.private.edited[-1][2]
    assert (run_id in result["text"], buttons_of(result)) == (True, [])


async def test_where_it_cannot_be_edited_the_result_is_told(desk: Desk) -> None:
    run_id = waiting(desk, Action.APPLY)
    desk.private.is_editable = False
    await desk.send(written(desk, "approve storefront-dev"))
    await desk.confirm(desk.private.said[-1], place=DIRECT, is_ephemeral=False, message_ts=ANSWER)
    await submit(desk)
    assert run_id in desk.private.told[-1][2]


@pytest.mark.parametrize("place", [DEPLOYS, DIRECT])
async def test_the_message_of_a_run_is_edited_by_no_form_of_its_own(desk: Desk, place: Place) -> None:
    run_id = waiting(desk, Action.APPLY)
    await desk.click(ids.APPROVE, await desk.card(run_id), place=place)
    await submit(desk)
    assert decided(desk) == [(Action.APPLY, run_id)]
    assert desk.private.edited == []


async def test_a_private_answer_in_a_channel_is_not_edited(desk: Desk) -> None:
    waiting(desk, Action.APPLY)
    await desk.type("approve storefront-dev")
    await desk.confirm(desk.answers[-1])
    await submit(desk)
    assert (len(decided(desk)), desk.private.edited) == (1, [])
