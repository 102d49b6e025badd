"""The review by clicks: a modal at once, then the plan; its pages and its search; and what is refused is said in it, once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.core.audits import AuditRow
from bot.core.errors import ChatRefused, TerraformUnreachable
from bot.core.policy import Actor
from bot.core.runs import Run
from bot.slack import ids
from bot.slack.ids import Address, encode
from bot.slack.privately import Shown
from tests.handlers.desk import TRIGGERS, Desk, open_desk, submission
from tests.services.house import ANA, GUS, TEAM


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as desk:
        yield desk


def waiting(desk: Desk, *, number: int = 20) -> Run:
    run = desk.house.runs.add_run(desk.house.runs.add_workspace("shop-prod"), "planned")
    entries = [{"address": f"a.b[{each}]", "change": {"actions": ["create"], "after": {"a": each}}} for each in range(number)]
    outputs = {"url": {"actions": ["update"], "before": 1, "after": 2}}
    plan = {"format_version": "1.2", "resource_changes": entries, "output_changes": outputs}
    desk.house.texts.texts[str(run.plan_id)] = json.dumps(plan).encode()
    return run


def inside(view: dict[str, Any], action_id: str, actor: Actor = ANA, *, typed: str = "", **action: Any) -> dict[str, Any]:
    """A click in the modal, as Slack sends it: no channel, and no address to answer at."""
    state = {ids.REVIEW_QUERY: {ids.REVIEW_QUERY: {"type": "plain_text_input", "value": typed or None}}}
    return {
        "type": "block_actions",
        "api_app_id": "A0RUNBELL",
        "team": {"id": TEAM, "domain": "acme"},
        "user": {"id": actor.id, "username": actor.name, "team_id": actor.team_id},
        "container": {"type": "view", "view_id": "V1"},
        "trigger_id": f"1.2.{next(TRIGGERS)}",
        "view": {"id": "V1", "hash": "h1", "type": "modal", **view, "state": {"values": state}},
        "actions": [{"type": "button", "action_id": action_id, "block_id": "b", "value": action_id, "action_ts": "2.2", **action}],
    }


def text(view: dict[str, Any]) -> str:
    return json.dumps(view, ensure_ascii=False)


async def refusals(desk: Desk) -> list[AuditRow]:
    async with desk.house.store.read() as transaction:
        return [row for row in await transaction.audit.newest(workspace="acme/shop-prod") if row.kind == "refusal"]


async def test_a_click_opens_a_modal_at_once_and_then_shows_the_plan(desk: Desk) -> None:
    run = waiting(desk)

    assert await desk.click(ids.REVIEW, encode(Address(run.id))) == []

    at_once, shown = desk.private.views
    assert "Reading the plan" in text(at_once)
    assert "a.b[7]" in text(shown)
    assert "Page 1 of 3" in text(shown)


async def test_pages_are_turned_and_addresses_are_found(desk: Desk) -> None:
    run = waiting(desk)
    await desk.click(ids.REVIEW, encode(Address(run.id)))
    for action_id, more, seen in (
        (ids.REVIEW_ON, {}, "Page 2 of 3"),
        (ids.REVIEW_ON, {}, "Page 3 of 3"),
        (ids.REVIEW_BACK, {}, "Page 2 of 3"),
        (ids.REVIEW_SEARCH, {"typed": "b[1"}, "11 of 21 for `b[1`"),
        (ids.REVIEW_ON, {"typed": "something else"}, "Page 2 of 2 · 11 of 21 for `b[1`"),
        (ids.REVIEW_QUERY, {"typed": "a.b[19]"}, "1 of 21 for `a.b[19]`"),
        (ids.REVIEW_ALL, {}, "Page 1 of 3"),
        (ids.REVIEW_JUMP, {"selected_option": {"value": "output"}}, "output.url"),
        (ids.REVIEW_JUMP, {"selected_option": {"value": "nowhere"}}, "Page 1 of 3"),
        (ids.REVIEW_JUMP, {"selected_option": None}, "Page 1 of 3"),
    ):
        await desk.send(inside(desk.private.views[-1], action_id, **more))

        assert seen in text(desk.private.views[-1]), action_id
    assert desk.private.told == []


async def test_a_typed_review_opens_the_same(desk: Desk) -> None:
    waiting(desk)

    await desk.send(
        {
            "command": "/tf",
            "text": "review shop-prod",
            "user_id": ANA.id,
            "team_id": TEAM,
            "channel_id": "C0DEPLOYS",
            "trigger_id": f"1.2.{next(TRIGGERS)}",
        }
    )

    assert "a.b[7]" in text(desk.private.views[-1])


async def test_what_is_refused_is_said_in_the_modal_and_written_down(desk: Desk) -> None:
    run = waiting(desk)
    await desk.click(ids.REVIEW, encode(Address(run.id)))
    shown = desk.private.views[-1]
    assert await desk.click(ids.REVIEW, encode(Address(run.id)), GUS) == []
    assert "guest" in text(desk.private.views[-1]).lower()

    await desk.send(inside(shown, ids.REVIEW_ON, GUS))

    assert "a.b" not in text(desk.private.views[-1])
    assert [(row.action, row.person, row.run_id) for row in await refusals(desk)] == [
        (ids.REVIEW_VIEW, GUS.id, run.id),
        (ids.REVIEW, GUS.id, run.id),
    ]
    assert desk.private.told == []


async def test_counts_remain_where_the_json_may_not_be_read(desk: Desk) -> None:
    run = waiting(desk)
    desk.house.texts.texts.clear()

    await desk.click(ids.REVIEW, encode(Address(run.id)))

    assert "These counts are all that I can show" in text(desk.private.views[-1])
    assert "+1 to add" in text(desk.private.views[-1])


async def test_a_modal_that_was_closed_is_no_trouble(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    run = waiting(desk)

    async def gone(_known: Shown, _view: dict[str, Any]) -> Shown:
        raise ChatRefused("not_found")

    monkeypatch.setattr(desk.private, "update", gone)
    assert await desk.click(ids.REVIEW, encode(Address(run.id))) == []
    [said] = await desk.click(ids.REVIEW, encode(Address(run.id)), GUS)
    assert "may not" in said


async def test_a_server_that_cannot_be_reached_is_said_in_the_modal(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    run = waiting(desk)

    async def save(*_: Any, **__: Any) -> None:
        raise TerraformUnreachable("terraform.test")

    monkeypatch.setattr(desk.house.texts, "save", save)

    await desk.click(ids.REVIEW, encode(Address(run.id)))

    assert "cannot be reached" in text(desk.private.views[-1])


async def test_a_modal_that_slack_does_not_open_is_said_to_the_person(desk: Desk) -> None:
    run = waiting(desk)
    desk.private.trouble = ChatRefused("expired_trigger_id")

    [said] = await desk.click(ids.REVIEW, encode(Address(run.id)))

    assert "expired_trigger_id" in said


async def test_addresses_that_are_not_ours_do_nothing(desk: Desk) -> None:
    [said] = await desk.click(ids.REVIEW, "r9:run-1")
    assert "no longer active" in said
    await desk.send(inside({"private_metadata": "w9:run-1:0:", "callback_id": ids.REVIEW_VIEW, "blocks": []}, ids.REVIEW_ON))

    assert desk.private.views == []
    assert "no longer active" in desk.private.told[0][2]


async def test_done_closes_it(desk: Desk) -> None:
    run = waiting(desk)
    await desk.click(ids.REVIEW, encode(Address(run.id)))

    response = await desk.send(submission(desk.private.views[-1], {}, ANA))

    assert (response.status, response.body) == (200, "")
    assert desk.private.told == []


async def test_plans_and_logs_are_typed_for_and_told_of(desk: Desk) -> None:
    run = waiting(desk)
    desk.house.logs.texts[str(run.plan_id)] = b"written"

    assert "in this channel, since it has no card here" in await desk.type("plan shop-prod")
    assert "The log of" in await desk.type(f"log {run.id}")
    assert "has written" in await desk.type("help log")
    assert "Which run?" in await desk.type("log")
    assert [file.handout.what.value for file in desk.house.attachments.files] == ["plan", "log"]
