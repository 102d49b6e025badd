"""Our own app in Slack, as auth.test shows it, and whether Socket Mode takes the app-level token."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import ChatAnswerLost, ChatUnreachable
from bot.slack.troubles import translated


@asynccontextmanager
async def asking(timeout: float) -> AsyncIterator[None]:  # noqa: ASYNC109 - it bounds the body, as asyncio.timeout does
    """Nothing can have been done by a question, so one without an answer is as good as not asked."""
    try:
        async with translated(timeout):
            yield
    except ChatAnswerLost as error:
        raise ChatUnreachable from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """`app_user` is our own user (`U…`) and `bot_id` our bot (`B…`); `scopes` are those granted, None where Slack does not say.

    `url` is the address of the Slack workspace, "" where it is not said.
    """

    team_id: str
    team: str
    app_user: str
    bot_id: str
    scopes: frozenset[str] | None
    url: str = ""


async def read_installation(client: AsyncWebClient, timeout: float) -> Installation:  # noqa: ASYNC109 - it bounds one call
    """Raises a ChatTrouble; InstallationDead where the token is not taken. The scopes stand in a header (Slack, auth.test)."""
    async with asking(timeout):
        answer = await client.auth_test()
        named = next((value for name, value in answer.headers.items() if name.lower() == "x-oauth-scopes"), None)
        return Installation(
            team_id=said(answer.get("team_id")),
            team=str(answer.get("team", "")),
            url=str(answer.get("url") or ""),
            app_user=said(answer.get("user_id")),
            bot_id=said(answer.get("bot_id")),
            scopes=None if named is None else frozenset(scope.strip() for scope in named.split(",") if scope.strip()),
        )


async def try_socket(client: AsyncWebClient, app_token: str, timeout: float) -> None:  # noqa: ASYNC109 - as above
    """Ask for the address of a socket, and leave it; raises a ChatTrouble. Slack, apps.connections.open."""
    async with asking(timeout):
        answer = await client.apps_connections_open(app_token=app_token)
        if not said(answer.get("url")).startswith(("wss://", "ws://")):
            raise ValueError("no address of a socket")


def said(value: object) -> str:
    """A word that has to be there; slack_sdk gives None for what an answer has not."""
    if not isinstance(value, str) or not value:
        raise TypeError("not said")
    return value
