"""People approve what they were shown: what comes first, what the one button is bound to, and what it refuses. Facts, never sentences."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.core.confirmations import CONFIRM_WITHIN
from bot.core.errors import ChatRefused
from bot.core.people import Standing
from bot.core.policy import Actor, Place
from bot.core.runs import Action, Run
from bot.slack import ids
from bot.slack.ids import Address, ViewAddress, decode_view, encode, encode_confirmation, encode_view
from tests.handlers.desk import TRIGGERS, Desk, button_in, submission
from tests.handlers.test_words import ME, decided, said, written
from tests.services.house import ANA, DEPLOYS, GUS, KIM, OTHER


def planned(desk: Desk, name: str = "storefront-dev", destructions: int = 0, **facts: Any) -> Run:
    run = desk.house.runs.add_run(desk.house.runs.add_workspace(name), **facts)
    return desk.house.runs.finish_plan(run.id, destructions=destructions)


def plan_anew(desk: Desk, run: Run, destructions: int = 3) -> None:
    """The server shows another plan for the run from now on."""
    other = desk.house.runs.add_run(desk.house.runs.add_workspace(f"other-{run.id}"))
    desk.house.runs.finish_plan(other.id, destructions=destructions)
    desk.house.runs.put(replace(desk.house.runs.run(run.id), plan_id=other.plan_id))


def plan_text(*changes: tuple[str, list[str]]) -> bytes:
    rows = [{"address": address, "type": "a", "change": {"actions": actions}} for address, actions in changes]
    return json.dumps({"format_version": "1.2", "resource_changes": rows}).encode()


async def submit(desk: Desk, values: dict[str, str] | None = None, actor: Actor = ANA, **others: Any) -> None:
    view = {**desk.private.views[-1], **others}
    response = await desk.send(submission(view, values or {}, actor) | {"trigger_id": f"1.7.{next(TRIGGERS)}"})
    assert response.status == 200


async def ask(desk: Desk, text: str, actor: Actor = ANA) -> dict[str, Any]:
    await desk.type(text, actor)
    return desk.answers[-1]


def kind(answer: dict[str, Any]) -> str:
    return str(button_in(answer)["action_id"])


async def test_a_run_that_is_named_by_its_id_and_loses_nothing_is_approved_at_once(desk: Desk) -> None:
    run = planned(desk)
    await desk.type(f"approve {run.id}")
    assert decided(desk) == [(Action.APPLY, run.id)]


@pytest.mark.parametrize("word", ["storefront-dev", "acme/storefront-dev"])
async def test_the_current_run_of_a_workspace_is_shown_before_it_is_approved(desk: Desk, word: str) -> None:
    run = planned(desk)
    answer = await ask(desk, f"approve {word} looks good")
    assert decided(desk) == []
    assert run.id in answer["text"]
    assert kind(answer) == ids.CONFIRM_COMMAND
    await desk.confirm(answer)
    assert decided(desk) == [(Action.APPLY, run.id)]
    assert desk.house.runs.said_about(run.id)[0].endswith("“looks good”")


async def test_the_button_is_about_the_run_that_was_shown_whichever_is_current_at_the_click(desk: Desk) -> None:
    run = planned(desk)
    answer = await ask(desk, "approve storefront-dev")
    desk.house.runs.move(run.id, "discarded")
    workspace = await desk.house.finder.workspace("storefront-dev", ANA)
    desk.house.runs.add_run(workspace, "planned")
    await desk.confirm(answer)
    assert decided(desk) == []


@pytest.mark.parametrize("by_id", [True, False])
@pytest.mark.parametrize("is_destroy", [True, False])
async def test_what_destroys_is_approved_in_a_form_alone_however_it_is_named(desk: Desk, *, by_id: bool, is_destroy: bool) -> None:
    run = planned(desk, destructions=0 if is_destroy else 2, is_destroy=is_destroy)
    answer = await ask(desk, f"approve {run.id if by_id else 'storefront-dev'}")
    assert kind(answer) == ids.CONFIRM_FORM
    await desk.confirm(answer)
    assert decided(desk) == []
    address = decode_view(desk.private.views[-1]["private_metadata"])
    assert address == ViewAddress(run.id, "C0DEPLOYS", "storefront-dev", digest=desk.house.shown(run.id))
    await submit(desk)
    assert decided(desk) == [(Action.APPLY, run.id)]


async def test_a_plan_whose_counts_are_not_known_is_as_one_that_destroys(desk: Desk) -> None:
    run = planned(desk)
    _, plan = desk.house.runs.plan_of(run.id)
    assert plan is not None
    desk.house.runs.set_plan(replace(plan, destructions=None))
    assert kind(await ask(desk, f"approve {run.id}")) == ids.CONFIRM_FORM
    assert decided(desk) == []


async def test_the_first_addresses_are_shown_the_destroyed_ones_first(desk: Desk) -> None:
    run = planned(desk, destructions=5)
    lost = [(f"aws_x.r{number}", ["delete", "create"]) for number in range(3)]
    text = plan_text(*lost, ("aws_db.gone", ["delete"]), ("aws_db.old", ["delete"]), ("aws_x.new", ["create"]))
    desk.house.texts.texts[str(run.plan_id)] = text
    answer = await ask(desk, "approve storefront-dev")
    names = ("aws_db.gone", "aws_db.old", "aws_x.r0", "aws_x.r1", "aws_x.new")
    assert [name in answer["text"] for name in names] == [True, True, True, False, False]
    await desk.confirm(answer)
    form = json.dumps(desk.private.views[-1])
    assert [name in form for name in ("aws_db.gone", "aws_x.r2", "aws_x.new")] == [True, True, False]


# What the button is bound to


async def test_it_works_once(desk: Desk) -> None:
    planned(desk)
    answer = await ask(desk, "approve storefront-dev")
    await desk.confirm(answer)
    await desk.confirm(answer)
    assert len(decided(desk)) == 1


async def test_it_expires_after_ten_minutes(desk: Desk) -> None:
    planned(desk)
    answer = await ask(desk, "approve storefront-dev")
    desk.house.clock.move(CONFIRM_WITHIN.total_seconds())
    assert len(await desk.confirm(answer)) == 1
    assert desk.answers[-1]["replace_original"] is True
    assert decided(desk) == []


@pytest.mark.parametrize("actor", [KIM, GUS, Actor(id=ANA.id, team_id="T0OTHER")])
async def test_it_is_of_no_use_to_anybody_else_and_stays_for_its_person(desk: Desk, actor: Actor) -> None:
    planned(desk)
    answer = await ask(desk, "approve storefront-dev")
    await desk.confirm(answer, actor)
    assert decided(desk) == []
    await desk.confirm(answer)
    assert len(decided(desk)) == 1


async def test_it_is_of_no_use_in_another_channel(desk: Desk) -> None:
    planned(desk)
    await desk.confirm(await ask(desk, "approve storefront-dev"), place=OTHER)
    assert decided(desk) == []


@pytest.mark.parametrize("value", ["", "c1:", encode_confirmation("x" * 32), "c1:../../x", "r1:run-1"])
async def test_what_we_did_not_write_confirms_nothing(desk: Desk, value: str) -> None:
    planned(desk)
    assert len(await desk.click(ids.CONFIRM_COMMAND, value)) == 1
    assert decided(desk) == []


async def test_rights_are_asked_again_at_the_click(desk: Desk) -> None:
    planned(desk)
    answer = await ask(desk, "approve storefront-dev")
    desk.house.people.add(ANA.id, ANA.name, Standing.GUEST)
    await desk.confirm(answer)
    assert decided(desk) == []


@pytest.mark.parametrize("text", ["approve storefront-dev", "discard storefront-dev"])
async def test_a_plan_that_changed_since_is_refused_and_shown_again_with_a_button_of_its_own(desk: Desk, text: str) -> None:
    run = planned(desk)
    answer = await ask(desk, text)
    plan_anew(desk, run)
    await desk.confirm(answer)
    assert decided(desk) == []
    again = desk.answers[-1]
    assert (again["replace_original"], run.id in again["text"]) == (True, True)
    assert button_in(again)["value"] != button_in(answer)["value"]
    assert kind(again) == (ids.CONFIRM_FORM if text.startswith("approve") else ids.CONFIRM_COMMAND)
    async with desk.house.store.read() as transaction:
        assert "PlanChanged" in {row.outcome for row in await transaction.audit.page(0)}


async def test_a_form_that_was_open_while_the_plan_changed_notes_no_vote(desk: Desk) -> None:
    run = planned(desk, destructions=1)
    await desk.confirm(await ask(desk, f"approve {run.id}"))
    plan_anew(desk, run)
    await submit(desk)
    assert decided(desk) == []
    assert await desk.house.votes(run.id) == ()
    await desk.confirm(desk.private.said[-1])
    await submit(desk)
    assert decided(desk) == [(Action.APPLY, run.id)]


async def test_whoever_may_not_decide_is_shown_nothing_of_the_plan(desk: Desk) -> None:
    run = planned(desk, "storefront-prod", destructions=1)
    told = await desk.type("approve storefront-prod", KIM)
    assert run.id not in told


# Cards


async def test_a_card_without_a_digest_is_no_way_around(desk: Desk) -> None:
    for destructions, expected in ((0, ids.CONFIRM_COMMAND), (2, ids.CONFIRM_FORM)):
        run = planned(desk, f"no-{destructions}-dev", destructions=destructions)
        await desk.house.poll()
        await desk.click(ids.APPROVE, encode(Address(run.id)))
        assert kind(desk.answers[-1]) == expected
    assert (decided(desk), desk.private.views) == ([], [])


async def test_a_card_of_a_plan_that_destroys_opens_a_form_with_what_it_destroys(desk: Desk) -> None:
    run = planned(desk, destructions=1)
    desk.house.texts.texts[str(run.plan_id)] = plan_text(("aws_db.gone", ["delete"]), ("aws_x.new", ["create"]))
    assert await desk.click(ids.APPROVE, await desk.card(run.id)) == []
    assert decided(desk) == []
    assert "aws_db.gone" in json.dumps(desk.private.views[-1])
    await submit(desk)
    assert decided(desk) == [(Action.APPLY, run.id)]


async def test_where_slack_opens_no_form_nothing_is_approved(desk: Desk) -> None:
    run = planned(desk, destructions=1)
    desk.private.trouble = ChatRefused("expired_trigger_id")
    assert len(await desk.click(ids.APPROVE, await desk.card(run.id))) == 1
    assert len(await desk.confirm(await ask(desk, f"approve {run.id}"))) == 1
    assert decided(desk) == []


@pytest.mark.parametrize("is_known", [True, False])
async def test_a_card_whose_plan_changed_decides_nothing_and_shows_the_new_one(desk: Desk, *, is_known: bool) -> None:
    run = planned(desk)
    value = await desk.card(run.id)
    plan_anew(desk, run)
    if is_known:
        await desk.card_judged(run.id)
    assert await desk.click(ids.APPROVE, value) == []
    assert decided(desk) == []
    assert await desk.house.votes(run.id) == ()
    assert kind(desk.private.said[-1]) == ids.CONFIRM_FORM


async def test_a_card_in_direct_messages_of_others_is_answered_where_we_can_write(desk: Desk) -> None:
    run = planned(desk)
    value = await desk.card(run.id)
    plan_anew(desk, run)
    desk.private.closed.add("D0OTHERS")
    assert await desk.click(ids.APPROVE, value, ANA, Place(channel="D0OTHERS")) == []
    assert (decided(desk), desk.private.written) == ([], [])
    assert [person for _, person, _ in desk.private.told] == [ANA.id]
    assert kind(desk.private.said[-1]) == ids.CONFIRM_FORM


@pytest.mark.parametrize("channel", ["C0DEPLOYS", "D0OURS"])
async def test_whoever_cannot_be_shown_the_new_plan_is_told_at_least_that_nothing_was_done(desk: Desk, channel: str) -> None:
    run = planned(desk)
    value = await desk.card(run.id)
    plan_anew(desk, run)
    desk.private.is_down = True
    assert len(await desk.click(ids.APPROVE, value, ANA, Place(channel=channel))) == 1
    assert decided(desk) == []


async def test_a_card_whose_plan_changed_discards_nothing_and_shows_the_new_one(desk: Desk) -> None:
    run = planned(desk)
    value = await desk.card(run.id)
    plan_anew(desk, run)
    await desk.card_judged(run.id)
    assert await desk.click(ids.DISCARD, value) == []
    assert (decided(desk), desk.private.views) == ([], [])
    await desk.confirm(desk.private.said[-1])
    assert decided(desk) == [(Action.DISCARD, run.id)]


async def test_a_form_that_was_open_while_the_plan_changed_discards_nothing(desk: Desk) -> None:
    run = planned(desk)
    await desk.click(ids.DISCARD, await desk.card(run.id))
    plan_anew(desk, run)
    await desk.card_judged(run.id)
    await submit(desk)
    assert decided(desk) == []
    await desk.confirm(desk.private.said[-1])
    assert decided(desk) == [(Action.DISCARD, run.id)]


async def test_the_reason_of_a_refused_form_is_not_lost(desk: Desk) -> None:
    run = planned(desk)
    metadata = encode_view(ViewAddress(run.id, "C0DEPLOYS", "storefront-dev", digest=f"weak:{'0' * 64}"))
    field = {"type": "input", "block_id": "reason", "element": {}, "label": {}}
    view: dict[str, Any] = {"type": "modal", "callback_id": ids.APPROVAL, "private_metadata": metadata, "blocks": [field]}
    await desk.send(submission(view, {"reason": "rotate"}, ANA))
    assert decided(desk) == []
    await desk.confirm(desk.private.said[-1])
    assert desk.house.runs.said_about(run.id)[0].endswith("“rotate”")


# Stopping


async def test_discarding_and_canceling_by_id_act_at_once_and_by_name_ask(desk: Desk) -> None:
    planning = desk.house.runs.add_run(desk.house.runs.add_workspace("a-dev"), "planning")
    run, other = planned(desk, "b-dev"), planned(desk, "c-dev")
    await desk.type(f"cancel {planning.id}")
    await desk.type(f"discard {run.id}")
    assert decided(desk) == [(Action.CANCEL, planning.id), (Action.DISCARD, run.id)]
    answer = await ask(desk, "discard c-dev")
    assert len(decided(desk)) == 2
    await desk.confirm(answer)
    assert decided(desk)[2:] == [(Action.DISCARD, other.id)]


@pytest.mark.parametrize("way", ["typed", "card", "words"])
async def test_an_apply_is_canceled_in_a_form_alone(desk: Desk, way: str) -> None:
    run = planned(desk)
    desk.house.runs.move(run.id, "applying")
    await desk.house.poll()
    if way == "card":
        await desk.click(ids.CANCEL, encode(Address(run.id)))
    elif way == "typed":
        await desk.confirm(await ask(desk, f"cancel {run.id}"))
    else:
        await desk.send(said(desk, f"{ME} cancel {run.id}"))
        await desk.confirm(desk.private.said[-1])
    assert decided(desk) == []
    assert desk.private.views[-1]["callback_id"] == ids.CANCELING
    await submit(desk, {"reason": "wrong account"})
    assert decided(desk) == [(Action.CANCEL, run.id)]


@pytest.mark.parametrize("button, command", [(ids.CANCEL, "/tf cancel"), (ids.FORCE_CANCEL, "/tf force-cancel")])
async def test_where_slack_opens_no_form_an_apply_goes_on_and_the_same_command_is_named(desk: Desk, button: str, command: str) -> None:
    run = planned(desk)
    desk.house.runs.move(run.id, "applying")
    await desk.house.poll()
    desk.private.trouble = ChatRefused("expired_trigger_id")
    [answer] = await desk.click(button, encode(Address(run.id)))
    assert f"{command} {run.id}" in answer
    assert not desk.house.runs.calls_of("act") + desk.house.runs.calls_of("force_cancel")


async def test_a_run_that_began_to_apply_since_it_was_shown_is_not_canceled_by_the_click(desk: Desk) -> None:
    run = desk.house.runs.add_run(desk.house.runs.add_workspace("storefront-dev"), "planning")
    await desk.house.poll()
    answer = await ask(desk, "cancel storefront-dev")
    desk.house.runs.move(run.id, "applying")
    await desk.click(ids.CANCEL, encode(Address(run.id)))
    assert kind(desk.private.said[-1]) == ids.CONFIRM_FORM
    await desk.confirm(answer)
    assert kind(desk.answers[-1]) == ids.CONFIRM_FORM
    assert decided(desk) == []


async def test_killing_a_run_always_asks(desk: Desk) -> None:
    run = desk.house.runs.add_run(desk.house.runs.add_workspace("storefront-dev"), "planning")
    desk.house.runs.let_force(run.id)
    answer = await ask(desk, f"force-cancel {run.id}")
    assert not desk.house.runs.calls_of("force_cancel")
    await desk.confirm(answer)
    assert len(desk.house.runs.calls_of("force_cancel")) == 1


async def test_a_forged_form_for_canceling_does_nothing(desk: Desk) -> None:
    for metadata in ("", "v4:C0DEPLOYS:run-1", '{"v":1}'):
        view: dict[str, Any] = {"type": "modal", "callback_id": ids.CANCELING, "private_metadata": metadata, "blocks": []}
        await desk.send(submission(view, {}, ANA) | {"trigger_id": f"1.7.{next(TRIGGERS)}"})
    assert desk.house.runs.calls_of("act") == []


# Other commands


async def test_what_waits_for_a_click_is_in_the_audit_as_asked_and_what_was_done_as_done(desk: Desk) -> None:
    desk.house.runs.add_workspace("storefront-dev")
    await desk.send(said(desk, f"{ME} lock storefront-dev"))
    assert not desk.house.runs.calls_of("lock")
    await desk.confirm(desk.private.said[-1])
    async with desk.house.store.read() as transaction:
        rows = [row for row in await transaction.audit.page(0) if row.action == "lock" and row.kind == "command"]
    assert ["asked" in row.details for row in rows] == [True, False]


@pytest.mark.parametrize("text", ["watch storefront-*", "notify me on", "snooze storefront-dev 2h", "comment storefront-dev hello there"])
async def test_a_click_carries_out_the_stored_command(desk: Desk, text: str) -> None:
    planned(desk)
    await desk.house.poll()
    await desk.send(written(desk, text))
    [answer] = desk.private.said
    direct = Place(channel="D0ANA", channel_name="directmessage")
    await desk.confirm(answer, place=direct, is_ephemeral=False, message_ts="1795520000.000300")
    assert len(desk.private.edited) == 1
    desk.private.is_editable = False
    assert len(await desk.confirm(answer, place=direct, is_ephemeral=False, message_ts="1795520000.000300")) == 1


async def test_what_is_watched_where_it_was_shown(desk: Desk) -> None:
    desk.house.runs.add_workspace("storefront-dev")
    await desk.house.poll()
    await desk.send(said(desk, f"{ME} watch storefront-dev"))
    async with desk.house.store.read() as transaction:
        assert await transaction.watches.all() == ()
    await desk.confirm(desk.private.said[-1])
    async with desk.house.store.read() as transaction:
        [watch] = await transaction.watches.all()
    assert (watch.channel, watch.pattern, watch.owner) == (DEPLOYS.channel, "storefront-dev", ANA.id)
