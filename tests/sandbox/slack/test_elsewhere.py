"""People of other workspaces, the deactivated, and conversations of several people."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import SlackServer, open_slack
from tests.sandbox.slack.acting import Acting
from tests.sandbox.slack.refusals import error_of, refusal


@asynccontextmanager
async def _client(*scopes: str) -> AsyncIterator[tuple[AsyncWebClient, SlackServer]]:
    async with open_slack(scopes=scopes) as slack:
        yield AsyncWebClient(token=slack.card()["bot_token"], base_url=slack.api), slack


async def test_who_is_external_or_gone_is_told_by_their_flags(client: AsyncWebClient) -> None:
    eva = (await client.users_info(user="U0EVA"))["user"]
    leo = (await client.users_info(user="U0LEO"))["user"]

    assert (eva["is_stranger"], eva["team_id"], eva["profile"]["team"], eva["deleted"]) == (True, "T0PARTNER", "T0PARTNER", False)
    assert "email" not in eva["profile"]
    assert (leo["deleted"], leo["team_id"]) == (True, "T0ACME")
    assert await error_of(client.users_lookupByEmail(email="leo@acme.example")) == "users_not_found"


async def test_a_shared_channel_says_so_and_shows_itself_to_its_guests(client: AsyncWebClient, ana: Acting) -> None:
    channel = (await client.conversations_info(channel="C0PARTNERS"))["channel"]
    eva = ana.as_("U0EVA")

    assert (channel["is_ext_shared"], channel["is_shared"]) == (True, True)
    assert await eva.messages("C0PARTNERS") == []
    assert (await eva.get("messages", channel="C0DEPLOYS", **{"as": "U0EVA"}))["error"] == "channel_not_found"
    assert (await eva.post("message", channel="C0PARTNERS", text="hello"))["ok"]


async def test_commands_and_shortcuts_are_not_for_people_of_other_workspaces(ana: Acting) -> None:
    eva = ana.as_("U0EVA")

    assert (await eva.command("/tf help", "C0PARTNERS"))["error"] == "not_allowed"
    assert (await eva.post("invite", channel="C0PARTNERS", user="U0RUNBELL"))["error"] == "cant_invite"
    assert (await eva.post("remove", channel="C0PARTNERS", user="U0ANA"))["error"] == "cant_kick"


@pytest.mark.parametrize("user", ["U0LEO", "U0EVA"])
async def test_nobody_without_an_account_here_is_written_to(client: AsyncWebClient, user: str) -> None:
    opening = {"U0LEO": "user_disabled", "U0EVA": "user_not_visible"}

    assert await error_of(client.chat_postMessage(channel=user, text="x")) == "channel_not_found"
    assert await error_of(client.conversations_open(users=user)) == opening[user]
    assert await error_of(client.views_publish(user_id=user, view={"type": "home", "blocks": []})) == "user_not_found"


async def test_direct_messages_are_described_to_whoever_may_read_them_alone() -> None:
    async with _client("im:read") as (client, _):
        channel = (await client.conversations_info(channel="D0ANA"))["channel"]
        refused = await refusal(client.conversations_info(channel="C0DEPLOYS"))

    assert (channel["is_im"], channel["user"]) == (True, "U0ANA")
    assert (refused["error"], refused["needed"], refused["provided"]) == ("missing_scope", "channels:read", "im:read")


@pytest.mark.parametrize(
    "method, arguments, needed",
    [
        ("conversations.info", {"channel": "D0ANA"}, "im:read"),
        ("conversations.history", {"channel": "D0ANA"}, "im:history"),
        ("conversations.members", {"channel": "C0DEPLOYS"}, "channels:read"),
        ("conversations.list", {"types": "im,mpim"}, "im:read,mpim:read"),
        ("conversations.open", {"users": "U0ANA"}, "im:write"),
        ("chat.postMessage", {"channel": "C0DEPLOYS", "text": "x"}, "chat:write"),
        ("chat.unfurl", {}, "links:write"),
        ("users.info", {"user": "U0ANA"}, "users:read"),
        ("users.lookupByEmail", {"email": "x"}, "users:read.email"),
        ("usergroups.list", {}, "usergroups:read"),
        ("files.info", {"file": "F1"}, "files:read"),
    ],
)
async def test_each_method_needs_its_scope(method: str, arguments: dict[str, str], needed: str) -> None:
    async with _client("reactions:read") as (client, _):
        answer = await refusal(client.api_call(method, params=arguments))

    assert (answer["error"], answer["needed"], answer["provided"]) == ("missing_scope", needed, "reactions:read")


async def test_several_people_have_messages_of_their_own(client: AsyncWebClient, ana: Acting) -> None:
    first = (await client.conversations_open(users="U0KIM,U0ANA"))["channel"]["id"]
    again = (await client.conversations_open(users="U0ANA,U0KIM"))["channel"]["id"]
    await client.chat_postMessage(channel=first, text="the three of us")
    listed = (await client.conversations_list(types="mpim"))["channels"]

    assert first == again
    assert [(channel["id"], channel["is_mpim"], channel["is_private"]) for channel in listed] == [(first, True, True)]
    assert await ana.texts(first) == ["the three of us"]
    assert (await ana.get("messages", channel=first, **{"as": "U0RAJ"}))["error"] == "channel_not_found"
    assert await error_of(client.conversations_open(users=",".join(["U0ANA"] * 9))) == "too_many_users"


async def test_several_people_need_their_own_scope() -> None:
    async with _client("im:write") as (client, _):
        assert (await refusal(client.conversations_open(users="U0ANA,U0KIM")))["needed"] == "mpim:write"


async def test_the_tabs_of_the_app_are_those_of_its_manifest() -> None:
    tabs = {"home_tab_enabled": False, "messages_tab_enabled": False}
    scopes = {"bot": ["chat:write"]}
    manifest = {"display_information": {"name": "Shy"}, "features": {"app_home": tabs}, "oauth_config": {"scopes": scopes}}
    async with open_slack(manifest=manifest) as slack:
        client = AsyncWebClient(token=slack.card()["bot_token"], base_url=slack.api)

        assert await error_of(client.views_publish(user_id="U0ANA", view={"type": "home", "blocks": []})) == "not_enabled"
        assert await error_of(client.chat_postMessage(channel="U0ANA", text="x")) == "messages_tab_disabled"
        assert await error_of(client.chat_postMessage(channel="D0ANA", text="x")) == "messages_tab_disabled"


async def test_the_messages_tab_may_be_for_reading_only() -> None:
    tabs = {"messages_tab_enabled": True, "messages_tab_read_only_enabled": True}
    features = {"app_home": tabs, "slash_commands": [{"command": "/tf"}]}
    async with (
        open_slack(manifest={"display_information": {"name": "Mute"}, "features": features}) as slack,
        aiohttp.ClientSession(headers={"X-Sandbox-Secret": slack.secret}) as session,
    ):
        ana = Acting(session, slack)

        assert (await ana.post("message", channel="D0ANA", text="x"))["error"] == "restricted_action"
        assert (await ana.command("/tf help", "D0ANA"))["error"] == "restricted_action"


async def test_an_archived_channel_lets_nobody_in(ana: Acting, client: AsyncWebClient) -> None:
    await ana.post("admin/archive", channel="C0INFRA")

    assert (await ana.post("invite", channel="C0INFRA", user="U0RUNBELL"))["error"] == "is_archived"
    assert await error_of(client.conversations_join(channel="C0INFRA")) == "is_archived"


async def test_apps_do_not_write_to_apps_and_know_themselves(client: AsyncWebClient, slack: SlackServer) -> None:
    app = await AsyncWebClient(token=slack.card()["app_token"], base_url=slack.api).auth_test()

    assert await error_of(client.chat_postMessage(channel="U0RUNBELL", text="x")) == "cannot_dm_bot"
    assert app["app_id"] == "A0RUNBELL"
