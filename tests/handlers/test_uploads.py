"""Files that become a run, through Bolt's own dispatch: the form is opened from everywhere, and judged when it is submitted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from slack_bolt.response import BoltResponse

from bot.core.errors import ChatRefused, FileUnreadable, TerraformAnswerLost
from bot.core.policy import Actor
from bot.core.uploads import UploadPicture
from bot.slack import ids
from bot.slack.views.upload import Chosen, upload_form
from tests.handlers.desk import TRIGGERS, Desk, click, command
from tests.handlers.test_starts import by
from tests.services.archives import GOOD
from tests.services.house import ANA, DEPLOYS, GUS, RAJ
from tests.slack.test_upload_form import IN_CHANNEL, filled

TF = GOOD["main.tf"]


def used_on(message: dict[str, Any], actor: Actor = ANA, response_url: str = "") -> dict[str, Any]:
    return by(
        actor,
        "message_action",
        callback_id=ids.UPLOAD_MESSAGE,
        trigger_id=f"1.2.{next(TRIGGERS)}",
        action_ts="1.1",
        message_ts="1.1",
        channel={"id": DEPLOYS.channel, "name": DEPLOYS.channel_name},
        message=message,
        response_url=response_url,
    )


async def submit(desk: Desk, *file_ids: str, actor: Actor = ANA, channel: str = DEPLOYS.channel, **given: Any) -> BoltResponse:
    files = tuple({"id": one, "name": desk.house.files.names.get(one, "gone.tf")} for one in file_ids)
    view = filled(upload_form(IN_CHANNEL), files=files, channel=channel, **{"workspace": "acme/storefront-dev", **given})
    shown = {"id": "V1", "type": "modal", **view}
    return await desk.send(by(actor, "view_submission", trigger_id=f"1.2.{next(TRIGGERS)}", view=shown, response_urls=[]))


def started(desk: Desk) -> list[Any]:
    return [call.given["wish"] for call in desk.house.runs.calls_of("create_run")]


async def test_upload_alone_opens_the_form_and_says_nothing(desk: Desk) -> None:
    await desk.send(command("upload", ANA, DEPLOYS, desk.response_url))
    [view] = desk.private.views
    assert view == upload_form(IN_CHANNEL)
    assert desk.answers == []


async def test_upload_with_a_workspace_has_it_chosen_already(desk: Desk) -> None:
    desk.house.runs.add_workspace("storefront-dev")
    await desk.send(command("upload storefront-dev", ANA, DEPLOYS, desk.response_url))
    fields = {block.get("block_id"): block for block in desk.private.views[0]["blocks"]}
    chosen = [fields["workspace.start"]["element"]["initial_option"]]
    assert [one["value"] for one in chosen] == ["acme/storefront-dev"]


async def test_whoever_may_not_start_runs_there_hears_so_before_choosing_anything(desk: Desk) -> None:
    desk.house.runs.add_workspace("storefront-prod")
    assert "start" in await desk.type("upload storefront-prod", RAJ)
    assert "I see no workspace" in await desk.type("upload storefront-pord")
    assert "may not start" in await desk.type("upload", GUS)
    assert desk.private.views == []


async def test_where_slack_opens_no_form_there_is_a_button_that_does(desk: Desk) -> None:
    desk.private.trouble = ChatRefused("expired_trigger_id")
    assert "Which files" in await desk.type("upload")
    desk.private.trouble = None
    assert await desk.click(ids.UPLOAD_OPEN, "form") == []
    assert desk.private.views == [upload_form(replace(IN_CHANNEL, ts="1.1"))]


async def test_a_button_on_the_home_tab_opens_it_too(desk: Desk) -> None:
    body = click(ids.UPLOAD_OPEN, "form", ANA, DEPLOYS, "")
    for name in ("channel", "response_url"):
        body.pop(name)
    body["container"] = {"type": "view", "view_id": "V1"}
    await desk.send(body)
    assert [ids.decode_form(view["private_metadata"], "upload") for view in desk.private.views] == [ids.FormAddress("upload")]


async def test_the_shortcut_on_a_message_takes_its_files(desk: Desk) -> None:
    files = [{"id": "F0A", "name": "site.zip"}, {"id": "F0B", "name": "photo.png"}]
    await desk.send(used_on({"ts": "1.1", "text": "look", "files": files}, response_url=desk.response_url))
    assert desk.private.views == [upload_form(replace(IN_CHANNEL, ts="1.1"), files=(Chosen("F0A", "site.zip"),))]


async def test_the_shortcut_on_a_message_without_a_configuration_says_so(desk: Desk) -> None:
    for message in ({"ts": "1.1", "text": "hi"}, {"ts": "1.1", "files": [{"id": "F0B", "name": "photo.png"}]}):
        await desk.send(used_on(message, response_url=desk.response_url))
    assert [("there is no file on it" in one["text"], "photo.png" in one["text"]) for one in desk.answers] == [(True, False), (False, True)]
    assert all(".tar.gz" in one["text"] for one in desk.answers)
    desk.private.trouble = ChatRefused("expired_trigger_id")
    await desk.send(used_on({"ts": "1.1", "files": [{"id": "F0A", "name": "main.tf"}]}, response_url=desk.response_url))
    assert "once more" in desk.answers[-1]["text"]
    assert desk.private.views == []


async def test_a_form_that_is_submitted_starts_the_run_and_tells_where(desk: Desk) -> None:
    desk.house.runs.add_workspace("storefront-dev")
    response = await submit(desk, desk.house.files.add("main.tf", TF), message="try it", kind="plan-only", channel="C0OTHER")
    assert (response.status, response.body) == (200, "")
    [wish] = started(desk)
    assert (wish.plan_only, wish.message.endswith(": “try it”")) == (True, True)
    [(channel, person, text)] = desk.private.told
    assert (channel, person) == (DEPLOYS.channel, ANA.id)
    assert "Started a plan-only run" in text
    assert "<#C0OTHER>" in text


async def test_what_is_wrong_in_the_form_stays_in_the_form(desk: Desk) -> None:
    response = await submit(desk, desk.house.files.add("photo.png", b"x"), workspace="")
    assert '"response_action": "errors"' in response.body
    assert "another kind" in response.body
    assert "Which workspace" in response.body
    assert (started(desk), desk.private.told) == ([], [])


async def test_a_failure_is_told_to_the_person_with_the_step_and_heard_by_the_audit(desk: Desk) -> None:
    desk.house.runs.add_workspace("storefront-dev")
    desk.house.files.trouble = FileUnreadable("“main.tf”", "Slack shows me a page to sign in instead")
    await submit(desk, desk.house.files.add("main.tf", TF))
    [(_, _, text)] = desk.private.told
    assert "while I got the files from Slack" in text
    async with desk.house.store.read() as transaction:
        rows = await transaction.audit.page(0)
    assert [(row.kind, row.action, row.outcome) for row in rows][-1] == ("refusal", "upload.submit", "UploadStopped")
    await desk.house.paint()
    assert [type(one.picture) for one in desk.house.in_channel()] == [UploadPicture]


async def test_whoever_submits_counts_and_not_whoever_opened_it(desk: Desk) -> None:
    desk.house.runs.add_workspace("storefront-dev")
    await submit(desk, desk.house.files.add("main.tf", TF), actor=RAJ)
    assert "may not start" in desk.private.told[0][2]
    assert (started(desk), desk.house.files.fetched) == ([], [])


async def test_a_start_that_was_not_answered_is_told_as_it_is(desk: Desk) -> None:
    desk.house.runs.add_workspace("storefront-dev")
    desk.house.runs.fail("create_run", TerraformAnswerLost("terraform.test"))
    await submit(desk, desk.house.files.add("main.tf", TF))
    assert "did not say whether" in desk.private.told[0][2]


@pytest.mark.parametrize("metadata", ["", "{}", '{"v":1,"kind":"start","channel":"","name":"","kept":{}}', '{"v":2}'])
async def test_a_form_that_is_none_of_ours_does_nothing(desk: Desk, metadata: str) -> None:
    view = {"id": "V1", "type": "modal", **filled(upload_form(IN_CHANNEL)), "private_metadata": metadata}
    await desk.send(by(ANA, "view_submission", trigger_id=f"1.2.{next(TRIGGERS)}", view=view, response_urls=[]))
    assert started(desk) == []
    assert "no longer in use" in desk.private.told[0][2]
