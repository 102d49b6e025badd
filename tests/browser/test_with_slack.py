"""The page before the sandbox's own Slack server, with a Bolt app that answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import SlackServer, open_slack
from tests.browser import gallery

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.browser.visits import Visiting

pytestmark = pytest.mark.browser


def _app(slack: SlackServer) -> AsyncApp:
    """Answers /tf with a card in the channel, and a click on Discard by saying who clicked."""
    card = slack.card()
    client = AsyncWebClient(token=card["bot_token"], base_url=slack.api)
    app = AsyncApp(client=client, signing_secret=card["signing_secret"])

    @app.command("/tf")
    async def started(ack: Any, command: dict[str, Any]) -> None:
        await ack(f"Read: `{command['text']}`")
        await client.conversations_join(channel=command["channel_id"])
        await client.chat_postMessage(channel=command["channel_id"], text="card", blocks=gallery.CARD)

    @app.event("member_joined_channel")
    async def joined() -> None:
        """Heard, and left at that."""

    @app.action("run.discard")
    async def discarded(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        channel, ts = body["channel"]["id"], body["message"]["ts"]
        await client.chat_update(channel=channel, ts=ts, text=f"Discarded by <@{body['user']['id']}>", blocks=[])
        await client.chat_postMessage(channel=channel, thread_ts=ts, text="<!here> it is gone")

    return app


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with open_slack(engine="scripted") as server:
        yield server


@pytest.fixture
async def answering(slack: SlackServer) -> AsyncIterator[SlackServer]:
    app_token = slack.card()["app_token"]
    handler = AsyncSocketModeHandler(_app(slack), app_token, web_client=AsyncWebClient(token=app_token, base_url=slack.api))
    await handler.connect_async()  # type: ignore[no-untyped-call]
    yield slack
    await handler.close_async()  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("width", [1280, 390])
async def test_from_a_typed_command_to_a_clicked_button(visit: Visiting, answering: SlackServer, width: int) -> None:
    async with visit(answering.page, width=width) as seen:
        page = seen.page
        await page.locator("#composer-input").fill("/tf run <b> & @kim")
        await page.keyboard.press("Enter")
        await expect(page.locator("#timeline .only-you")).to_contain_text("Read: run <b> & @Kim Berg")
        await expect(page.locator("#timeline .quiet")).to_contain_text("@Runbell has joined the channel")
        await page.get_by_role("button", name="Discard").click()
        await page.get_by_role("dialog").get_by_role("button", name="Approve & apply").click()
        await expect(page.locator("#timeline").get_by_text("Discarded by @Ana Ruiz")).to_be_visible()
        await expect(page.get_by_role("button", name="Discard")).to_have_count(0)
        await page.get_by_role("button", name="1 reply").click()
        await expect(page.locator("#thread article").last).to_contain_text("@here it is gone")
        await seen.picture(f"with-slack-{width}")
        assert seen.complaints == []


async def test_without_an_app_a_command_and_a_click_fail_as_slack_says_it(visit: Visiting, slack: SlackServer) -> None:
    client = AsyncWebClient(token=slack.card()["bot_token"], base_url=slack.api)
    await client.conversations_join(channel="C0DEPLOYS")
    await client.chat_postMessage(channel="C0DEPLOYS", text="card", blocks=gallery.CARD)
    async with visit(slack.page) as seen:
        page = seen.page
        await expect(page.locator(".banner-warn")).to_contain_text("Runbell is not connected")
        await page.locator("#composer-input").fill("/tf help")
        await page.keyboard.press("Enter")
        await expect(page.locator("#timeline .only-you")).to_contain_text('/tf failed with the error "')
        await page.get_by_role("button", name="Show plan").click()
        await expect(page.locator(".failure")).to_contain_text("Runbell did not take the click")
        await seen.picture("without-app")


async def test_a_person_adds_the_app_to_a_private_channel(visit: Visiting, answering: SlackServer) -> None:
    async with visit(answering.page) as seen:
        page = seen.page
        await page.locator('#sidebar [data-channel="C0SECRET"]').click()
        await page.get_by_role("button", name="Add Runbell").click()
        await expect(page.locator("#timeline .quiet")).to_contain_text("@Runbell was added to #security by @Ana Ruiz.")
        await expect(page.locator(".banner")).to_have_count(0)


async def test_what_one_person_writes_another_reads_with_its_mention(visit: Visiting, slack: SlackServer) -> None:
    async with visit(slack.page) as ana, visit(slack.page) as kim:
        await kim.page.locator("#acting-as").click()
        await kim.page.get_by_role("menuitemradio", name="Kim Berg").click()
        await expect(kim.page.locator("#acting-as")).to_contain_text("Kim Berg")
        await ana.page.locator("#composer-input").fill("@kim look: 1 < 2 & *this*")
        await ana.page.keyboard.press("Enter")
        await expect(kim.page.locator("#timeline .mention-me")).to_have_text("@Kim Berg")
        await expect(kim.page.locator("#timeline .message-text")).to_have_text("@Kim Berg look: 1 < 2 & this")
        await expect(ana.page.locator("#timeline .mention-me")).to_have_count(0)
