"""A small Bolt app that knows nothing of Runbell, about lamps: commands, buttons, modals with type-ahead, Home, shortcuts, unfurls and
files; over sockets or signed HTTP.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import SlackServer
from tests.servers import served

MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Lamps"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "slash_commands": [{"command": "/lamp", "should_escape": True}, {"command": "/form"}, {"command": "/photo"}, {"command": "/late"}],
        "shortcuts": [
            {"type": "global", "callback_id": "lamp_new", "name": "A new lamp"},
            {"type": "message", "callback_id": "lamp_on_message", "name": "Light this up"},
        ],
        "unfurl_domains": ["lamps.example"],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                *("app_mentions:read", "channels:join", "channels:read", "chat:write", "commands", "files:read", "files:write"),
                *("groups:read", "im:history", "links:read", "links:write", "usergroups:read", "users:read"),
            ]
        }
    },
    "settings": {
        "event_subscriptions": {
            "bot_events": [
                *("app_home_opened", "app_mention", "app_uninstalled", "channel_archive", "channel_deleted", "channel_rename"),
                *("channel_unarchive", "link_shared", "member_joined_channel", "member_left_channel", "message.im"),
                *("subteam_members_changed", "subteam_updated", "tokens_revoked", "user_change"),
            ]
        }
    },
}
BUTTON = {
    "type": "actions",
    "elements": [{"type": "button", "action_id": "lamp.switch", "value": "on", "text": {"type": "plain_text", "text": "Switch on"}}],
}
ROOMS = ("Kitchen", "Kitchenette", "Hall")
LATE_SECONDS = 3.3


def _words(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def _input(block_id: str, element: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "input", "block_id": block_id, "label": _words(block_id), "element": {"action_id": block_id, **element}, **more}


def lamp_form(title: str = "A lamp") -> dict[str, Any]:
    more = {"type": "button", "action_id": "lamp.more", "text": _words("More")}
    where = {"type": "conversations_select", "response_url_enabled": True, "default_to_current_conversation": True}
    return {
        "type": "modal",
        "callback_id": "lamp",
        "title": _words(title),
        "submit": _words("Make"),
        "notify_on_close": True,
        "private_metadata": "kept",
        "blocks": [
            _input("name", {"type": "plain_text_input", "max_length": 20}),
            _input("room", {"type": "external_select", "min_query_length": 2}, optional=True),
            _input("photo", {"type": "file_input", "max_files": 1}, optional=True),
            _input("where", where, optional=True),
            {"type": "actions", "block_id": "row", "elements": [more]},
        ],
    }


def _second() -> dict[str, Any]:
    return {"type": "modal", "callback_id": "second", "title": _words("More"), "submit": _words("Done"), "blocks": [{"type": "divider"}]}


def _home(count: int) -> dict[str, Any]:
    button = {"type": "button", "action_id": "lamp.refresh", "text": _words(f"Seen {count} times")}
    return {"type": "home", "blocks": [{"type": "actions", "block_id": "row", "elements": [button]}]}


def lamp_app(slack: SlackServer, heard: list[dict[str, Any]]) -> AsyncApp:
    """The app; `heard` gets the body of everything that reaches it."""
    card = slack.card()
    client = AsyncWebClient(token=card["bot_token"], base_url=card["api"], retry_handlers=[])
    app = AsyncApp(client=client, signing_secret=card["signing_secret"])

    @app.middleware
    async def hear(body: dict[str, Any], next: Any) -> None:  # noqa: A002 - the name by which Bolt gives it
        heard.append(body)
        await next()

    _commands(app)
    _modals(app)
    _home_and_links(app)
    _shortcuts(app)
    app.event(re.compile(".*"))(_event_came)
    return app


async def _event_came(event: dict[str, Any]) -> None:
    """The middleware has heard it already."""
    assert event["type"]


def _commands(app: AsyncApp) -> None:
    @app.command("/lamp")
    async def lamp_typed(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack(f"You asked for {body['text']}")
        await client.chat_postMessage(channel=body["channel_id"], text="A lamp", blocks=[BUTTON])

    @app.command("/form")
    async def form_typed(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=lamp_form())

    @app.command("/photo")
    async def photo_typed(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.files_upload_v2(channel=body["channel_id"], filename="lamp.txt", content="a lamp", initial_comment="A photo")

    @app.command("/late")
    async def late_typed(ack: Any) -> None:
        await asyncio.sleep(LATE_SECONDS)
        await ack("too late")

    @app.action("lamp.switch")
    async def lamp_switched(ack: Any, body: dict[str, Any], client: AsyncWebClient, respond: Any) -> None:
        await ack()
        text = f"Switched {body['actions'][0]['value']} by <@{body['user']['id']}>"
        await client.chat_update(channel=body["channel"]["id"], ts=body["message"]["ts"], text=text, blocks=[])
        await respond("Thank you", response_type="ephemeral", replace_original=False)


def _modals(app: AsyncApp) -> None:
    @app.options("room")
    async def rooms_asked(ack: Any, payload: dict[str, Any]) -> None:
        found = [room for room in ROOMS if room.lower().startswith(payload["value"].lower())]
        await ack(options=[{"text": _words(room), "value": room.lower()} for room in found])

    @app.action("lamp.more")
    async def more_clicked(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_push(trigger_id=body["trigger_id"], view=_second())

    @app.view("lamp")
    async def lamp_submitted(ack: Any, view: dict[str, Any], body: dict[str, Any], client: AsyncWebClient) -> None:
        values = view["state"]["values"]
        name, room = values["name"]["name"]["value"], values["room"]["room"]["selected_option"]
        answers: dict[str, dict[str, Any]] = {
            "taken": {"response_action": "errors", "errors": {"name": "There is one."}},
            "odd": {"response_action": "errors", "errors": {"nowhere": "No such block."}},
            "again": {"response_action": "update", "view": lamp_form("Once more")},
            "deep": {"response_action": "push", "view": _second()},
        }
        await ack(**answers.get(name, {}))
        photo = [await _fetched(client, file) for file in values["photo"]["photo"]["files"]]
        for hook in body["response_urls"]:
            async with aiohttp.ClientSession() as session, session.post(hook["response_url"], json={"text": f"{name} {room} {photo}"}):
                pass

    @app.view("second")
    async def second_submitted(ack: Any) -> None:
        await ack(response_action="clear")

    @app.view_closed("lamp")
    async def lamp_closed(ack: Any) -> None:
        await ack()


async def _fetched(client: AsyncWebClient, file: dict[str, Any]) -> str:
    headers = {"Authorization": f"Bearer {client.token}"}
    async with aiohttp.ClientSession() as session, session.get(file["url_private_download"], headers=headers) as response:
        return await response.text()


def _home_and_links(app: AsyncApp) -> None:
    @app.event("app_home_opened")
    async def home_opened(event: dict[str, Any], client: AsyncWebClient) -> None:
        if event["tab"] == "home" and not event.get("view"):
            await client.views_publish(user_id=event["user"], view=_home(0))

    @app.action("lamp.refresh")
    async def refreshed(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_publish(user_id=body["user"]["id"], view=_home(1), hash=body["view"]["hash"])

    @app.event("link_shared")
    async def linked(event: dict[str, Any], client: AsyncWebClient) -> None:
        block = {"type": "section", "text": _words("A lamp of ours")}
        unfurls = {link["url"]: {"blocks": [block]} for link in event["links"]}
        await client.chat_unfurl(unfurl_id=event["unfurl_id"], source=event["source"], unfurls=unfurls)


def _shortcuts(app: AsyncApp) -> None:
    @app.global_shortcut("lamp_new")
    async def new_wanted(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=lamp_form("A new lamp"))

    @app.message_shortcut("lamp_on_message")
    async def lit_up(ack: Any, body: dict[str, Any], respond: Any) -> None:
        await ack()
        await respond(f"Lit: {body['message']['text']}")


@asynccontextmanager
async def over_sockets(slack: SlackServer, app: AsyncApp) -> AsyncIterator[None]:
    handler = AsyncSocketModeHandler(app, slack.card()["app_token"])
    await handler.connect_async()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


@asynccontextmanager
async def over_http(slack: SlackServer, app: AsyncApp) -> AsyncIterator[None]:
    async with served(app.web_app(path="/slack/events")) as port:
        slack.deliver_to(f"http://127.0.0.1:{port}/slack/events")
        yield
