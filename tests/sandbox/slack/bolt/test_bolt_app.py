from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.slack.server import SlackServer
from tests.sandbox.slack.acting import Acting, eventually
from tests.sandbox.slack.bolt_apps import lamp_app, over_http


def _events(heard: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [body["event"] for body in heard if body.get("event", {}).get("type") == kind]


async def _lamp(ana: Acting) -> dict[str, Any]:
    async def look() -> dict[str, Any] | None:
        return next((message for message in await ana.messages() if message["text"] == "A lamp"), None)

    found: dict[str, Any] = await eventually(look)
    return found


@pytest.mark.usefixtures("app")
async def test_a_command_is_acked_posts_a_message_and_a_click_updates_it(ana: Acting, heard: list[dict[str, Any]]) -> None:
    typed = await ana.command("/lamp bright & <warm>")
    lamp = await _lamp(ana)
    clicked = await ana.as_("U0KIM").post("click", channel="C0DEPLOYS", ts=lamp["ts"], action_id="lamp.switch")

    async def thanked() -> bool:
        return "Thank you" in await ana.as_("U0KIM").texts()

    assert typed["ok"]
    assert typed["ack_ms"] < 3000
    assert clicked["ok"]
    assert await eventually(thanked)
    assert "Switched on by <@U0KIM>" in await ana.texts()
    assert "You asked for bright &amp; &lt;warm&gt;" in await ana.texts()
    assert "Thank you" not in await ana.texts()
    command = next(body for body in heard if body.get("command"))
    assert (command["user_id"], command["channel_id"], command["is_enterprise_install"]) == ("U0ANA", "C0DEPLOYS", "false")


@pytest.mark.usefixtures("app")
async def test_a_click_tells_the_app_where_and_on_what(ana: Acting, heard: list[dict[str, Any]]) -> None:
    await ana.command("/lamp on")
    lamp = await _lamp(ana)
    await ana.post("click", channel="C0DEPLOYS", ts=lamp["ts"], action_id="lamp.switch")

    body = next(body for body in heard if body.get("type") == "block_actions")
    assert body["container"] == {"type": "message", "message_ts": lamp["ts"], "channel_id": "C0DEPLOYS", "is_ephemeral": False}
    assert (body["message"]["ts"], body["message"]["app_id"]) == (lamp["ts"], "A0RUNBELL")
    assert body["user"] == {"id": "U0ANA", "username": "ana", "name": "ana", "team_id": "T0ACME"}
    assert body["actions"][0].items() >= {"type": "button", "action_id": "lamp.switch", "value": "on"}.items()
    assert body["state"] == {"values": {}}


@pytest.mark.usefixtures("app")
async def test_mentions_direct_messages_and_the_home_tab_reach_the_app(ana: Acting, heard: list[dict[str, Any]]) -> None:
    said = await ana.post("message", channel="C0DEPLOYS", text="@lamps hello")
    await ana.post("message", channel="C0DEPLOYS", text="not for you")
    await ana.post("message", channel="D0ANA", text="just us")
    await ana.post("home")

    async def all_heard() -> bool:
        return all(_events(heard, kind) for kind in ("app_mention", "message", "app_home_opened"))

    assert await eventually(all_heard)
    mention = _events(heard, "app_mention")[0]
    assert (mention["text"], mention["ts"], mention["user"]) == ("<@U0RUNBELL> hello", said["ts"], "U0ANA")
    assert [(event["text"], event["channel_type"]) for event in _events(heard, "message")] == [("just us", "im")]
    assert _events(heard, "app_home_opened")[0]["tab"] == "home"


@pytest.mark.usefixtures("app")
async def test_an_invitation_reaches_the_app_and_its_envelope_is_whole(ana: Acting, heard: list[dict[str, Any]]) -> None:
    await ana.post("invite", channel="C0INFRA", user="U0RUNBELL")

    async def invited() -> bool:
        return any(event["channel"] == "C0INFRA" for event in _events(heard, "member_joined_channel"))

    assert await eventually(invited)
    body = next(body for body in heard if body.get("event", {}).get("channel") == "C0INFRA")
    assert (body["event"]["user"], body["event"]["inviter"]) == ("U0RUNBELL", "U0ANA")
    assert body["authorizations"][0]["user_id"] == "U0RUNBELL"
    assert body["event_id"].startswith("Ev")


@pytest.mark.usefixtures("app")
async def test_a_command_may_open_a_modal(ana: Acting) -> None:
    await ana.command("/form")

    async def look() -> Any:
        return (await ana.get("view", **{"as": "U0ANA"}))["view"]

    assert (await eventually(look))["callback_id"] == "lamp"


async def test_a_request_with_a_wrong_signature_is_refused_by_bolt(slack: SlackServer, ana: Acting, heard: list[dict[str, Any]]) -> None:
    bolt = lamp_app(slack, heard)
    async with over_http(slack, bolt):
        transport: Any = slack.state.deliveries.transport
        transport._secret = "another"
        answer = await ana.command("/lamp on")

    assert answer == {"ok": False, "error": "dispatch_failed"}
    assert heard == []
