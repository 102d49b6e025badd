"""What is said over several lines is no command, what needs a form has a button that opens it, and what could not be read is said so."""

from __future__ import annotations

import json

import pytest

from tests.handlers.desk import Desk
from tests.handlers.test_confirmations import ask, plan_text, planned
from tests.handlers.test_words import ME, said, written

BREAKS = ("\n", "\r", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029")


@pytest.mark.parametrize("line_break", BREAKS)
async def test_a_command_on_the_line_after_the_mention_offers_no_button(desk: Desk, line_break: str) -> None:
    run = planned(desk)
    await desk.send(said(desk, f"{ME}{line_break}approve {run.id}"))
    await desk.send(said(desk, f"{ME} {line_break} discard {run.id}", number=2))
    await desk.send(written(desk, f"{ME},{line_break}approve {run.id}", number=3))
    assert desk.private.said
    assert "actions" not in [block["type"] for shown in desk.private.said for block in shown.get("blocks", ())]


async def test_a_review_that_is_asked_for_in_a_message_is_opened_by_its_button(desk: Desk) -> None:
    run = planned(desk)
    desk.house.texts.texts[str(run.plan_id)] = plan_text(("aws_x.new", ["create"]))
    await desk.send(said(desk, f"{ME} review storefront-dev"))
    assert desk.private.views == []
    await desk.confirm(desk.private.said[-1])
    assert "aws_x.new" in json.dumps(desk.private.views[-1])


@pytest.mark.parametrize("is_read", [True, False])
async def test_a_plan_that_could_not_be_read_is_said_so_also_where_its_counts_lose_nothing(desk: Desk, *, is_read: bool) -> None:
    run = planned(desk)
    if is_read:
        desk.house.texts.texts[str(run.plan_id)] = plan_text(("aws_x.new", ["create"]))
    answer = await ask(desk, "approve storefront-dev")
    assert ("could not be read" in answer["text"]) is not is_read
