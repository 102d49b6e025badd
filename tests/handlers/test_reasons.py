"""Approving with a reason where none is demanded: from the menu of a card, in the form that asks where one is."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.core.errors import ChatRefused
from bot.core.policy import Actor
from bot.core.rules import Demand, Match, Risk, Rule
from bot.core.runs import Action, Run
from bot.slack import ids
from tests.handlers.desk import TRIGGERS, Desk, click, open_desk, submission
from tests.services.house import ANA, DEPLOYS, POLICY, RAJ


async def waiting(desk: Desk) -> Run:
    run = desk.house.runs.add_run(desk.house.runs.add_workspace("storefront-dev"), "planned")
    await desk.house.poll()
    return run


async def choose(desk: Desk, value: str, chosen: object = None) -> list[str]:
    """What is chosen in a menu comes as an option."""
    body = click(ids.APPROVE_BECAUSE, "", ANA, DEPLOYS, desk.response_url)
    [action] = body["actions"]
    del action["value"]
    option = {"text": {"type": "plain_text", "text": "Approve with a reason…"}, "value": value}
    action |= {"type": "overflow", "selected_option": chosen or option}
    before = len(desk.answers)
    assert (await desk.send(body)).status == 200
    return [str(answer["text"]) for answer in desk.answers[before:]]


async def submit(desk: Desk, reason: str, actor: Actor = ANA) -> None:
    [view] = desk.private.views
    response = await desk.send(submission(view, {"reason": reason}, actor) | {"trigger_id": f"1.7.{next(TRIGGERS)}"})
    assert (response.status, response.body) == (200, "")


def applied(desk: Desk) -> list[object]:
    return [call.given["action"] for call in desk.house.runs.calls_of("act")]


@pytest.mark.parametrize("reason, said", [("looks good", "): “looks good”"), ("  ", ")")])
async def test_what_is_chosen_opens_the_form_which_may_be_left_empty(desk: Desk, reason: str, said: str) -> None:
    run = await waiting(desk)
    assert await choose(desk, await desk.card(run.id)) == []
    assert [view["callback_id"] for view in desk.private.views] == [ids.APPROVAL]
    assert applied(desk) == []
    await submit(desk, reason)
    assert applied(desk) == [Action.APPLY]
    [comment] = desk.house.runs.said_about(run.id)
    assert comment.startswith("applied by ana (U0ANA)")
    assert comment.endswith(said)


async def test_whoever_submits_it_is_judged(desk: Desk) -> None:
    run = await waiting(desk)
    await choose(desk, await desk.card(run.id))
    await submit(desk, "please", RAJ)
    assert applied(desk) == []
    assert "You may not" in desk.private.told[-1][2]


async def test_a_run_that_has_gone_on_is_told_of_and_the_audit_names_it(desk: Desk) -> None:
    run = await waiting(desk)
    desk.house.runs.move(run.id, "discarded")
    await desk.house.turn()
    [told] = await choose(desk, await desk.card(run.id))
    assert "cannot be applied now: it is discarded" in told
    async with desk.house.store.read() as transaction:
        row = (await transaction.audit.page(0))[-1]
    assert (row.action, row.run_id, row.outcome) == (ids.APPROVE_BECAUSE, run.id, "NotPossibleNow")


async def test_where_the_form_cannot_be_opened_the_answer_says_what_to_type(desk: Desk) -> None:
    run = await waiting(desk)
    desk.private.trouble = ChatRefused("expired_trigger_id")
    [told] = await choose(desk, await desk.card(run.id))
    assert f"/tf approve {run.id}" in told


@pytest.mark.parametrize("chosen", ["gone", {}, {"value": 7}, {"value": "r1:run-nowhere"}, {"value": "r9:run-1"}])
async def test_what_we_did_not_write_opens_nothing(desk: Desk, chosen: Any) -> None:
    await waiting(desk)
    [told] = await choose(desk, "", chosen)
    assert "no longer active" in told
    assert desk.private.views == []


async def test_a_card_from_before_a_rule_demanded_a_reason_opens_a_form_that_demands_it(tmp_path: Path) -> None:
    rule = Rule(name="careful", match=Match(workspaces=("*-dev",)), demand=Demand(risk=Risk.HIGH))
    async with open_desk(tmp_path, replace(POLICY, hash="of these rules", rules=(rule,))) as desk:
        workspace = desk.house.runs.add_workspace("storefront-dev")
        await desk.type("watch storefront-dev")
        run = desk.house.runs.add_run(workspace, "planned")
        await desk.house.turn()
        await choose(desk, await desk.card(run.id))
        [view] = desk.private.views
        response = await desk.send(submission(view, {}, ANA))
        assert json.loads(response.body)["errors"].keys() == {"reason", "name"}
        assert applied(desk) == []
