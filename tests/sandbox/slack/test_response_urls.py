from __future__ import annotations

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.sandbox.slack.response_urls import Chain
from bot.sandbox.slack.server import SlackServer
from tests.sandbox.slack.acting import Acting


@pytest.fixture
def chain(slack: SlackServer) -> Chain:
    """An interaction of Ana's command in #deploys, where the app is no member."""
    return slack.state.response_urls.issue("slash_commands", "C0DEPLOYS", "U0ANA")


@pytest.fixture
def hook(slack: SlackServer, chain: Chain) -> AsyncWebhookClient:
    return AsyncWebhookClient(slack.state.absolute(chain.path))


async def _on_message(slack: SlackServer, client: AsyncWebClient, thread_ts: str | None = None) -> AsyncWebhookClient:
    """The response URL of a click on a message of the app in #deploys."""
    ts = (await client.chat_postMessage(channel="C0DEPLOYS", text="the source", thread_ts=thread_ts))["ts"]
    source = slack.state.log.find("C0DEPLOYS", ts)
    return AsyncWebhookClient(slack.state.absolute(slack.state.response_urls.issue("block_actions", "C0DEPLOYS", "U0ANA", source).path))


async def test_an_answer_is_for_one_person_unless_it_says_in_channel(ana: Acting, hook: AsyncWebhookClient) -> None:
    private = await hook.send(text="for you")
    public = await hook.send(text="for all", response_type="in_channel")

    assert (private.status_code, private.body, public.body) == (200, "ok", "ok")
    assert await ana.texts() == ["for you", "for all"]
    assert await ana.as_("U0KIM").texts() == ["for all"]


async def test_the_sixth_use_is_refused(hook: AsyncWebhookClient) -> None:
    answers = [await hook.send(text=str(number)) for number in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [404]
    assert answers[-1].body == "used_url"


async def test_after_half_an_hour_it_is_expired(slack: SlackServer, hook: AsyncWebhookClient, chain: Chain) -> None:
    chain.expires_at = slack.state.clock.monotonic() - 0.1
    answer = await hook.send(text="late")

    assert (answer.status_code, answer.body) == (404, "expired_url")


async def test_half_an_hour_is_of_the_sandboxs_clock(slack: SlackServer, chain: Chain) -> None:
    assert 1790 < chain.expires_at - slack.state.clock.monotonic() <= 1800


async def test_a_made_up_url_is_refused(slack: SlackServer) -> None:
    answer = await AsyncWebhookClient(f"{slack.url}/_hooks/commands/T0ACME/1/guess").send(text="x")

    assert (answer.status_code, answer.body) == (404, "no_service")


async def test_a_command_replaces_and_deletes_its_own_last_answer(ana: Acting, hook: AsyncWebhookClient) -> None:
    await hook.send(text="working")
    await hook.send(text="done", replace_original=True)
    assert await ana.texts() == ["done"]
    await hook.send(delete_original=True)
    assert await ana.texts() == []


async def test_a_click_replaces_the_whole_message(slack: SlackServer, joined: AsyncWebClient, ana: Acting) -> None:
    hook = await _on_message(slack, joined)
    await hook.send(text="replaced", blocks=[{"type": "divider"}], replace_original=True)

    last = (await ana.as_("U0KIM").messages())[-1]
    assert (last["text"], [block["type"] for block in last["blocks"]]) == ("replaced", ["divider"])


async def test_a_click_deletes_the_message_and_posts_anew(slack: SlackServer, joined: AsyncWebClient, ana: Acting) -> None:
    hook = await _on_message(slack, joined)
    await hook.send(text="instead", delete_original=True)

    assert "the source" not in await ana.texts()
    assert "instead" in await ana.texts()
    assert "instead" not in await ana.as_("U0KIM").texts()


async def test_a_private_answer_to_a_click_in_a_thread_stays_there(slack: SlackServer, joined: AsyncWebClient, ana: Acting) -> None:
    parent = (await joined.chat_postMessage(channel="C0DEPLOYS", text="parent"))["ts"]
    hook = await _on_message(slack, joined, thread_ts=parent)
    await hook.send(text="hush")

    assert await ana.texts(thread_ts=parent) == ["parent", "the source", "hush"]


@pytest.mark.parametrize(
    "body, error",
    [
        ({"text": ""}, "no_text"),
        ({"text": "x", "response_type": "loud"}, "invalid_response_type"),
        ({"text": "x", "blocks": [{"type": "nonsense"}]}, "invalid_blocks"),
        ({"text": "x", "response_type": "in_channel", "thread_ts": "1.000001"}, "thread_not_found"),
    ],
)
async def test_answers_that_slack_refuses(hook: AsyncWebhookClient, body: dict[str, object], error: str) -> None:
    answer = await hook.send_dict(body)

    assert (answer.status_code, answer.body) == (404, error)
