"""The pooled session to Slack, and Bolt with everything said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.clients import trust
from bot.settings import Settings
from bot.slack.installations import Installation

log = structlog.get_logger("runbell.app")


@asynccontextmanager
async def slack_session(settings: Settings) -> AsyncIterator[aiohttp.ClientSession]:
    """Without a session slack_sdk opens one, and a connection, for each call."""
    connector = aiohttp.TCPConnector(limit=50, ssl=trust(settings) or True)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session


def bolt_app(settings: Settings, session: aiohttp.ClientSession, installation: Installation) -> AsyncApp:
    """Bolt with everything said: who we are is known already, so that no request waits for auth.test."""
    token = settings.slack_bot_token.get_secret_value()
    secret = settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else ""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None,
            team_id=installation.team_id,
            bot_token=token,
            bot_id=installation.bot_id,
            bot_user_id=installation.app_user,
        )

    return AsyncApp(
        name="bolt",  # it names loggers after it, and gives them levels; ours stand below "runbell"
        signing_secret=secret,
        client=AsyncWebClient(base_url=settings.slack_api_url, session=session, ssl=trust(settings)),
        authorize=authorize,
        request_verification_enabled=not settings.uses_socket,
        attaching_conversation_kwargs_enabled=False,
    )
