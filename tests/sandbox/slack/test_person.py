from __future__ import annotations

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import SlackServer
from tests.sandbox.slack.acting import Acting, eventually

MENU = {
    "type": "actions",
    "block_id": "row",
    "elements": [
        {
            "type": "static_select",
            "action_id": "size",
            "options": [{"text": {"type": "plain_text", "text": name}, "value": name} for name in ("small", "large")],
        },
        {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "1"},
    ],
}


async def test_the_world_names_everybody_and_everything(slack: SlackServer, ana: Acting) -> None:
    slack.know_terraform({"address": "http://127.0.0.1:8801", "organization": "acme", "page": "http://127.0.0.1:8801/app"}, "scripted")
    world = await ana.get("world")

    assert [(person["name"], person["role"], person["initials"]) for person in world["people"]] == [
        ("ana", "lead", "AR"),
        ("kim", "engineer", "KB"),
        ("raj", "engineer", "RP"),
        ("gus", "guest", "GI"),
        ("eva", "external", "EL"),
    ]
    assert [channel["name"] for channel in world["channels"] if channel["is_private"]] == ["security"]
    assert next(channel["members"] for channel in world["channels"] if channel["is_im"]) == ["U0ANA", "U0RUNBELL"]
    assert world["commands"][0]["command"] == "/tf"
    assert (world["engine"], world["connected"], world["terraform"]["organization"]) == ("scripted", 0, "acme")


async def test_a_guest_sees_only_their_channels(ana: Acting) -> None:
    gus = ana.as_("U0GUS")

    assert await gus.messages("C0DEPLOYS") == []
    assert (await gus.get("messages", channel="C0PROD", **{"as": "U0GUS"}))["error"] == "channel_not_found"
    assert (await gus.command("/tf help", "C0PROD"))["error"] == "channel_not_found"
    assert (await gus.post("invite", channel="C0INFRA", user="U0RUNBELL"))["error"] == "cant_invite"


async def test_only_members_write_in_a_channel(slack: SlackServer, ana: Acting) -> None:
    slack.state.team.channels["C0INFRA"].members.remove("U0KIM")

    assert (await ana.as_("U0KIM").post("message", channel="C0INFRA", text="x"))["error"] == "not_in_channel"
    assert await ana.as_("U0KIM").messages("C0INFRA") == []


