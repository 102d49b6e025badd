from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import deliveries
from bot.sandbox.slack.server import SlackServer
from tests.sandbox.slack.acting import Acting, eventually

Link = aiohttp.ClientWebSocketResponse
BUTTONS: dict[str, Any] = {
    "type": "actions",
    "block_id": "row",
    "elements": [
        {"type": "button", "action_id": "go", "value": "1", "text": {"type": "plain_text", "text": "Go"}},
        {"type": "users_select", "action_id": "who"},
    ],
}


async def _url(slack: SlackServer) -> str:
    answer = await AsyncWebClient(base_url=slack.api).apps_connections_open(app_token=slack.card()["app_token"])
    return str(answer["url"])


@asynccontextmanager
async def _linked(slack: SlackServer) -> AsyncIterator[tuple[Link, dict[str, Any]]]:
    """A bare connection, and its hello."""
    async with aiohttp.ClientSession() as session, session.ws_connect(await _url(slack)) as link:
        yield link, await link.receive_json(timeout=3)


async def _receive(link: Link) -> dict[str, Any]:
    document: dict[str, Any] = await link.receive_json(timeout=3)
    return document


async def test_hello_counts_the_connections(slack: SlackServer, ana: Acting) -> None:
    async with _linked(slack) as (_, first), _linked(slack) as (_, second):
        assert first["type"] == "hello"
        assert first["connection_info"] == {"app_id": "A0RUNBELL"}
        assert (first["num_connections"], second["num_connections"]) == (1, 2)
        assert (await ana.get("world"))["connected"] == 2


async def test_a_ticket_opens_one_connection(slack: SlackServer) -> None:
    url = await _url(slack)
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url):
            pass
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await session.ws_connect(url)

    assert caught.value.status == 403


async def test_pings_are_answered_with_their_payload(slack: SlackServer) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(await _url(slack), autoping=False) as link:
        await link.receive_json(timeout=3)
        await link.ping(b"sdk-ping-pong:1")
        frame = await link.receive(timeout=3)

    assert (frame.type, bytes(frame.data)) == (aiohttp.WSMsgType.PONG, b"sdk-ping-pong:1")


async def test_an_envelope_is_acked_with_a_message(slack: SlackServer, ana: Acting) -> None:
    async with _linked(slack) as (link, _):
        typing = asyncio.create_task(ana.command("/tf help"))
        envelope = await _receive(link)
        await link.send_str("no json")
        await link.send_json(["no object"])
        await link.send_json({"envelope_id": "of nobody"})
        await link.send_json({"envelope_id": envelope["envelope_id"], "payload": {"text": "This is help"}})
        answer = await typing

    assert answer["ok"]
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
    assert (envelope["payload"]["command"], envelope["payload"]["text"]) == ("/tf", "help")
    assert await ana.texts() == ["This is help"]


async def test_an_ack_in_channel_shows_the_command_to_everybody(slack: SlackServer, ana: Acting) -> None:
    async with _linked(slack) as (link, _):
        typing = asyncio.create_task(ana.command("/tf help"))
        envelope = await _receive(link)
        payload = {"response_type": "in_channel", "text": "For all"}
        await link.send_json({"envelope_id": envelope["envelope_id"], "payload": payload})
        await typing

    assert await ana.as_("U0KIM").texts() == ["/tf help", "For all"]


async def test_each_payload_goes_to_exactly_one_connection(slack: SlackServer, ana: Acting) -> None:
    taken: list[str] = []

    async def take(link: Link, name: str) -> None:
        async for frame in link:
            taken.append(name)
            await link.send_json({"envelope_id": frame.json()["envelope_id"]})

    async with _linked(slack) as (one, _), _linked(slack) as (other, _):
        takers = [asyncio.create_task(take(one, "one")), asyncio.create_task(take(other, "other"))]
        answers = [await ana.command(f"/tf show {number}") for number in range(6)]
        for taker in takers:
            taker.cancel()
        await asyncio.gather(*takers, return_exceptions=True)

    assert all(answer["ok"] for answer in answers)
    assert (len(taken), set(taken)) == (6, {"one", "other"})


async def test_an_ack_may_come_over_another_connection(slack: SlackServer, ana: Acting) -> None:
    async with _linked(slack) as (one, _):
        typing = asyncio.create_task(ana.command("/tf help"))
        envelope = await _receive(one)
        async with _linked(slack) as (other, _):
            await other.send_json({"envelope_id": envelope["envelope_id"]})
            assert (await typing)["ok"]


async def test_the_eleventh_connection_is_sent_away(slack: SlackServer) -> None:
    async with aiohttp.ClientSession() as session:
        links = [await session.ws_connect(await _url(slack)) for _ in range(11)]
        frames = [await _receive(link) for link in links]
        assert [frame["type"] for frame in frames] == ["hello"] * 10 + ["disconnect"]
        assert frames[-1]["reason"] == "too_many_websockets"
        assert slack.state.links.count == 10
        for link in links:
            await link.close()


