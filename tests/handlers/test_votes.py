"""Votes by clicks, modals and commands: what asks for words asks in a modal, and what was asked is judged when it is submitted."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.response import BoltResponse

from bot.core.commands.freezes import DeclareFreeze
from bot.core.decisions import Intent
from bot.core.errors import ChatRefused
from bot.core.people import Circle, Standing
from bot.core.policy import Actor
from bot.core.rules import Demand, Match, Risk, Rule
from bot.core.runs import Run
from bot.slack import ids
from bot.slack.ids import Address, ViewAddress, encode, encode_view
from tests.handlers.desk import Desk, event, open_desk, settle, submission
from tests.services.house import ANA, DEPLOYS, GUS, KIM, POLICY

RULES = replace(
    POLICY,
    hash="of these rules",
    rules=(
        Rule(name="two", match=Match(workspaces=("*-prod",)), demand=Demand(votes=2, circle=Circle(groups=frozenset({"S0PLATFORM"})))),
        Rule(name="careful", match=Match(workspaces=("*-dev",)), demand=Demand(risk=Risk.HIGH)),
    ),
)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path, RULES) as desk:
        yield desk


async def waiting(desk: Desk, name: str = "storefront-dev") -> Run:
    """A run that asks on a message in the channel."""
    workspace = desk.house.runs.add_workspace(name)
    await desk.type(f"watch {name}")
    run = desk.house.runs.add_run(workspace, "planned")
    await desk.house.turn()
    return run


def applied(desk: Desk) -> int:
    return len(desk.house.runs.calls_of("act"))


async def test_who_clicks_while_a_freeze_begins_is_told_that_nothing_was_sent(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        run = await waiting(desk)
        card = await desk.card(run.id)
        carry_out = desk.house.intents.carry_out

        async def later(intent: Intent, *, say: bool = False) -> Intent:
            await desk.house.freezing.declare(DeclareFreeze("*-dev", "the sale"), ANA, DEPLOYS)
            return await carry_out(intent, say=say)

        desk.house.intents.carry_out = later  # type: ignore[method-assign]
        [told] = await desk.click(ids.APPROVE, card, KIM)
        assert "Nothing was sent: a freeze started" in told
        assert "*-dev is frozen" in told
        assert applied(desk) == 0


async def submit(desk: Desk, values: dict[str, str], actor: Actor = ANA, view: dict[str, Any] | None = None) -> BoltResponse:
    return await desk.send(submission(view or desk.private.views[-1], values, actor))


async def test_a_click_opens_a_modal_that_asks_and_its_submission_applies(desk: Desk) -> None:
    run = await waiting(desk)
    assert await desk.click(ids.APPROVE, await desk.card(run.id)) == []
    [view] = desk.private.views
    assert view["private_metadata"] == encode_view(
        ViewAddress(run.id, "C0DEPLOYS", "storefront-dev", ts="1.1", digest=desk.house.shown(run.id))
    )
    assert applied(desk) == 0

    response = await submit(desk, {"reason": "rotate", "name": "storefront-dev"})

    assert (response.status, response.body) == (200, "")
    [comment] = desk.house.runs.said_about(run.id)
    assert comment.startswith("applied by ana (U0ANA)")
    assert comment.endswith(": “rotate”")
    assert desk.private.told == []


@pytest.mark.parametrize(
    "values, wrong",
    [({"reason": " ", "name": "storefront-dev"}, {"reason"}), ({"reason": "x", "name": "storefront"}, {"name"}), ({}, {"reason", "name"})],
)
async def test_what_is_wrong_in_the_modal_is_shown_in_it_and_nothing_is_done(desk: Desk, values: dict[str, str], wrong: set[str]) -> None:
    run = await waiting(desk)
    await desk.click(ids.APPROVE, await desk.card(run.id))
    answer = answer_of(await submit(desk, values))
    assert answer["response_action"] == "errors"
    assert set(answer["errors"]) == wrong
    assert applied(desk) == 0


def answer_of(response: BoltResponse) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(response.body)
    return answer


async def test_a_modal_that_was_open_for_an_hour_is_judged_when_it_is_submitted(desk: Desk) -> None:
    run = await waiting(desk)
    await desk.click(ids.APPROVE, await desk.card(run.id), KIM)
    desk.house.people.add("U0KIM", "kim", Standing.GUEST)
    desk.house.clock.move(3600)
    await submit(desk, {"reason": "rotate", "name": "storefront-dev"}, KIM)
    [(channel, person, said)] = desk.private.told
    assert (channel, person) == ("C0DEPLOYS", "U0KIM")
    assert "Guests of this Slack workspace may do nothing" in said
    assert applied(desk) == 0


async def test_whoever_submits_counts_and_not_whoever_opened_it(desk: Desk) -> None:
    run = await waiting(desk)
    await desk.click(ids.APPROVE, await desk.card(run.id))
    await submit(desk, {"reason": "rotate", "name": "storefront-dev"}, GUS)
    assert [person for _, person, _ in desk.private.told] == ["U0GUS"]
    assert applied(desk) == 0


async def test_where_no_modal_opens_the_reply_says_how_to_type_it_and_typing_does_it(desk: Desk) -> None:
    run = await waiting(desk)
    desk.private.trouble = ChatRefused("expired_trigger_id")
    [told] = await desk.click(ids.APPROVE, await desk.card(run.id))
    assert f"/tf approve {run.id} because … --name storefront-dev" in told
    assert "✅ Approved" in await desk.type(f"approve {run.id} rotate --name storefront-dev")


async def test_a_run_that_was_never_judged_is_shown_first_and_opens_its_modal_then(desk: Desk) -> None:
    run = desk.house.runs.add_run(desk.house.runs.add_workspace("storefront-dev"), "planned")
    [told] = await desk.click(ids.APPROVE, encode(Address(run.id)))
    assert run.id in told
    assert desk.private.views == []
    await desk.confirm(desk.answers[-1])
    assert [view["callback_id"] for view in desk.private.views] == [ids.APPROVAL]


async def test_a_vote_is_answered_with_a_button_that_takes_it_back(desk: Desk) -> None:
    run = await waiting(desk, "storefront-prod")
    [told] = await desk.click(ids.APPROVE, await desk.card(run.id))
    assert "is noted. It cannot be applied yet." in told
    button = desk.answers[-1]["blocks"][-1]["elements"][0]
    assert (button["action_id"], button["value"]) == (ids.UNVOTE, encode(Address(run.id)))
    [told] = await desk.click(button["action_id"], button["value"])
    assert "is taken back" in told
    assert "no vote of yours" in (await desk.click(ids.UNVOTE, encode(Address(run.id))))[0]
    assert "no longer active" in (await desk.click(ids.UNVOTE, "r0:x"))[0]


async def test_a_vote_is_given_and_taken_back_by_typing_and_why_tells_it(desk: Desk) -> None:
    run = await waiting(desk, "storefront-prod")
    assert "is noted" in await desk.type(f"approve {run.id}")
    assert desk.answers[-1]["blocks"]
    await desk.type(f"why {run.id}")
    assert "1 of 2 votes" in str(desk.answers[-1])
    assert "is taken back" in await desk.type("unvote storefront-prod")


async def test_the_card_shows_how_it_stands_and_follows_each_vote(desk: Desk) -> None:
    run = await waiting(desk, "storefront-prod")
    [message] = desk.house.in_channel()
    assert message.run_picture.tally is not None
    assert "0 of 2 votes" in message.run_picture.tally.lacks[-1]
    await desk.click(ids.APPROVE, await desk.card(run.id))
    await desk.house.paint()
    assert message.run_picture.tally is not None
    assert "1 of 2 votes" in message.run_picture.tally.lacks[-1]
    assert [vote.name for vote in message.run_picture.votes] == ["ana"]


async def test_where_others_read_along_there_are_no_buttons(desk: Desk) -> None:
    desk.house.runs.add_workspace("storefront-prod")
    await desk.type("watch storefront-prod")
    desk.house.chat.shared.add("C0DEPLOYS")
    workspace = await desk.house.finder.workspace("storefront-prod", ANA)
    desk.house.runs.add_run(workspace, "planned")
    await desk.house.turn()
    [message] = desk.house.in_channel()
    assert (message.run_picture.buttons, message.run_picture.only_tells) == ((), True)


@pytest.mark.parametrize("callback, metadata", [(ids.APPROVAL, "v0:x"), ("run.promotion", "")])
async def test_a_form_that_is_no_more_says_so(desk: Desk, callback: str, metadata: str) -> None:
    view = {"callback_id": callback, "private_metadata": metadata, "blocks": []}
    response = await submit(desk, {}, view=view)
    assert response.status == 200
    assert ["no longer in use" in said for _, _, said in desk.private.told] == [True]


@pytest.mark.parametrize(
    "inner, changed",
    [
        ({"type": "user_change", "user": {"id": "U0KIM", "deleted": True}}, "U0KIM"),
        ({"type": "subteam_updated", "subteam": {"id": "S0PLATFORM"}}, "S0PLATFORM"),
        ({"type": "subteam_members_changed", "subteam_id": "S0PLATFORM", "added_users": []}, "S0PLATFORM"),
    ],
)
async def test_what_slack_says_of_people_and_groups_is_heard(desk: Desk, inner: dict[str, Any], changed: str) -> None:
    assert (await desk.send(event(inner))).status == 200
    await settle()
    await desk.guard.finish(5)
    assert desk.private.changed == [changed]