@pytest.mark.parametrize(
    "path, body, error",
    [
        ("message", {"channel": "C0DEPLOYS", "text": " "}, "no_text"),
        ("message", {"channel": "C0DEPLOYS", "text": "x" * 12_001}, "msg_too_long"),
        ("message", {"channel": "C0DEPLOYS", "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ("message", {"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ("message", {"channel": "C0DEPLOYS", "text": "x", "as": "U0NOBODY"}, "user_not_found"),
        ("message", {"channel": "C0DEPLOYS", "text": "x", "as": "U0RUNBELL"}, "user_not_found"),
        ("message", {"channel": "C0DEPLOYS"}, "invalid_arguments"),
        ("click", {"channel": "C0DEPLOYS", "ts": "1.000001", "action_id": "x"}, "message_not_found"),
        ("command", {"channel": "C0DEPLOYS", "text": "/nothing"}, "unknown_command"),
        ("invite", {"channel": "D0ANA", "user": "U0KIM"}, "cant_invite"),
        ("clock", {"speed": -1}, "invalid_arguments"),
        ("clock", {"speed": "fast"}, "invalid_arguments"),
        ("faults", {"match": "chat.*", "kind": "odd"}, "invalid_arguments"),
    ],
)
async def test_deeds_that_cannot_be_done(ana: Acting, path: str, body: dict[str, object], error: str) -> None:
    assert (await ana.post(path, **body))["error"] == error


async def test_a_message_is_escaped_and_its_mentions_kept(ana: Acting) -> None:
    await ana.post("message", channel="C0DEPLOYS", text="@kim @channel <see> #infra & https://x.example/?a&b")

    message = (await ana.messages())[0]
    assert message["text"] == "<@U0KIM> <!channel> &lt;see&gt; <#C0INFRA|infra> &amp; <https://x.example/?a&amp;b>"
    assert (message["mentions"], message["broadcasts"]) == (["U0KIM"], ["channel"])


async def test_mentioning_the_app_where_it_is_not_is_told(ana: Acting) -> None:
    await ana.post("message", channel="C0DEPLOYS", text="@runbell hello")

    assert "You mentioned Runbell" in (await ana.texts())[-1]


async def test_an_invitation_shows_in_channel_stream_and_world(ana: Acting) -> None:
    async with ana.as_("U0KIM").stream() as next_event:
        await next_event()
        assert (await ana.post("invite", channel="C0DEPLOYS", user="U0RUNBELL"))["invited"] is True
        events = [await next_event(), await next_event()]

    assert (await ana.post("invite", channel="C0DEPLOYS", user="U0RUNBELL"))["invited"] is False
    assert [event["type"] for event in events] == ["message", "channel"]
    assert await ana.texts() == ["<@U0RUNBELL> was added to #deploys by <@U0ANA>."]
    assert next(channel for channel in (await ana.get("world"))["channels"] if channel["id"] == "C0DEPLOYS")["app_is_member"]


async def test_the_stream_tells_only_what_a_person_may_see(joined: AsyncWebClient, ana: Acting) -> None:
    async with ana.as_("U0KIM").stream() as next_event:
        assert (await next_event())["type"] == "connected"
        await joined.chat_postMessage(channel="U0ANA", text="for Ana's eyes")
        await joined.chat_postEphemeral(channel="C0DEPLOYS", user="U0ANA", text="hush")
        posted = await joined.chat_postMessage(channel="C0DEPLOYS", text="one")
        await joined.chat_update(channel="C0DEPLOYS", ts=posted["ts"], text="two")
        await joined.chat_delete(channel="C0DEPLOYS", ts=posted["ts"])
        events = [await next_event() for _ in range(3)]

    assert [event["type"] for event in events] == ["message", "message_changed", "message_deleted"]
    assert [event["message"]["text"] for event in events[:2]] == ["one", "two"]
    assert events[2]["ts"] == posted["ts"]


async def test_a_stream_of_nobody_is_refused(slack: SlackServer, ana: Acting) -> None:
    async with ana._session.get(f"{slack.url}/_person/stream", params={"as": "U0NOBODY"}) as response:
        assert response.status == 404


async def test_a_stream_whose_client_left_is_forgotten(slack: SlackServer, ana: Acting) -> None:
    async with ana.stream() as next_event:
        await next_event()
        assert len(slack.state.streams._open) == 1

    async def forgotten() -> bool:
        return not slack.state.streams._open

    assert await eventually(forgotten)


async def test_an_element_that_is_not_there_cannot_be_clicked(joined: AsyncWebClient, ana: Acting) -> None:
    ts = (await joined.chat_postMessage(channel="C0DEPLOYS", text="x", blocks=[MENU]))["ts"]
    place = {"channel": "C0DEPLOYS", "ts": ts}

    assert (await ana.post("click", **place, action_id="stop"))["error"] == "no_such_element"
    assert (await ana.post("click", **place, action_id="go", block_id="other"))["error"] == "no_such_element"
    assert (await ana.post("click", **place, action_id="size", selected_option="huge"))["error"] == "no_such_option"
    assert (await ana.post("click", **place, action_id="go"))["error"] == "dispatch_failed"


async def test_somebody_elses_ephemeral_cannot_be_clicked(joined: AsyncWebClient, ana: Acting) -> None:
    ts = (await joined.chat_postEphemeral(channel="C0DEPLOYS", user="U0ANA", text="x", blocks=[MENU]))["message_ts"]

    assert (await ana.as_("U0KIM").post("click", channel="C0DEPLOYS", ts=ts, action_id="go"))["error"] == "message_not_found"
    assert (await ana.post("click", channel="C0DEPLOYS", ts=ts, action_id="go"))["error"] == "dispatch_failed"


async def test_traffic_is_told_without_tokens(slack: SlackServer, joined: AsyncWebClient, ana: Acting) -> None:
    await joined.chat_postMessage(channel="C0DEPLOYS", text="hello")
    await ana.command("/tf help")
    traffic = (await ana.get("traffic"))["traffic"]

    told = [(record["direction"], record["method"], record["status"]) for record in traffic if record["method"] != "events_api"]
    assert told == [("from_app", "conversations.join", 200), ("from_app", "chat.postMessage", 200), ("to_app", "slash_commands", "failed")]
    assert slack.card()["bot_token"] not in str(traffic)


async def test_the_clock_is_set(slack: SlackServer, ana: Acting) -> None:
    assert (await ana.post("clock", speed=50))["speed"] == 50
    assert slack.state.clock.speed == 50


async def test_a_body_that_is_no_object_is_refused(slack: SlackServer, ana: Acting) -> None:
    errors = []
    for body in ("{", "[]"):
        async with ana._session.post(f"{slack.url}/_person/message", data=body) as response:
            errors.append((await response.json())["error"])

    assert errors == ["invalid_json", "invalid_json"]
