"""The form for a run through Bolt's own dispatch: opened from everywhere, filled in with what we offer, judged when it is submitted."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from slack_bolt.response import BoltResponse

from bot.core.errors import ChatRefused
from bot.core.locks import Lock
from bot.core.people import Standing
from bot.core.policy import Actor
from bot.core.workspaces import WorkspaceDetail
from bot.slack import ids
from bot.slack.ids import FormAddress
from bot.slack.views.start import FORM, Form, start_form
from handlers.latest import MOST, Latest
from tests.handlers.desk import TRIGGERS, Desk, click, command
from tests.services.house import ANA, DEPLOYS, GUS, KIM, TEAM
from tests.slack.test_start_form import filled

ANYWHERE = FormAddress(FORM)
IN_DEPLOYS = FormAddress(FORM, "C0DEPLOYS", "deploys")
SECRET = "hunter2-canary"


def by(actor: Actor, kind: str, **more: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "api_app_id": "A0RUNBELL",
        "team": {"id": TEAM, "domain": "acme"},
        "user": {"id": actor.id, "name": actor.name, "username": actor.name, "team_id": actor.team_id},
        **more,
    }


def shortcut(callback_id: str, actor: Actor = ANA) -> dict[str, Any]:
    return by(actor, "shortcut", callback_id=callback_id, trigger_id=f"1.2.{next(TRIGGERS)}", action_ts="1.1")


def asking(action_id: str, typed: str, actor: Actor = ANA) -> dict[str, Any]:
    view = {"id": "V1", "type": "modal", **start_form(Form(address=IN_DEPLOYS))}
    container = {"type": "view", "view_id": "V1"}
    return by(actor, "block_suggestion", action_id=action_id, block_id=action_id, value=typed, view=view, container=container)


def changed(view: dict[str, Any], action_ts: str = "5.5", *, view_hash: str = "h1", actor: Actor = ANA) -> dict[str, Any]:
    action = {"type": "checkboxes", "action_id": ids.START_MORE, "block_id": "b", "selected_options": [], "action_ts": action_ts}
    shown = {"id": "V1", "hash": view_hash, "type": "modal", **view}
    body = by(actor, "block_actions", container={"type": "view", "view_id": "V1"}, view=shown, actions=[action])
    return body | {"trigger_id": f"1.2.{next(TRIGGERS)}"}


async def submit(desk: Desk, address: FormAddress = IN_DEPLOYS, actor: Actor = ANA, form: Form | None = None, **given: Any) -> BoltResponse:
    view = filled(start_form(form or Form(address=address)), **given)
    trigger = f"1.2.{next(TRIGGERS)}"
    return await desk.send(by(actor, "view_submission", trigger_id=trigger, view={"id": "V1", "type": "modal", **view}, response_urls=[]))


def started(desk: Desk) -> list[Any]:
    return [call.given["wish"] for call in desk.house.runs.calls_of("create_run")]


async def test_run_alone_opens_the_form_where_it_was_typed(desk: Desk) -> None:
    response = await desk.send(command("run", ANA, DEPLOYS, desk.response_url))
    assert response.status == 200
    [view] = desk.private.views
    assert view["callback_id"] == ids.START_SUBMIT
    assert ids.decode_form(view["private_metadata"]) == IN_DEPLOYS
    assert desk.answers == []


async def test_the_shortcut_and_the_home_tab_open_it_without_a_channel(desk: Desk) -> None:
    await desk.send(shortcut(ids.START_FORM))
    home = click(ids.START_OPEN, "form", ANA, DEPLOYS, "") | {"container": {"type": "view", "view_id": "V9"}}
    await desk.send({key: one for key, one in home.items() if key not in {"channel", "response_url"}})
    assert [ids.decode_form(view["private_metadata"]) for view in desk.private.views] == [ANYWHERE, ANYWHERE]


async def test_a_form_that_slack_does_not_open_is_offered_by_a_button_that_does(desk: Desk) -> None:
    desk.private.trouble = ChatRefused("expired_trigger_id")
    assert "A form asks for all that is needed." in await desk.type("run")
    button = desk.answers[-1]["blocks"][-1]["elements"][0]
    desk.private.trouble = None
    assert await desk.click(button["action_id"], button["value"]) == []
    assert [ids.decode_form(view["private_metadata"]) for view in desk.private.views] == [replace(IN_DEPLOYS, ts="1.1")]


async def test_a_guest_is_told_so_in_direct_messages_and_sees_no_form(desk: Desk) -> None:
    desk.house.people.add(GUS.id, GUS.name, Standing.GUEST)
    await desk.send(shortcut(ids.START_FORM, GUS))
    [(channel, person, said)] = desk.private.told
    assert (channel, person) == (GUS.id, GUS.id)
    assert "You may not start runs of any workspace. Guests" in said
    assert desk.private.views == []


async def test_a_shortcut_that_is_no_more_says_so(desk: Desk) -> None:
    await desk.send(shortcut("start.old"))
    assert ["no longer in use" in said for _, _, said in desk.private.told] == [True]


async def test_workspaces_are_offered_while_somebody_types(desk: Desk) -> None:
    for name in ("dns", "storefront-dev", "storefront-prod"):
        desk.house.runs.add_workspace(name)
    await desk.house.poll()
    offered = json.loads((await desk.send(asking(ids.WORKSPACE_TO_START, "front"))).body)
    assert [(one["text"]["text"], one["value"]) for one in offered["options"]] == [
        ("storefront-dev", "acme/storefront-dev"),
        ("storefront-prod", "acme/storefront-prod"),
    ]
    assert json.loads((await desk.send(asking(ids.WORKSPACE_TO_START, "", KIM))).body)["options"][0]["value"] == "acme/storefront-dev"
    assert len(json.loads((await desk.send(asking(ids.WORKSPACE_TO_READ, "", KIM))).body)["options"]) == 3


NOTHING = (
    asking("workspace.old", "x"),
    asking(ids.WORKSPACE_TO_START, "x", GUS),
    by(ANA, "block_suggestion", action_id=ids.WORKSPACE_TO_START),
)


@pytest.mark.parametrize("body", NOTHING)
async def test_where_there_is_nothing_to_offer_nothing_is_offered(desk: Desk, body: dict[str, Any]) -> None:
    desk.house.people.add(GUS.id, GUS.name, Standing.GUEST)
    response = await desk.send(body)
    assert (response.status, json.loads(response.body)) == (200, {"options": []})


async def test_what_is_ticked_brings_its_field(desk: Desk) -> None:
    view = filled(start_form(Form(address=IN_DEPLOYS)), start_more=["variables", "targets"], start_kind="destroy")
    assert (await desk.send(changed(view))).status == 200
    [shown] = desk.private.views
    labels = [block["label"]["text"] for block in shown["blocks"] if block["type"] == "input"]
    assert labels == ["Workspace", "What for", "Message", "Report in", "More", "Variables", "Only these resources or modules", "Options"]
    assert desk.private.told == []


async def test_of_two_quick_choices_the_later_one_stays(desk: Desk) -> None:
    """Its form has what the first chose as well; the first, late, changes nothing any more."""
    later = filled(start_form(Form(address=IN_DEPLOYS)), start_more=["variables", "targets"])
    earlier = filled(start_form(Form(address=IN_DEPLOYS)), start_more=["variables"])
    desk.private.trouble = ChatRefused("hash_conflict")
    tried: list[str] = []

    async def update(known: Any, view: dict[str, Any]) -> Any:
        tried.append(known.hash)
        if known.hash:
            raise ChatRefused("hash_conflict")
        desk.private.views.append(view)
        return known

    desk.private.update = update  # type: ignore[method-assign]
    await desk.send(changed(later, "6.5"))
    await desk.send(changed(earlier, "6.1"))
    assert tried == ["h1", "", "h1"]
    assert len(desk.private.views) == 1


async def test_a_choice_in_a_form_that_is_not_ours_changes_nothing(desk: Desk) -> None:
    view = filled(start_form(Form(address=IN_DEPLOYS))) | {"private_metadata": "x"}
    assert (await desk.send(changed(view))).status == 200
    assert desk.private.views == []


async def test_a_submitted_form_starts_the_run_and_says_so_where_it_was_opened(desk: Desk) -> None:
    desk.house.runs.add_workspace("storefront-dev")
    response = await submit(
        desk,
        form=Form(address=IN_DEPLOYS, more=frozenset({"variables", "targets"})),
        workspace_start="acme/storefront-dev",
        start_kind="plan-only",
        message="rotate",
        variables=f"token={SECRET}\ncount=3",
        targets="module.a",
        flags=["debug"],
    )
    assert (response.status, response.body) == (200, "")
    [wish] = started(desk)
    assert wish.message.startswith("asked for by ana (U0ANA) in #deploys")
    assert wish.message.endswith(": “rotate”")
    assert (wish.plan_only, wish.debugging, wish.targets) == (True, True, ("module.a",))
    assert wish.variables == (("token", f'"{SECRET}"'), ("count", "3"))
    [(channel, person, said)] = desk.private.told
    assert (channel, person) == ("C0DEPLOYS", "U0ANA")
    assert "Started a plan-only run of `storefront-dev`" in said
    assert said.endswith("It reports here.")


async def test_it_reports_where_the_form_says(desk: Desk) -> None:
    desk.house.runs.add_workspace("storefront-dev")
    await submit(desk, ANYWHERE, workspace_start="acme/storefront-dev", channel="C0INFRA")
    [(channel, _, said)] = desk.private.told
    assert channel == ANA.id
    assert "It reports in <#C0INFRA>." in said
    assert started(desk)[0].message.startswith("asked for by ana (U0ANA) in C0INFRA")
    await desk.house.paint()
    assert len(desk.house.chat.in_channel("C0INFRA")) == 1


async def test_what_is_wrong_stands_at_its_field_and_starts_nothing(desk: Desk) -> None:
    form = Form(address=IN_DEPLOYS, more=frozenset({"variables"}))
    response = await submit(desk, form=form, workspace_start="acme/dns", variables="region")
    answer = json.loads(response.body)
    assert answer["response_action"] == "errors"
    assert answer["errors"]["variables"].startswith("Variable 1 is not written as a name")
    assert started(desk) == []


async def test_a_form_left_open_for_an_hour_is_judged_when_it_is_submitted(desk: Desk) -> None:
    desk.house.runs.add_workspace("storefront-dev")
    await desk.send(shortcut(ids.START_FORM, KIM))
    desk.house.clock.move(3600)
    desk.house.people.add(KIM.id, KIM.name, Standing.GUEST)
    await submit(desk, actor=KIM, workspace_start="acme/storefront-dev")
    [(_, person, said)] = desk.private.told
    assert person == KIM.id
    assert "Guests of this Slack workspace may do nothing" in said
    assert started(desk) == []


async def test_a_workspace_that_is_gone_by_then_is_told(desk: Desk) -> None:
    await submit(desk, workspace_start="acme/storefront-dev")
    assert "I see no workspace “acme/storefront-dev”" in desk.private.told[0][2]


async def test_a_form_of_another_release_is_not_obeyed(desk: Desk) -> None:
    view = filled(start_form(Form(address=IN_DEPLOYS)), workspace_start="acme/dns") | {"private_metadata": "v9"}
    await desk.send(by(ANA, "view_submission", trigger_id="1.2.old", view={"id": "V1", "type": "modal", **view}, response_urls=[]))
    assert ["no longer in use" in said for _, _, said in desk.private.told] == [True]
    assert started(desk) == []


async def test_typing_says_what_the_run_will_meet(desk: Desk) -> None:
    workspace = desk.house.runs.add_workspace("storefront-dev")
    lock = Lock(workspace_id=workspace.id, is_locked=True)
    desk.house.locks.details[workspace.id] = WorkspaceDetail(workspace=workspace, lock=lock)
    said = await desk.type(f"run storefront-dev now --refresh-only --var token={SECRET}")
    assert "Started a refresh-only run of `storefront-dev`" in said
    assert "⚠️ acme/storefront-dev is locked, so the run waits until it is unlocked." in said
    assert SECRET not in said


async def test_the_audit_keeps_the_names_of_variables_and_nothing_of_their_values(desk: Desk) -> None:
    desk.house.runs.add_workspace("storefront-dev")
    await desk.type(f"run storefront-dev now --var token={SECRET}")
    await desk.type(f"run storefront-prod now --var token={SECRET}")
    async with desk.house.store.read() as transaction:
        rows = repr(await transaction.audit.unsealed(desk.house.clock.now() + timedelta(days=1)))
    assert "token" in rows
    assert SECRET not in rows


def test_only_so_many_forms_are_remembered() -> None:
    latest = Latest()
    for number in range(MOST + 1):
        latest.note(f"V{number}", "5.5")
    assert latest.is_latest("V0", "1.1"), "the oldest is forgotten"
    assert not latest.is_latest("V1", "1.1")
    assert latest.is_latest("V1", "10.1")
