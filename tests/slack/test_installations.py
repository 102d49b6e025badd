"""What Slack says of our app and of a socket, and what is made of an answer that is none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import ChatRefused, ChatUnreachable, InstallationDead
from bot.slack.channels import read_channel
from bot.slack.installations import read_installation, try_socket
from bot.web import listening

WHOLE = {"ok": True, "team": "Acme", "team_id": "T1", "user_id": "U1", "bot_id": "B1"}


@asynccontextmanager
async def slack(answer: dict[str, Any] | str, **headers: str) -> AsyncIterator[AsyncWebClient]:
    """A Slack that answers every call alike."""

    async def say(_: web.Request) -> web.Response:
        if isinstance(answer, str):
            return web.Response(text=answer, headers=headers)
        return web.json_response(answer, headers=headers)

    app = web.Application()
    app.router.add_route("*", "/api/{method}", say)
    async with listening(app, "127.0.0.1", 0, "PORT") as port, aiohttp.ClientSession() as session:
        yield AsyncWebClient(token="xoxb-1", base_url=f"http://127.0.0.1:{port}/api/", session=session, retry_handlers=[])


async def test_who_we_are_comes_with_the_scopes_of_the_header() -> None:
    async with slack(WHOLE, **{"X-OAuth-Scopes": "commands, chat:write"}) as client:
        found = await read_installation(client, 5)
    assert (found.team, found.team_id, found.app_user, found.bot_id) == ("Acme", "T1", "U1", "B1")
    assert found.scopes == frozenset({"commands", "chat:write"})


async def test_scopes_that_slack_does_not_name_are_unknown_and_not_none_granted() -> None:
    async with slack(WHOLE) as client:
        assert (await read_installation(client, 5)).scopes is None


@pytest.mark.parametrize("answer", [{"ok": True}, "<html>", {"ok": False, "error": "internal_error"}])
async def test_a_question_without_a_sound_answer_is_as_good_as_not_asked(answer: dict[str, Any] | str) -> None:
    async with slack(answer) as client:
        with pytest.raises(ChatUnreachable):
            await read_installation(client, 5)
        with pytest.raises(ChatUnreachable):
            await try_socket(client, "xapp-1", 5)
        with pytest.raises(ChatUnreachable):
            await read_channel(client, "C1", 5)


async def test_a_token_that_is_not_taken_and_one_that_may_not_are_told_apart() -> None:
    async with slack({"ok": False, "error": "invalid_auth"}) as client:
        with pytest.raises(InstallationDead):
            await read_installation(client, 5)
    async with slack({"ok": False, "error": "missing_scope", "needed": "connections:write"}) as client:
        with pytest.raises(ChatRefused, match="connections:write"):
            await try_socket(client, "xapp-1", 5)


@pytest.mark.parametrize("url,is_sound", [("wss://wss-primary.slack.com/link/?ticket=x", True), ("https://slack.com/", False)])
async def test_a_socket_has_the_address_of_one(url: str, *, is_sound: bool) -> None:
    async with slack({"ok": True, "url": url}) as client:
        if is_sound:
            await try_socket(client, "xapp-1", 5)
        else:
            with pytest.raises(ChatUnreachable):
                await try_socket(client, "xapp-1", 5)


async def test_a_channel_is_seen_as_it_is_to_us() -> None:
    channel = {"id": "C1", "name": "ops", "is_member": False, "is_private": True, "is_archived": False}
    async with slack({"ok": True, "channel": channel}) as client:
        found = await read_channel(client, "C1", 5)
    assert (found.name, found.is_member, found.is_private, found.is_archived) == ("ops", False, True, False)
