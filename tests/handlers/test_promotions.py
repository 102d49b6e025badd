"""Promoting and trying again by words, buttons and the form, from Slack's payload to the private answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.core.chains import Chain
from bot.core.configurations import ConfigurationVersion
from bot.core.errors import ChatRefused, TerraformAnswerLost
from bot.core.runs import Run
from bot.slack import ids
from bot.slack.ids import Stage
from bot.slack.views.promotion import CHANNEL, MESSAGE
from handlers.actions.others import INACTIVE
from tests.handlers.desk import Desk, command, open_desk, submission
from tests.services.house import ANA, DEPLOYS, GUS, POLICY

CHAIN = Chain(name="storefront", stages=("storefront-dev", "storefront-staging", "storefront-prod"))


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path, replace(POLICY, chains=(CHAIN,))) as desk:
        desk.house.configurations.versions["cv-1"] = ConfigurationVersion(id="cv-1", status_word="uploaded")
        yield desk


def with_run(desk: Desk, status: str = "applied") -> Run:
    """A run of the first stage; the other stages are there."""
    dev, *_ = [desk.house.runs.add_workspace(name) for name in CHAIN.stages]
    return desk.house.runs.add_run(dev, status, configuration_version_id="cv-1", message="Bump the image")


def sent(desk: Desk) -> list[tuple[str, str | None]]:
    """The workspaces and versions of the runs that were created."""
    wishes = [call.given["wish"] for call in desk.house.runs.calls_of("create_run")]
    return [(desk.house.runs.workspace(wish.workspace_id).name, wish.configuration_version_id) for wish in wishes]


def filled(view: dict[str, Any], **chosen: str) -> dict[str, Any]:
    body = submission(view, {}, ANA)
    said: dict[str, dict[str, Any]] = {
        ids.WORKSPACE_TO_READ: {"type": "external_select", "selected_option": {"value": chosen["source"]} if "source" in chosen else None},
        ids.WORKSPACE_TO_START: {"type": "external_select", "selected_option": {"value": chosen["target"]}},
        MESSAGE: {"type": "plain_text_input", "value": chosen.get("message")},
        CHANNEL: {"type": "conversations_select", "selected_conversation": chosen["channel"]},
    }
    body["view"]["state"] = {"values": {name: {name: value} for name, value in said.items()}}
    return body


async def test_a_promotion_by_words_says_what_goes_where(desk: Desk) -> None:
    run = with_run(desk)
    answer = await desk.type("promote storefront-dev storefront-staging for the sale")
    assert sent(desk) == [("storefront-staging", "cv-1")]
    assert "`storefront-staging`" in answer
    assert "Promotes `cv-1` “Bump the image”" in answer
    assert run.id in answer


async def test_what_is_passed_over_is_said(desk: Desk) -> None:
    run = with_run(desk)
    desk.house.clock.move(60)
    newer = desk.house.runs.add_run(
        desk.house.runs.workspace(run.workspace_id), "applied", is_destroy=True, configuration_version_id="cv-1"
    )
    assert f"Passed over: `{newer.id}`" in await desk.type("promote storefront-dev storefront-staging")


async def test_a_promotion_whose_answer_is_lost_says_so(desk: Desk) -> None:
    with_run(desk)
    desk.house.runs.fail("create_run", TerraformAnswerLost("terraform.test"))
    assert "did not say whether" in await desk.type("promote storefront-dev storefront-staging")


@pytest.mark.parametrize(
    "text, said",
    [
        ("promote storefront-staging storefront-prod", "never applied"),
        ("promote storefront-dev storefront-dev", "both are"),
        ("promote storefront-dev nowhere", "nowhere"),
        ("retry storefront-dev", "did not fail"),
        ("retry run-nowhere", "run-nowhere"),
    ],
)
async def test_what_cannot_be_is_told_and_nothing_is_started(desk: Desk, text: str, said: str) -> None:
    with_run(desk)
    assert said in await desk.type(text)
    assert sent(desk) == []


@pytest.mark.parametrize("text, source", [("promote", None), ("promote storefront-dev", "acme/storefront-dev"), ("promote nowhere", None)])
async def test_the_word_alone_opens_a_form_that_knows_where_it_begins(desk: Desk, text: str, source: str | None) -> None:
    with_run(desk)
    await desk.house.poll()
    await desk.send(command(text, ANA, DEPLOYS, desk.response_url))
    (view,) = desk.private.views
    chosen = view["blocks"][0]["element"].get("initial_option")
    assert (view["callback_id"], chosen and chosen["value"]) == (ids.PROMOTE_SUBMIT, source)


async def test_where_slack_opens_no_form_a_button_is_offered(desk: Desk) -> None:
    with_run(desk)
    desk.private.trouble = ChatRefused("expired_trigger_id")
    assert "A form asks" in await desk.type("promote")
    (button,) = [one for block in desk.answers[-1]["blocks"] if block["type"] == "actions" for one in block["elements"]]
    desk.private.trouble = None
    assert await desk.click(button["action_id"], button["value"]) == []
    assert len(desk.private.views) == 1


async def test_a_form_that_is_submitted_promotes_and_says_so_where_it_was_opened(desk: Desk) -> None:
    with_run(desk)
    await desk.click(ids.PROMOTE_FORM, "form")
    (view,) = desk.private.views
    body = filled(view, source="acme/storefront-dev", target="acme/storefront-prod", message="now", channel="C0INFRA")
    response = await desk.send(body)
    assert response.body in {"", "null", None}
    assert sent(desk) == [("storefront-prod", "cv-1")]
    ((channel, person, text),) = desk.private.told
    assert (channel, person) == ("C0DEPLOYS", "U0ANA")
    assert "C0INFRA" in text


async def test_a_form_with_something_wrong_stays_open(desk: Desk) -> None:
    with_run(desk)
    await desk.click(ids.PROMOTE_FORM, "form")
    (view,) = desk.private.views
    response = await desk.send(filled(view, target="acme/storefront-dev", channel="C0DEPLOYS"))
    assert "From which workspace?" in str(response.body)
    assert sent(desk) == []


async def test_a_form_of_another_release_is_said_to_be_no_longer_in_use(desk: Desk) -> None:
    with_run(desk)
    await desk.click(ids.PROMOTE_FORM, "form")
    (view,) = desk.private.views
    old = filled({**view, "private_metadata": "v0"}, source="acme/storefront-dev", target="acme/storefront-prod", channel="C0INFRA")
    await desk.send(old)
    assert sent(desk) == []
    assert "no longer in use" in desk.private.told[0][2]


async def test_the_button_of_the_next_stage_promotes_there(desk: Desk) -> None:
    run = with_run(desk)
    (answer,) = await desk.click(ids.PROMOTE_NEXT, ids.encode_stage(Stage(run.id, "acme/storefront-staging")))
    assert sent(desk) == [("storefront-staging", "cv-1")]
    assert "Promotes `cv-1`" in answer


async def test_a_button_of_another_stage_or_another_release_starts_nothing(desk: Desk) -> None:
    run = with_run(desk)
    (moved,) = await desk.click(ids.PROMOTE_NEXT, ids.encode_stage(Stage(run.id, "acme/storefront-prod")))
    assert "No promotion chain says any more" in moved
    assert await desk.click(ids.PROMOTE_NEXT, "p0:x") == [INACTIVE]
    assert await desk.click(ids.RETRY, "x") == [INACTIVE]
    assert sent(desk) == []


async def test_the_form_below_a_run_begins_with_its_workspace_for_those_who_may_read_it(desk: Desk) -> None:
    run = with_run(desk)
    await desk.house.reader.read(run.id)
    await desk.click(ids.PROMOTE_FORM, ids.encode(ids.Address(run.id)))
    assert desk.private.views[0]["blocks"][0]["element"]["initial_option"]["value"] == "acme/storefront-dev"
    assert "may not" in (await desk.click(ids.PROMOTE_FORM, ids.encode(ids.Address(run.id)), GUS))[0].lower()
    assert len(desk.private.views) == 1


async def test_retry_starts_the_same_once_more(desk: Desk) -> None:
    run = with_run(desk, "errored")
    (answer,) = await desk.click(ids.RETRY, ids.encode(ids.Address(run.id)))
    assert "Tries" in answer
    assert run.id in answer
    typed = await desk.type(f"retry {run.id} --debug")
    assert "Tries" in typed
    assert sent(desk) == [("storefront-dev", "cv-1")] * 2
    assert [call.given["wish"].debugging for call in desk.house.runs.calls_of("create_run")] == [False, True]
