"""Discarding by a click: a form that asks why and takes no answer for one, judged when it is submitted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from slack_bolt.response import BoltResponse

from bot.core.audits import AuditKind, AuditRow
from bot.core.errors import ChatRefused
from bot.core.policy import Actor
from bot.core.runs import Action, Run
from bot.slack import ids
from bot.slack.ids import Address, ViewAddress, decode, encode, encode_view
from tests.handlers.desk import TRIGGERS, Desk, submission
from tests.services.house import ANA, GUS, KIM, RAJ

LINK = "https://acme.slack.com/archives/C0DEPLOYS/p11"


async def waiting(desk: Desk) -> Run:
    """A run that asks on a message in the channel."""
    workspace = desk.house.runs.add_workspace("storefront-dev")
    await desk.type("watch storefront-dev")
    run = desk.house.runs.add_run(workspace, "planned")
    await desk.house.turn()
    return run


async def submit(desk: Desk, reason: str | None, actor: Actor = ANA, **others: Any) -> BoltResponse:
    """Each is a deed of its own, with a trigger of its own."""
    values = {} if reason is None else {"reason": reason}
    return await desk.send(submission({**desk.private.views[-1], **others}, values, actor) | {"trigger_id": f"1.7.{next(TRIGGERS)}"})


def discards(desk: Desk) -> list[object]:
    return [call.given["action"] for call in desk.house.runs.calls_of("act")]


async def newest(desk: Desk, kind: AuditKind) -> AuditRow:
    async with desk.house.store.read() as transaction:
        return [row for row in await transaction.audit.page(0) if row.kind == kind][-1]


async def test_a_click_opens_a_form_and_what_is_said_in_it_is_on_the_run_the_card_and_in_the_audit(desk: Desk) -> None:
    run = await waiting(desk)
    assert await desk.click(ids.DISCARD, encode(Address(run.id))) == []
    [view] = desk.private.views
    digest = decode(await desk.card(run.id)).digest  # type: ignore[union-attr] # it is ours
    assert view["private_metadata"] == encode_view(ViewAddress(run.id, "C0DEPLOYS", "storefront-dev", ts="1.1", digest=digest))
    assert f"`acme/storefront-dev` · `{run.id}`" in json.dumps(view, ensure_ascii=False)
    assert discards(desk) == []

    response = await submit(desk, "not before the sale")

    assert (response.status, response.body, desk.private.told) == (200, "", [])
    assert discards(desk) == [Action.DISCARD]
    [comment] = desk.house.runs.said_about(run.id)
    assert comment.startswith("discarded by ana (U0ANA) in ")
    assert comment.endswith(": “not before the sale”")
    row = await newest(desk, AuditKind.DECISION)
    assert (row.action, row.person, row.channel, row.reason, row.permalink) == (
        *("discard", "U0ANA", "C0DEPLOYS"),
        *("not before the sale", LINK),
    )
    await desk.house.turn()
    told = desk.house.in_channel()[-1].run_picture
    assert told.decision is not None
    assert told.decision.comment == comment


@pytest.mark.parametrize("reason", [None, "", "  "])
async def test_no_reason_is_as_good(desk: Desk, reason: str | None) -> None:
    run = await waiting(desk)
    await desk.click(ids.DISCARD, encode(Address(run.id)))
    response = await submit(desk, reason)
    assert (response.status, response.body) == (200, "")
    [comment] = desk.house.runs.said_about(run.id)
    assert comment.startswith("discarded by ana (U0ANA) in ")
    assert (await newest(desk, AuditKind.DECISION)).reason == ""


async def test_whoever_was_second_hears_who_was_first(desk: Desk) -> None:
    run = await waiting(desk)
    for actor in (ANA, KIM):
        await desk.click(ids.DISCARD, encode(Address(run.id)), actor)
    await submit(desk, "mine", KIM)
    await submit(desk, "mine", ANA)
    assert discards(desk) == [Action.DISCARD]
    [(channel, person, said)] = desk.private.told
    assert (channel, person) == ("C0DEPLOYS", "U0ANA")
    assert "was already discarded by <@U0KIM>" in said
    [late] = await desk.click(ids.DISCARD, encode(Address(run.id)))
    assert "was already discarded by <@U0KIM>" in late
    assert len(desk.private.views) == 2


@pytest.mark.parametrize("actor, said", [(GUS, "Guests of this Slack workspace may do nothing"), (RAJ, "You may not")])
async def test_whoever_submits_is_judged_and_not_whoever_clicked(desk: Desk, actor: Actor, said: str) -> None:
    run = await waiting(desk)
    await desk.click(ids.DISCARD, encode(Address(run.id)))
    await submit(desk, "why not", actor)
    assert discards(desk) == []
    assert said in desk.private.told[-1][2]
    row = await newest(desk, AuditKind.REFUSAL)
    assert (row.action, row.run_id, row.permalink) == (ids.DISCARDING, run.id, LINK)


@pytest.mark.parametrize("actor, said", [(GUS, "Guests of this Slack workspace may do nothing"), (RAJ, "You may not")])
async def test_whoever_may_not_discard_is_shown_no_form(desk: Desk, actor: Actor, said: str) -> None:
    run = await waiting(desk)
    [told] = await desk.click(ids.DISCARD, encode(Address(run.id)), actor)
    assert said in told
    assert desk.private.views == []


async def test_where_people_of_other_companies_read_along_a_card_of_before_opens_nothing(desk: Desk) -> None:
    run = desk.house.runs.add_run(desk.house.runs.add_workspace("storefront-dev"), "planned")
    await desk.house.poll()
    desk.house.chat.shared.add("C0DEPLOYS")
    [told] = await desk.click(ids.DISCARD, encode(Address(run.id)))
    assert "People of other companies" in told
    assert desk.private.views == []


async def test_a_form_left_open_decides_nothing_about_a_run_that_has_gone_on(desk: Desk) -> None:
    run = await waiting(desk)
    await desk.click(ids.DISCARD, encode(Address(run.id)))
    desk.house.clock.move(3600)
    desk.house.runs.move(run.id, "applying")
    await submit(desk, "too late")
    assert discards(desk) == []
    assert "cannot be discarded now: it is applying" in desk.private.told[-1][2]


async def test_a_card_whose_run_has_gone_on_opens_nothing_and_says_so(desk: Desk) -> None:
    run = await waiting(desk)
    desk.house.runs.move(run.id, "applying")
    await desk.house.turn()
    [told] = await desk.click(ids.DISCARD, encode(Address(run.id)))
    assert "cannot be discarded now: it is applying" in told
    assert desk.private.views == []


async def test_where_the_form_cannot_be_opened_the_answer_says_what_to_type(desk: Desk) -> None:
    run = await waiting(desk)
    desk.private.trouble = ChatRefused("expired_trigger_id")
    [told] = await desk.click(ids.DISCARD, encode(Address(run.id)))
    assert f"/tf discard {run.id}" in told
    assert discards(desk) == []


@pytest.mark.parametrize("value", ["", "r0:run-1", "r1:run-nowhere", "x" * 3000])
async def test_a_button_of_nothing_we_know_does_nothing(desk: Desk, value: str) -> None:
    [told] = await desk.click(ids.DISCARD, value)
    assert "no longer active" in told
    assert (desk.private.views, desk.house.runs.calls_of("act")) == ([], [])


@pytest.mark.parametrize("metadata", ["", "v3:C0DEPLOYS:run-1", '{"v":1}'])
async def test_a_forged_form_is_answered_and_does_nothing(desk: Desk, metadata: str) -> None:
    run = await waiting(desk)
    await desk.click(ids.DISCARD, encode(Address(run.id)))
    await submit(desk, "x", private_metadata=metadata)
    assert discards(desk) == []
    assert "no longer in use" in desk.private.told[-1][2]
