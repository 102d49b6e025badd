"""The sandbox's switches: rate limits, the clock, and where payloads go."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import SlackServer
from tests.sandbox.slack.acting import Acting
from tests.servers import served


async def test_limits_are_switched_on_and_off(joined: AsyncWebClient, ana: Acting) -> None:
    assert (await ana.post("limits", on=True))["on"] is True
    for _ in range(3):
        await joined.chat_postMessage(channel="C0DEPLOYS", text="x")
    with pytest.raises(SlackApiError) as caught:
        await joined.chat_postMessage(channel="C0DEPLOYS", text="x")
    await ana.post("limits", on=False)

    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "1")
    assert (await joined.chat_postMessage(channel="C0DEPLOYS", text="x"))["ok"] is True


async def test_limits_leave_with_the_time_that_passes(joined: AsyncWebClient, ana: Acting) -> None:
    await ana.post("limits", on=True)
    for _ in range(3):
        await joined.chat_postMessage(channel="C0DEPLOYS", text="x")
    await ana.post("clock", advance=1)

    assert (await joined.chat_postMessage(channel="C0DEPLOYS", text="x"))["ok"] is True


async def test_ten_connections_may_be_opened_in_a_minute(slack: SlackServer, ana: Acting) -> None:
    await ana.post("limits", on=True)
    client = AsyncWebClient(base_url=slack.api, retry_handlers=[])
    for _ in range(10):
        await client.apps_connections_open(app_token=slack.card()["app_token"])
    with pytest.raises(SlackApiError) as caught:
        await client.apps_connections_open(app_token=slack.card()["app_token"])

    assert int(caught.value.response.headers["Retry-After"]) == 60


async def test_a_response_url_takes_an_answer_a_second(slack: SlackServer, ana: Acting) -> None:
    await ana.post("limits", on=True)
    chain = slack.state.response_urls.issue("slash_commands", "C0DEPLOYS", "U0ANA")
    found = []
    async with aiohttp.ClientSession() as session:
        for _ in range(4):
            async with session.post(slack.state.absolute(chain.path), json={"text": "x"}) as response:
                found.append((response.status, response.headers.get("Retry-After")))

    assert found == [(200, None)] * 3 + [(429, "1")]
    assert chain.uses_left == 2


async def test_time_is_moved_on_at_once(slack: SlackServer, ana: Acting) -> None:
    chain = slack.state.response_urls.issue("slash_commands", "C0DEPLOYS", "U0ANA")
    moved = await ana.post("clock", advance=1801)
    async with aiohttp.ClientSession() as session, session.post(slack.state.absolute(chain.path), json={"text": "x"}) as response:
        answer = (response.status, await response.text())

    assert moved["speed"] == 1.0
    assert answer == (404, "expired_url")


@asynccontextmanager
async def _listening(answer: web.Response) -> AsyncIterator[str]:
    async def take(request: web.Request) -> web.Response:
        document = await request.json()
        return web.json_response({"challenge": document["challenge"]}) if answer.status == 200 else answer

    app = web.Application()
    app.router.add_post("/slack/events", take)
    async with served(app) as port:
        yield f"http://127.0.0.1:{port}/slack/events"


async def test_a_request_url_is_taken_once_it_echoes_the_challenge(slack: SlackServer, ana: Acting) -> None:
    async with _listening(web.Response()) as url:
        taken = await ana.post("delivery", request_url=url)
        over_http = slack.state.deliveries.transport is not slack.state.links
    back = await ana.post("delivery", request_url=None)

    assert (taken["request_url"], over_http, back["request_url"]) == (url, True, None)
    assert slack.state.deliveries.transport is slack.state.links


async def test_a_request_url_that_does_not_echo_is_refused(slack: SlackServer, ana: Acting) -> None:
    async with _listening(web.Response(status=404)) as url:
        refused = await ana.post("delivery", request_url=url)
    gone = await ana.post("delivery", request_url=url)
    elsewhere = await ana.post("delivery", request_url="http://192.0.2.1/slack/events")

    assert (refused["error"], gone["error"], elsewhere["error"]) == ("url_verification_failed",) * 2 + ("invalid_arguments",)
    assert slack.state.deliveries.transport is slack.state.links
