from __future__ import annotations

import time
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import triggers
from bot.sandbox.slack.server import SlackServer
from tests.sandbox.slack.acting import Acting
from tests.sandbox.slack.refusals import error_of, refusal

TITLE = {"type": "plain_text", "text": "A form"}
MODAL: dict[str, Any] = {"type": "modal", "title": TITLE, "blocks": [{"type": "divider"}]}
INPUT = {"type": "input", "label": TITLE, "element": {"type": "plain_text_input", "action_id": "p"}}
HOME: dict[str, Any] = {"type": "home", "blocks": [{"type": "divider"}]}


def _trigger(slack: SlackServer) -> str:
    return slack.state.triggers.issue("U0ANA")


async def test_a_trigger_opens_one_modal(slack: SlackServer, client: AsyncWebClient, ana: Acting) -> None:
    trigger = _trigger(slack)
    opened = await client.views_open(trigger_id=trigger, view=MODAL)

    assert (await ana.get("view", **{"as": "U0ANA"}))["view"]["id"] == opened["view"]["id"]
    assert (await ana.get("view", **{"as": "U0KIM"}))["view"] is None
    assert await error_of(client.views_open(trigger_id=trigger, view=MODAL)) == "exchanged_trigger_id"
    assert await error_of(client.views_open(trigger_id="guess", view=MODAL)) == "invalid_trigger_id"
    assert await error_of(client.api_call("views.open", json={"view": MODAL})) == "invalid_trigger_id"


async def test_a_trigger_is_good_for_three_real_seconds(slack: SlackServer, client: AsyncWebClient) -> None:
    slack.state.clock.speed = 1000
    trigger = _trigger(slack)
    left = slack.state.triggers._triggers[trigger].expires_at - time.monotonic()
    slack.state.triggers._triggers[trigger].expires_at -= triggers.LIFETIME_SECONDS

    assert 2.9 < left <= 3.0
    assert await error_of(client.views_open(trigger_id=trigger, view=MODAL)) == "expired_trigger_id"


async def test_the_oldest_triggers_are_forgotten(slack: SlackServer) -> None:
    first = _trigger(slack)
    for _ in range(triggers.REMEMBERED):
        _trigger(slack)

    assert first not in slack.state.triggers._triggers


async def test_modals_are_stacked_three_high(slack: SlackServer, client: AsyncWebClient) -> None:
    root = (await client.views_open(trigger_id=_trigger(slack), view=MODAL))["view"]
    second = (await client.views_push(trigger_id=_trigger(slack), view=MODAL))["view"]
    await client.views_push(trigger_id=_trigger(slack), view=MODAL)

    assert (second["root_view_id"], second["previous_view_id"]) == (root["id"], root["id"])
    assert await error_of(client.views_push(trigger_id=_trigger(slack), view=MODAL)) == "push_limit_reached"


async def test_a_modal_is_updated_by_id_or_external_id_and_hash(slack: SlackServer, client: AsyncWebClient) -> None:
    opened = (await client.views_open(trigger_id=_trigger(slack), view={**MODAL, "external_id": "mine"}))["view"]
    changed = (await client.views_update(view_id=opened["id"], hash=opened["hash"], view={**MODAL, "external_id": "mine"}))["view"]

    assert changed["id"] == opened["id"]
    assert await error_of(client.views_update(view_id=opened["id"], hash=opened["hash"], view=MODAL)) == "hash_conflict"
    assert (await client.views_update(external_id="mine", view=MODAL))["view"]["id"] == opened["id"]
    assert await error_of(client.views_update(view_id="V0NONE", view=MODAL)) == "not_found"
    assert await error_of(client.api_call("views.update", json={"view": MODAL})) == "invalid_arguments"


async def test_an_external_id_is_given_once(slack: SlackServer, client: AsyncWebClient) -> None:
    await client.views_open(trigger_id=_trigger(slack), view={**MODAL, "external_id": "mine"})

    assert await error_of(client.views_push(trigger_id=_trigger(slack), view={**MODAL, "external_id": "mine"})) == "duplicate_external_id"


@pytest.mark.parametrize(
    "view, message",
    [
        ({**MODAL, "title": {"type": "plain_text", "text": "x" * 25}}, "must be less than 25 characters [json-pointer:/view/title/text]"),
        ({**MODAL, "private_metadata": "x" * 3001}, "must be less than 3001 characters [json-pointer:/view/private_metadata]"),
        ({**MODAL, "blocks": [INPUT]}, "missing required field: submit [json-pointer:/view]"),
        ({**MODAL, "blocks": [{"type": "markdown", "text": "x"}]}, "unsupported type: markdown [json-pointer:/view/blocks/0/type]"),
        ({"type": "modal", "blocks": []}, "missing required field: title [json-pointer:/view]"),
        (HOME, "must be one of: modal [json-pointer:/view/type]"),
    ],
)
async def test_views_that_slack_refuses(slack: SlackServer, client: AsyncWebClient, view: dict[str, Any], message: str) -> None:
    answer = await refusal(client.views_open(trigger_id=_trigger(slack), view=view))

    assert answer["error"] == "invalid_arguments"
    assert f"[ERROR] {message}" in answer["response_metadata"]["messages"]


async def test_a_view_is_not_too_large(slack: SlackServer, client: AsyncWebClient) -> None:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2990}}

    assert await error_of(client.views_open(trigger_id=_trigger(slack), view={**MODAL, "blocks": [section] * 90})) == "view_too_large"
    assert await error_of(client.api_call("views.open", json={"trigger_id": _trigger(slack)})) == "invalid_arguments"


async def test_a_home_tab_is_published_by_hash(client: AsyncWebClient, ana: Acting) -> None:
    first = (await client.views_publish(user_id="U0ANA", view=HOME))["view"]
    second = (await client.views_publish(user_id="U0ANA", view=HOME, hash=first["hash"]))["view"]

    assert second["id"] == first["id"]
    assert (await ana.post("home"))["home"]["hash"] == second["hash"]
    assert await error_of(client.views_publish(user_id="U0ANA", view=HOME, hash=first["hash"])) == "hash_conflict"
    assert await error_of(client.views_publish(user_id="U0NOBODY", view=HOME)) == "user_not_found"
