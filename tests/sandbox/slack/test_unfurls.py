"""Links of the app's domains: who is told of them, and what the app may make of them."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.apps import App
from bot.sandbox.slack.server import SlackServer, open_slack
from bot.sandbox.slack.unfurls import own_links
from tests.sandbox.slack.acting import Acting
from tests.sandbox.slack.refusals import error_of, refusal

RUN = "https://app.example.com:8443/runs/1"
CARD = {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "Run 1 <!here>"}}]}


async def test_links_unfurl_in_channels_where_the_app_is_not(client: AsyncWebClient, ana: Acting) -> None:
    ts = (await ana.post("message", channel="C0DEPLOYS", text=f"see {RUN}"))["ts"]
    await client.chat_unfurl(channel="C0DEPLOYS", ts=ts, unfurls={RUN: CARD})
    await client.chat_unfurl(channel="C0DEPLOYS", ts=ts, unfurls={RUN: CARD})

    message = (await ana.messages())[0]
    assert [attachment["from_url"] for attachment in message["attachments"]] == [RUN]
    assert message["attachments"][0]["is_app_unfurl"] is True
    assert message["broadcasts"] == ["here"]


async def test_a_link_unfurls_by_the_id_it_was_told_under(slack: SlackServer, client: AsyncWebClient, ana: Acting) -> None:
    await ana.post("message", channel="C0DEPLOYS", text=RUN)
    unfurl_id = next(iter(slack.state.unfurls._shared))
    await client.chat_unfurl(unfurl_id=unfurl_id, source="conversations_history", unfurls={RUN: CARD})

    assert len((await ana.messages())[0]["attachments"]) == 1
    assert await error_of(client.chat_unfurl(unfurl_id=unfurl_id, source="elsewhere", unfurls={RUN: CARD})) == "invalid_source"
    assert await error_of(client.chat_unfurl(unfurl_id="x", source="composer", unfurls={RUN: CARD})) == "cannot_find_message"


@pytest.mark.parametrize(
    "more, error",
    [
        ({"ts": "1.000001"}, "cannot_find_message"),
        ({"unfurls": {"https://app.example.com/runs/2": CARD}}, "cannot_unfurl_url"),
        ({"unfurls": {}}, "invalid_unfurls_format"),
        ({"unfurls": {RUN: "a card"}}, "invalid_unfurls_format"),
        ({"unfurls": {RUN: {"blocks": [{"type": "alert"}]}}}, "invalid_blocks"),
        ({"channel": "C0NOWHERE"}, "channel_not_found"),
    ],
)
async def test_unfurls_that_slack_refuses(client: AsyncWebClient, ana: Acting, more: dict[str, Any], error: str) -> None:
    ts = (await ana.post("message", channel="C0DEPLOYS", text=RUN))["ts"]

    assert await error_of(client.chat_unfurl(**{"channel": "C0DEPLOYS", "ts": ts, "unfurls": {RUN: CARD}, **more})) == error


async def test_the_apps_own_messages_do_not_unfurl(joined: AsyncWebClient) -> None:
    ts = (await joined.chat_postMessage(channel="C0DEPLOYS", text=f"<{RUN}>"))["ts"]

    assert await error_of(joined.chat_unfurl(channel="C0DEPLOYS", ts=ts, unfurls={RUN: CARD})) == "cannot_unfurl_message"


async def test_unfurling_needs_its_scope() -> None:
    async with open_slack(scopes=["links:read"]) as slack:
        client = AsyncWebClient(token=slack.card()["bot_token"], base_url=slack.api)

        assert (await refusal(client.chat_unfurl(channel="C0DEPLOYS", ts="1.1", unfurls={})))["needed"] == "links:write"


@pytest.mark.parametrize(
    "url, domains, is_own",
    [
        ("https://example.com/a", ("example.com",), True),
        ("https://deep.down.example.com/a", ("example.com",), True),
        ("https://example.com:8443/a", ("example.com",), True),
        ("https://badexample.com/a", ("example.com",), False),
        ("https://example.com/a", ("app.example.com",), False),
        ("http://127.0.0.1:8801/app", ("127.0.0.1",), False),
    ],
)
def test_domains_match_with_all_below_them(url: str, domains: tuple[str, ...], *, is_own: bool) -> None:
    assert bool(own_links(f"<{url}|x>", App(unfurl_domains=domains))) is is_own
