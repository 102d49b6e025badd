from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from bot.sandbox.slack.http_delivery import SignedHttp, sign
from bot.sandbox.slack.server import SlackServer
from tests.sandbox.slack.acting import Acting, eventually
from tests.servers import served

Received = list[tuple[dict[str, str], bytes]]


@asynccontextmanager
async def _receiver(slack: SlackServer, received: Received, response: dict[str, Any]) -> AsyncIterator[None]:
    """A request URL that keeps what it is sent and always answers the same."""

    async def take(request: web.Request) -> web.Response:
        received.append((dict(request.headers), await request.read()))
        return web.Response(**response)

    app = web.Application()
    app.router.add_post("/in", take)
    async with served(app) as port:
        slack.deliver_to(f"http://127.0.0.1:{port}/in")
        yield


def test_the_signature_is_slacks() -> None:
    """Slack's published vector (docs: Verifying requests from Slack)."""
    body = (
        "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
        "&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
        "%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121."
        "803a0bc887a14d10d2c447fce8b6703c"
    )
    expected = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"

    assert sign("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", body.encode()) == expected


async def test_a_command_is_a_signed_form_and_its_answer_a_message(slack: SlackServer, ana: Acting) -> None:
    received: Received = []
    async with _receiver(slack, received, {"text": "plain words"}):
        await ana.command("/tf help")
    async with _receiver(slack, received, {"text": json.dumps({"text": "as JSON"}), "content_type": "application/json"}):
        await ana.command("/tf help")

    headers, body = received[0]
    assert await ana.texts() == ["plain words", "as JSON"]
    assert parse_qs(body.decode())["command"] == ["/tf"]
    assert SignatureVerifier(slack.card()["signing_secret"]).is_valid_request(body, headers)


async def test_a_refusal_and_a_closed_port_fail_the_command(slack: SlackServer, ana: Acting) -> None:
    async with _receiver(slack, [], {"status": 500}):
        assert (await ana.command("/tf help"))["error"] == "dispatch_failed"
    assert (await ana.command("/tf help"))["error"] == "dispatch_failed"


async def test_broken_json_fails_the_command(slack: SlackServer, ana: Acting) -> None:
    async with _receiver(slack, [], {"text": "{", "content_type": "application/json"}):
        assert (await ana.command("/tf help"))["error"] == "dispatch_failed"


async def test_events_are_json_and_tried_again_with_headers(slack: SlackServer, ana: Acting) -> None:
    received: Received = []
    slack.state.clock.speed = 10_000
    async with _receiver(slack, received, {"status": 404}):
        await ana.post("message", channel="D0ANA", text="hello")

        async def four_came() -> bool:
            return len(received) == 4

        assert await eventually(four_came)

    assert [headers.get("X-Slack-Retry-Num") for headers, _ in received] == [None, "1", "2", "3"]
    assert received[1][0]["X-Slack-Retry-Reason"] == "http_error"
    assert json.loads(received[0][1])["event"]["text"] == "hello"


async def test_an_event_is_not_tried_again_where_the_app_says_so(slack: SlackServer, ana: Acting) -> None:
    received: Received = []
    slack.state.clock.speed = 10_000
    async with _receiver(slack, received, {"status": 500, "headers": {"X-Slack-No-Retry": "1"}}):
        await ana.post("message", channel="D0ANA", text="hello")

        async def refused_once() -> bool:
            return any(record["method"] == "events_api" for record in (await ana.get("traffic"))["traffic"])

        assert await eventually(refused_once)

    assert len(received) == 1


async def test_a_request_url_is_verified_by_a_challenge(slack: SlackServer) -> None:
    async with _receiver(slack, [], {"text": json.dumps({"challenge": "abc"}), "content_type": "application/json"}):
        transport = slack.state.deliveries.transport
        assert isinstance(transport, SignedHttp)
        assert await transport.verify("abc") is True
        assert await transport.verify("xyz") is False
