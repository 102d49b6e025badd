from __future__ import annotations

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import SlackServer, open_slack
from tests.sandbox.slack.refusals import error_of, refusal


async def test_auth_test_names_the_app_and_its_scopes(client: AsyncWebClient) -> None:
    answer = await client.auth_test()

    assert (answer["team_id"], answer["user_id"], answer["bot_id"]) == ("T0ACME", "U0RUNBELL", "B0RUNBELL")
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")


async def test_tokens_are_judged(slack: SlackServer) -> None:
    nobody, stranger = AsyncWebClient(base_url=slack.api), AsyncWebClient(token="xoxb-1", base_url=slack.api)
    card = slack.card()
    app = AsyncWebClient(token=card["app_token"], base_url=slack.api)

    assert await error_of(nobody.auth_test()) == "not_authed"
    assert await error_of(stranger.auth_test()) == "invalid_auth"
    assert await error_of(app.users_list()) == "not_allowed_token_type"
    assert await error_of(stranger.apps_connections_open(app_token=card["bot_token"])) == "not_allowed_token_type"


async def test_a_revoked_token_is_refused(slack: SlackServer, client: AsyncWebClient) -> None:
    slack.state.tokens.revoked[slack.card()["bot_token"]] = "token_revoked"

    assert await error_of(client.auth_test()) == "token_revoked"


async def test_an_unknown_method_is_named(client: AsyncWebClient) -> None:
    assert await refusal(client.api_call("chat.postMesage")) == {"ok": False, "error": "unknown_method", "req_method": "chat.postMesage"}


async def test_a_missing_scope_is_named_with_those_there_are() -> None:
    async with open_slack(scopes=["chat:write", "users:read"]) as slack:
        client = AsyncWebClient(token=slack.card()["bot_token"], base_url=slack.api)
        answer = await refusal(client.conversations_join(channel="C0DEPLOYS"))
        by_type = await refusal(client.conversations_list(types="public_channel,private_channel"))
        person = await client.users_info(user="U0ANA")

    assert (answer["error"], answer["needed"], answer["provided"]) == ("missing_scope", "channels:join", "chat:write,users:read")
    assert by_type["needed"] == "channels:read,groups:read"
    assert "email" not in person["user"]["profile"]


async def test_arguments_come_as_query_form_or_json(slack: SlackServer, joined: AsyncWebClient) -> None:
    bearer = {"Authorization": f"Bearer {joined.token}"}
    url = f"{slack.api}chat.postMessage"
    async with aiohttp.ClientSession(headers=bearer) as session:
        blocks = '[{"type": "divider"}]'
        for sent in (
            session.get(url, params={"channel": "C0DEPLOYS", "text": "by query"}),
            session.post(url, data={"channel": "C0DEPLOYS", "text": "by form", "blocks": blocks}),
            session.post(url, params={"channel": "C0DEPLOYS"}, json={"text": "by both"}),
            session.post(url, params={"channel": "C0DEPLOYS"}, data=aiohttp.FormData({"text": "by parts"}, default_to_multipart=True)),
        ):
            async with sent as response:
                assert (await response.json())["ok"] is True

    answer = await joined.conversations_history(channel="C0DEPLOYS")
    said = [(message["text"], len(message.get("blocks", []))) for message in answer["messages"]]
    assert said[:4] == [("by parts", 0), ("by both", 0), ("by form", 1), ("by query", 0)]


async def test_a_token_may_stand_in_the_form(slack: SlackServer, session: aiohttp.ClientSession) -> None:
    async with session.post(f"{slack.api}auth.test", data={"token": slack.card()["bot_token"]}) as response:
        assert (await response.json())["ok"] is True


async def test_bodies_that_are_no_json_object_are_refused(slack: SlackServer, client: AsyncWebClient) -> None:
    headers = {"Authorization": f"Bearer {client.token}", "Content-Type": "application/json; charset=utf-8"}
    errors = []
    async with aiohttp.ClientSession(headers=headers) as session:
        for body in ("{", "[1]"):
            async with session.post(f"{slack.api}auth.test", data=body) as response:
                errors.append((response.status, (await response.json())["error"]))

    assert errors == [(200, "invalid_json"), (200, "json_not_object")]


async def test_the_manifest_gives_name_commands_scopes_and_events() -> None:
    manifest = {
        "display_information": {"name": "Harbor"},
        "features": {"slash_commands": [{"command": "/harbor", "description": "Ships", "should_escape": True}]},
        "oauth_config": {"scopes": {"bot": ["commands"]}},
        "settings": {"event_subscriptions": {"bot_events": ["app_mention"]}},
    }
    async with open_slack(manifest=manifest) as slack:
        app = slack.state.team.app

    assert (app.name, app.scopes, app.events) == ("Harbor", ("commands",), ("app_mention",))
    assert app.commands[0].command == "/harbor"
    assert app.commands[0].should_escape
