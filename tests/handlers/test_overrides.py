"""Overriding, breaking the glass, forced cancels, locks and comments, by clicks, modals and commands."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.response import BoltResponse

from bot.core.errors import ChatRefused
from bot.core.freezes import BreakGlass
from bot.core.people import Circle
from bot.core.policies import SOFT_FAILED, PolicyCheck
from bot.core.policy import Actor
from bot.core.rules import Demand, Match, Risk, Rule
from bot.core.runs import Action, Run
from bot.slack import ids
from bot.slack.ids import Address, ViewAddress, encode, encode_view
from tests.handlers.desk import TRIGGERS, Desk, open_desk, submission
from tests.services.house import ANA, KIM, POLICY, RAJ

RULES = replace(
    POLICY,
    hash="of these rules",
    rules=(Rule(name="careful", match=Match(workspaces=("*-db-dev",)), demand=Demand(risk=Risk.HIGH)),),
    break_glass=BreakGlass(circle=Circle(people=frozenset({"U0ANA"})), channel="C0REVIEW"),
)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path, RULES) as desk:
        yield desk


def check(number: int = 1) -> PolicyCheck:
    return PolicyCheck(id=f"polchk-{number}", status_word=SOFT_FAILED, soft_failed=1, is_overridable=True, may_override=True)


async def failing(desk: Desk, name: str = "storefront-dev", **facts: Any) -> Run:
    """A run whose failed check is asked about in the channel."""
    house = desk.house
    workspace = house.runs.add_workspace(name)
    await desk.type(f"watch {name}")
    run = house.runs.add_run(workspace, **facts)
    house.policies.of_run[run.id], house.policies.stages_of[run.id] = (check(),), ()
    house.policies.outputs["polchk-1"] = "Result: false\ntags are missing"
    house.runs.move(run.id, "planned", has_changes=True)
    house.runs.move(run.id, "policy_override")
    await house.turn()
    return run


def sent(desk: Desk) -> int:
    return len(desk.house.runs.calls_of("override_check"))


async def submit(desk: Desk, values: dict[str, str], actor: Actor = ANA, **others: Any) -> BoltResponse:
    """Each is a deed of its own, with a trigger of its own."""
    return await desk.send(submission({**desk.private.views[-1], **others}, values, actor) | {"trigger_id": f"1.7.{next(TRIGGERS)}"})


async def test_a_click_opens_a_modal_with_what_failed_and_its_submission_overrides_once(desk: Desk) -> None:
    run = await failing(desk)
    assert await desk.click(ids.OVERRIDE, encode(Address(run.id))) == []
    [view] = desk.private.views
    assert view["private_metadata"] == encode_view(ViewAddress(run.id, "C0DEPLOYS", "storefront-dev", "override:polchk-1", "1.1"))
    assert "tags are missing" in json.dumps(view)
    assert sent(desk) == 0

    for _ in range(2):
        await submit(desk, {"reason": "the tag comes later"})

    assert sent(desk) == 1
    assert desk.house.policies.overridden["polchk-1"].startswith("overridden by ana (U0ANA)")
    assert desk.house.policies.overridden["polchk-1"].endswith(": “the tag comes later”")
    [told] = desk.private.told
    assert "already overridden" in told[2] or "cannot be overridden" in told[2]


async def test_a_submission_without_a_reason_stays_open(desk: Desk) -> None:
    run = await failing(desk)
    await desk.click(ids.OVERRIDE, encode(Address(run.id)))
    for reason in ("  ", "\u200b", "...", "\u3164\u202e"):
        response = await submit(desk, {"reason": reason})
        assert json.loads(response.body)["errors"].keys() == {"reason"}
    assert sent(desk) == 0


async def test_a_modal_left_open_answers_only_the_check_that_it_showed(desk: Desk) -> None:
    run = await failing(desk)
    await desk.click(ids.OVERRIDE, encode(Address(run.id)))
    desk.house.policies.of_run[run.id] = (replace(check(), status_word="overridden"), check(2))
    await submit(desk, {"reason": "still"})
    assert sent(desk) == 0
    assert "cannot be overridden now" in desk.private.told[-1][2]


async def test_whoever_submits_is_judged_and_not_whoever_clicked(desk: Desk) -> None:
    run = await failing(desk)
    await desk.click(ids.OVERRIDE, encode(Address(run.id)))
    await submit(desk, {"reason": "why not"}, RAJ)
    assert sent(desk) == 0
    assert "You may not" in desk.private.told[-1][2]


async def test_where_the_rules_want_the_name_it_is_asked_for(desk: Desk) -> None:
    run = await failing(desk, "shop-db-dev")
    await desk.click(ids.OVERRIDE, encode(Address(run.id)))
    response = await submit(desk, {"reason": "x", "name": "shop"})
    assert json.loads(response.body)["errors"].keys() == {"name"}
    await submit(desk, {"reason": "x", "name": "shop-db-dev"})
    assert sent(desk) == 1


@pytest.mark.parametrize("action_id", [ids.OVERRIDE, ids.GLASS, ids.OVERRIDE_GLASS])
@pytest.mark.parametrize("value", ["", "r1:run-nowhere", "r9:run-1", "x" * 3000])
async def test_a_button_of_nothing_we_know_does_nothing(desk: Desk, action_id: str, value: str) -> None:
    [answer] = await desk.click(action_id, value)
    assert "no longer active" in answer
    assert desk.private.views == []


async def test_a_button_whose_question_is_answered_says_so(desk: Desk) -> None:
    run = await failing(desk)
    desk.house.runs.move(run.id, "discarded")
    await desk.house.turn()
    [answer] = await desk.click(ids.OVERRIDE, encode(Address(run.id)))
    assert "cannot be overridden now: it is discarded" in answer
    [answer] = await desk.click(ids.GLASS, await desk.card(run.id))
    assert "cannot be applied now" in answer


async def test_where_a_modal_cannot_be_opened_the_answer_says_what_to_type(desk: Desk) -> None:
    run = await failing(desk)
    desk.private.trouble = ChatRefused("expired_trigger_id")
    [answer] = await desk.click(ids.OVERRIDE, encode(Address(run.id)))
    assert f"/tf override {run.id} because" in answer


async def test_a_forged_view_is_answered_and_does_nothing(desk: Desk) -> None:
    run = await failing(desk)
    await desk.click(ids.OVERRIDE, encode(Address(run.id)))
    for metadata in ("", "v2:C0DEPLOYS:run-1", '{"v":1}', "v2:nowhere:run-1:override:x=y"):
        for callback_id in (ids.OVERRIDING, ids.GLASS, ids.OVERRIDE_GLASS):
            await submit(desk, {"reason": "x"}, private_metadata=metadata, callback_id=callback_id)
    assert sent(desk) == 0
    assert {told[2] for told in desk.private.told} == {"This form is no longer in use, so nothing was done. Please begin again."}


# Breaking the glass


async def test_whoever_may_break_the_glass_is_offered_it_after_a_click_in_a_freeze(desk: Desk) -> None:
    workspace = desk.house.runs.add_workspace("storefront-dev")
    run = desk.house.runs.add_run(workspace, "planned")
    await desk.type("freeze storefront-dev the sale is on")
    before = len(desk.answers)
    await desk.click(ids.APPROVE, await desk.card(run.id))
    buttons = [
        element["action_id"] for block in desk.answers[before]["blocks"] for element in block.get("elements", ()) if "action_id" in element
    ]
    assert buttons == [ids.GLASS, ids.UNVOTE]

    await desk.click(ids.GLASS, await desk.card(run.id))
    response = await submit(desk, {"reason": ""})
    assert json.loads(response.body)["errors"].keys() == {"reason"}
    assert desk.house.runs.calls_of("act") == []
    await submit(desk, {"reason": "it burns"})
    [call] = desk.house.runs.calls_of("act")
    assert call.given["action"] is Action.APPLY


async def test_whoever_may_not_break_the_glass_is_not_offered_it_and_cannot(desk: Desk) -> None:
    workspace = desk.house.runs.add_workspace("storefront-dev")
    run = desk.house.runs.add_run(workspace, "planned")
    await desk.type("freeze storefront-dev the sale is on")
    await desk.click(ids.APPROVE, await desk.card(run.id), KIM)
    assert ids.GLASS not in json.dumps(desk.answers[-1])
    [refusal] = await desk.click(ids.GLASS, await desk.card(run.id), KIM)
    assert "may not break the glass" in refusal
    await desk.click(ids.GLASS, await desk.card(run.id), ANA)
    await submit(desk, {"reason": "it burns"}, KIM)
    assert desk.house.runs.calls_of("act") == []
    assert "may not break the glass" in desk.private.told[-1][2]


async def test_an_override_that_applies_passes_a_freeze_with_a_reason_alone(desk: Desk) -> None:
    run = await failing(desk, auto_apply=True)
    await desk.type("freeze storefront-dev the sale is on")
    await desk.house.turn()
    await desk.click(ids.OVERRIDE, encode(Address(run.id)))
    await submit(desk, {"reason": "must go"})
    assert sent(desk) == 0
    assert "frozen" in desk.private.told[-1][2]
    await desk.click(ids.OVERRIDE_GLASS, encode(Address(run.id)))
    await submit(desk, {"reason": "must go"})
    assert sent(desk) == 1
    assert desk.house.runs.run(run.id).was_confirmed


# Typed


async def test_it_goes_by_typing_too(desk: Desk) -> None:
    run = await failing(desk)
    assert run.id in await desk.type(f"override {run.id} the tag comes later")
    await desk.confirm(desk.answers[-1])
    assert sent(desk) == 0
    await submit(desk, {"reason": "the tag comes later"})
    assert "💬 Your comment is on" in await desk.type(f"comment {run.id} waits for the DNS change")
    assert "cannot be canceled by force now" in await desk.type(f"force-cancel {run.id}")
    assert "You may not" in await desk.type(f"force-cancel {run.id}", KIM)
    assert sent(desk) == 1


async def test_a_lock_is_set_told_and_broken_by_typing(desk: Desk) -> None:
    desk.house.runs.add_workspace("storefront-dev")
    assert "🔒 `acme/storefront-dev` is locked" in await desk.type("lock storefront-dev moving its state", KIM)
    again = await desk.type("lock storefront-dev", ANA)
    assert "kim locked it from Slack, " in again
    assert "|2026-11-24 12:00 UTC>: moving its state" in again
    assert "/tf unlock acme/storefront-dev" in again
    assert "🔓" in await desk.type("unlock storefront-dev", KIM)
    assert "is not locked" in await desk.type("unlock storefront-dev", KIM)
    assert "is not locked" in await desk.type("force-unlock storefront-dev", ANA)
    assert "You may not" in await desk.type("force-unlock storefront-dev", KIM)
