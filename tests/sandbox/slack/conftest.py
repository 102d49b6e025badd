"""A Slack server for each test, slack_sdk's own client for it, and people."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import SlackServer, open_slack
from tests.sandbox.slack.acting import Acting


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with open_slack() as server:
        yield server


@pytest.fixture
async def session(slack: SlackServer) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(headers={"X-Sandbox-Secret": slack.secret}) as session:
        yield session


@pytest.fixture
def ana(session: aiohttp.ClientSession, slack: SlackServer) -> Acting:
    return Acting(session, slack)


@pytest.fixture
def client(slack: SlackServer) -> AsyncWebClient:
    return AsyncWebClient(token=slack.card()["bot_token"], base_url=slack.api, retry_handlers=[])


@pytest.fixture
async def joined(client: AsyncWebClient) -> AsyncWebClient:
    """The client of an app that is in #deploys."""
    await client.conversations_join(channel="C0DEPLOYS")
    return client