async def test_connections_may_be_cut_warned_and_refreshed(slack: SlackServer, ana: Acting) -> None:
    async with _linked(slack) as (link, _):
        await ana.post("sockets", reason="warning")
        assert (await _receive(link))["reason"] == "warning"
        await ana.post("sockets", reason="refresh_requested")
        assert (await _receive(link))["reason"] == "refresh_requested"
        assert (await link.receive(timeout=3)).type is aiohttp.WSMsgType.CLOSE
    async with _linked(slack) as (link, _):
        assert (await ana.post("sockets"))["connections"] == 1
        assert (await link.receive(timeout=3)).type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)


async def test_without_a_connection_a_command_fails_at_once(ana: Acting) -> None:
    answer = await ana.command("/tf help")

    assert answer == {"ok": False, "error": "dispatch_failed"}
    assert await ana.texts() == ['/tf failed with the error "dispatch_failed"']
    assert await ana.as_("U0KIM").texts() == []


async def test_a_late_ack_is_shown_as_a_timeout(slack: SlackServer, ana: Acting, monkeypatch: pytest.MonkeyPatch) -> None:
    assert deliveries.ACK_SECONDS == 3.0
    monkeypatch.setattr(deliveries, "ACK_SECONDS", 0.1)
    slack.state.clock.speed = 0.01
    async with _linked(slack) as (link, _):
        answer = await ana.command("/tf help")
        envelope = await _receive(link)
        await link.send_json({"envelope_id": envelope["envelope_id"], "payload": {"text": "too late"}})

    assert answer == {"ok": False, "error": "operation_timeout"}
    assert await ana.texts() == ['/tf failed with the error "operation_timeout"']


async def test_an_event_is_tried_four_times_with_its_reason(slack: SlackServer, ana: Acting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries, "ACK_SECONDS", 0.05)
    slack.state.clock.speed = 10_000
    async with _linked(slack) as (link, _):
        await ana.post("message", channel="D0ANA", text="hello")
        envelopes = [await _receive(link) for _ in range(4)]

    assert [envelope["retry_attempt"] for envelope in envelopes] == [0, 1, 2, 3]
    assert [envelope["retry_reason"] for envelope in envelopes] == ["", "http_timeout", "http_timeout", "http_timeout"]
    assert len({envelope["payload"]["event_id"] for envelope in envelopes}) == 1


async def test_a_client_hears_of_connections_that_come_and_go(slack: SlackServer, ana: Acting) -> None:
    async with ana.stream() as next_event:
        counts = [(await next_event())["connected"]]
        async with _linked(slack):
            counts.append((await next_event())["connected"])
        counts.append((await next_event())["connected"])

    async def none_left() -> bool:
        return slack.state.links.count == 0

    assert counts == [0, 1, 0]
    assert await eventually(none_left)


async def _clicked(slack: SlackServer, ana: Acting, click: dict[str, Any]) -> dict[str, Any]:
    """The payload of a click on something in #deploys."""
    async with _linked(slack) as (link, _):
        clicking = asyncio.create_task(ana.post("click", channel="C0DEPLOYS", **click))
        envelope = await _receive(link)
        await link.send_json({"envelope_id": envelope["envelope_id"]})
        assert (await clicking)["ok"]
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("interactive", False)
    payload: dict[str, Any] = envelope["payload"]
    return payload


async def test_a_click_on_an_ephemeral_carries_no_message(slack: SlackServer, joined: AsyncWebClient, ana: Acting) -> None:
    sent = await joined.chat_postEphemeral(channel="C0DEPLOYS", user="U0ANA", text="x", blocks=[BUTTONS])
    payload = await _clicked(slack, ana, {"ts": sent["message_ts"], "action_id": "go"})

    assert "message" not in payload
    assert (payload["container"]["is_ephemeral"], payload["container"]["message_ts"]) == (True, sent["message_ts"])
    assert payload["actions"][0]["value"] == "1"


async def test_a_click_in_an_attachment_of_a_reply_tells_both(slack: SlackServer, joined: AsyncWebClient, ana: Acting) -> None:
    parent = (await joined.chat_postMessage(channel="C0DEPLOYS", text="parent"))["ts"]
    sent = await joined.chat_postMessage(channel="C0DEPLOYS", thread_ts=parent, text="x", attachments=[{"blocks": [BUTTONS]}])
    payload = await _clicked(slack, ana, {"ts": sent["ts"], "action_id": "go"})

    assert payload["container"].items() >= {"type": "message_attachment", "attachment_id": 1, "thread_ts": parent}.items()
    assert "attachment_id" not in payload["actions"][0]


async def test_a_choice_stays_chosen_for_its_person(slack: SlackServer, joined: AsyncWebClient, ana: Acting) -> None:
    ts = (await joined.chat_postMessage(channel="C0DEPLOYS", text="x", blocks=[BUTTONS]))["ts"]
    chosen = await _clicked(slack, ana, {"ts": ts, "action_id": "who", "selected_user": "U0KIM"})
    later = await _clicked(slack, ana, {"ts": ts, "action_id": "go"})
    other = await _clicked(slack, ana.as_("U0RAJ"), {"ts": ts, "action_id": "go"})

    assert chosen["actions"][0]["selected_user"] == "U0KIM"
    assert later["state"]["values"]["row"]["who"]["selected_user"] == "U0KIM"
    assert other["state"]["values"]["row"]["who"]["selected_user"] is None
