from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import SlackServer, open_slack
from tests.sandbox.slack.acting import Acting
from tests.sandbox.slack.refusals import error_of


async def test_a_lost_answer_leaves_the_message_posted(joined: AsyncWebClient, ana: Acting) -> None:
    await ana.fault("chat.postMessage", "lost", times=1)
    with pytest.raises(aiohttp.ClientError):
        await joined.chat_postMessage(channel="C0DEPLOYS", text="did you hear me")
    await joined.chat_postMessage(channel="C0DEPLOYS", text="again")

    assert (await ana.texts())[-2:] == ["did you hear me", "again"]


async def test_a_server_that_is_down_does_nothing(joined: AsyncWebClient, ana: Acting) -> None:
    await ana.fault("chat.*", "down", times=1)
    with pytest.raises(aiohttp.ClientError):
        await joined.chat_postMessage(channel="C0DEPLOYS", text="unheard")

    assert "unheard" not in await ana.texts()


async def test_a_refusal_is_slacks_own_error(joined: AsyncWebClient, ana: Acting) -> None:
    await ana.fault("chat.update", "refused", error="fatal_error")
    await ana.fault("chat.delete", "refused")

    assert await error_of(joined.chat_update(channel="C0DEPLOYS", ts="1.0", text="x")) == "fatal_error"
    assert await error_of(joined.chat_delete(channel="C0DEPLOYS", ts="1.0")) == "internal_error"


async def test_a_rate_limit_names_its_wait(joined: AsyncWebClient, ana: Acting) -> None:
    await ana.fault("chat.postMessage", "status", status=429, seconds=7)
    with pytest.raises(SlackApiError) as caught:
        await joined.chat_postMessage(channel="C0DEPLOYS", text="x")

    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "7")


async def test_an_answer_cut_short_is_no_json(slack: SlackServer, joined: AsyncWebClient, ana: Acting) -> None:
    await ana.fault("users.info", "cut", times=1)
    headers = {"Authorization": f"Bearer {joined.token}"}
    async with aiohttp.ClientSession(headers=headers) as session, session.get(f"{slack.api}users.info", params={"user": "U0ANA"}) as got:
        with pytest.raises(json.JSONDecodeError):
            json.loads(await got.text())


async def test_a_slow_answer_takes_real_time(joined: AsyncWebClient, ana: Acting) -> None:
    await ana.post("clock", speed=1000)
    await ana.fault("auth.test", "slow", seconds=0.3)
    began = asyncio.get_running_loop().time()
    await joined.auth_test()

    assert asyncio.get_running_loop().time() - began >= 0.3


async def test_faults_are_listed_and_ended(client: AsyncWebClient, ana: Acting) -> None:
    first = await ana.fault("auth.*", "refused", error="one")
    await ana.fault("auth.*", "refused", error="two")

    assert [fault["error"] for fault in (await ana.get("faults"))["faults"]] == ["one", "two"]
    assert (await ana.delete(f"faults/{first['id']}"))["ended"] == 1
    assert await error_of(client.auth_test()) == "two"
    assert (await ana.delete("faults"))["ended"] == 1
    assert (await client.auth_test())["ok"] is True


async def test_a_response_url_can_be_lost_or_down(slack: SlackServer, ana: Acting) -> None:
    chain = slack.state.response_urls.issue("slash_commands", "C0DEPLOYS", "U0ANA")
    async with aiohttp.ClientSession() as session:
        for kind in ("lost", "down"):
            await ana.fault("response_url", kind, times=1)
            with pytest.raises(aiohttp.ClientError):
                await session.post(slack.state.absolute(chain.path), json={"text": kind})

    assert await ana.texts() == ["lost"]
    assert chain.uses_left == 4


async def test_a_channel_takes_a_message_a_second_where_limits_are_on() -> None:
    async with open_slack(limits=True) as slack:
        client = AsyncWebClient(token=slack.card()["bot_token"], base_url=slack.api, retry_handlers=[])
        for channel in ("C0DEPLOYS", "C0INFRA"):
            await client.conversations_join(channel=channel)
        for number in range(3):
            await client.chat_postMessage(channel="C0DEPLOYS", text=str(number))
        with pytest.raises(SlackApiError) as caught:
            await client.chat_postMessage(channel="C0DEPLOYS", text="too soon")
        await client.chat_postMessage(channel="C0INFRA", text="elsewhere")
        slack.state.clock.speed = 100
        await asyncio.sleep(0.05)
        await client.chat_postMessage(channel="C0DEPLOYS", text="later")

    assert (caught.value.response.status_code, caught.value.response["error"]) == (429, "ratelimited")
    assert caught.value.response.headers["Retry-After"] == "1"


async def test_a_method_has_its_tier_where_limits_are_on() -> None:
    async with open_slack(limits=True) as slack:
        client = AsyncWebClient(token=slack.card()["bot_token"], base_url=slack.api, retry_handlers=[])
        for _ in range(20):
            await client.conversations_list()
        with pytest.raises(SlackApiError) as caught:
            await client.conversations_list()
        await client.users_info(user="U0ANA")

    assert caught.value.response.headers["Retry-After"] == "3"


async def test_a_refusal_for_the_rate_is_429(joined: AsyncWebClient, ana: Acting) -> None:
    await ana.fault("chat.postMessage", "refused", error="ratelimited")
    with pytest.raises(SlackApiError) as caught:
        await joined.chat_postMessage(channel="C0DEPLOYS", text="x")

    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "1")
