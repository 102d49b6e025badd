"""A small Bolt app that knows nothing of Runbell: one command, one button, a modal, a mention; over sockets or signed HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import SlackServer

BUTTON = {
    "type": "actions",
    "elements": [{"type": "button", "action_id": "lamp.switch", "value": "on", "text": {"type": "plain_text", "text": "Switch on"}}],
}
MODAL = {"type": "modal", "callback_id": "lamp", "title": {"type": "plain_text", "text": "A lamp"}, "blocks": [{"type": "divider"}]}


def lamp_app(slack: SlackServer, heard: list[dict[str, Any]]) -> AsyncApp:
    """An app that posts a lamp to switch on; `heard` gets the body of everything that reaches it."""
    card = slack.card()
    client = AsyncWebClient(token=card["bot_token"], base_url=card["api"], retry_handlers=[])
    app = AsyncApp(client=client, signing_secret=card["signing_secret"])

    @app.command("/lamp")
    async def lamp_typed(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        heard.append(body)
        await ack(f"You asked for {body['text']}")
        await client.chat_postMessage(channel=body["channel_id"], text="A lamp", blocks=[BUTTON])

    @app.command("/form")
    async def form_typed(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @app.action("lamp.switch")
    async def lamp_switched(ack: Any, body: dict[str, Any], client: AsyncWebClient, respond: Any) -> None:
        heard.append(body)
        await ack()
        text = f"Switched {body['actions'][0]['value']} by <@{body['user']['id']}>"
        await client.chat_update(channel=body["channel"]["id"], ts=body["message"]["ts"], text=text, blocks=[])
        await respond("Thank you", response_type="ephemeral", replace_original=False)

    async def event_came(body: dict[str, Any]) -> None:
        heard.append(body)

    for name in ("app_mention", "message", "member_joined_channel", "app_home_opened"):
        app.event(name)(event_came)
    return app


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
    runner = web.AppRunner(app.web_app(path="/slack/events"), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.deliver_to(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    try:
        yield
    finally:
        await runner.cleanup()
