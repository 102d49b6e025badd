"""A modal with every input element, and a Bolt app that opens, pushes, updates and refuses views."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import SlackServer
from tests.browser.gallery import Document, mrkdwn, option, plain

MANIFEST: Document = {
    "display_information": {"name": "Runbell"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "slash_commands": [{"command": "/tf", "description": "Runs", "usage_hint": "run <workspace>", "should_escape": True}],
        "shortcuts": [
            {"type": "global", "callback_id": "start", "name": "Start a run", "description": "Choose a workspace and go"},
            {"type": "message", "callback_id": "about", "name": "Start a run about this", "description": "Takes the words along"},
        ],
    },
    "oauth_config": {"scopes": {"bot": ["commands", "chat:write", "channels:join", "channels:read", "files:read"]}},
    "settings": {"event_subscriptions": {"bot_events": ["app_home_opened"]}},
}


def field(block_id: str, label: str, element: Document, **more: Any) -> Document:
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": {"action_id": block_id, **element}, **more}


SIZES = [option("Small", "s"), option("Large", "l")]
FIELDS: list[Document] = [
    {"type": "alert", "level": "info", "text": plain("Everything here starts a real run.")},
    field("reason", "Reason", {"type": "plain_text_input", "placeholder": plain("Why now?")}, hint=plain("It stands on the card.")),
    field("notes", "Notes", {"type": "plain_text_input", "multiline": True}, optional=True),
    field("count", "How many", {"type": "number_input", "is_decimal_allowed": False, "max_value": "9"}, optional=True),
    field("mail", "Whom to write to", {"type": "email_text_input"}, optional=True),
    field("link", "Ticket", {"type": "url_text_input"}, optional=True),
    field("rich", "Description", {"type": "rich_text_input"}, optional=True),
    field("size", "Size", {"type": "static_select", "placeholder": plain("Pick one"), "options": SIZES}, optional=True),
    field("sizes", "Sizes", {"type": "multi_static_select", "options": SIZES}, optional=True),
    field("workspace", "Workspace", {"type": "external_select", "min_query_length": 2, "placeholder": plain("Type a name")}),
    field("workspaces", "More workspaces", {"type": "multi_external_select", "min_query_length": 0}, optional=True),
    field("who", "Who", {"type": "users_select"}, optional=True),
    field("whom", "For whom", {"type": "multi_users_select"}, optional=True),
    field("where", "Where", {"type": "conversations_select", "default_to_current_conversation": True}, optional=True),
    field("wheres", "Also in", {"type": "multi_channels_select"}, optional=True),
    field(
        "flags",
        "Options",
        {"type": "checkboxes", "options": [option("Plan only", "plan"), option("Refresh only", "refresh")]},
        optional=True,
    ),
    field("speed", "Speed", {"type": "radio_buttons", "options": [option("Now", "now"), option("Later", "later")]}, optional=True),
    field("day", "Day", {"type": "datepicker"}, optional=True),
    field("hour", "Hour", {"type": "timepicker"}, optional=True),
    field("moment", "Moment", {"type": "datetimepicker"}, optional=True),
    field("files", "Files", {"type": "file_input", "max_files": 2}, optional=True),
]


def modal(title: str, blocks: list[Document], **more: Any) -> Document:
    return {"type": "modal", "title": plain(title), "submit": plain("Start"), "close": plain("Cancel"), "blocks": blocks} | more


ASKED: list[Document] = [
    {"type": "section", "block_id": "sum", "text": mrkdwn("*Sure?* It goes to <#C0DEPLOYS>.")},
    field("word", "Type the name of the workspace", {"type": "plain_text_input"}),
]


def form_app(slack: SlackServer, submitted: list[Document]) -> AsyncApp:
    """/tf opens the form. Its submission is refused while the reason is "no", and otherwise pushes a second view, which ends it all."""
    card = slack.card()
    client = AsyncWebClient(token=card["bot_token"], base_url=slack.api)
    app = AsyncApp(client=client, signing_secret=card["signing_secret"])

    @app.command("/tf")
    @app.shortcut("start")
    @app.shortcut("about")
    async def opens(ack: Any, body: Document) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal("Start a run", FIELDS, callback_id="form"))

    @app.options("workspace")
    @app.options("workspaces")
    async def offers(ack: Any, body: Document) -> None:
        names = ["storefront-dev", "storefront-prod", "billing"]
        await ack(options=[option(name, name) for name in names if body["value"] in name])

    @app.view("form")
    async def sends(ack: Any, view: Document) -> None:
        values = view["state"]["values"]
        submitted.append(values)
        if values["reason"]["reason"]["value"] == "no":
            await ack(response_action="errors", errors={"reason": "“no” is no reason"})
        else:
            await ack(response_action="push", view=modal("Are you sure?", ASKED, callback_id="sure", close=plain("Back")))

    @app.view("sure")
    async def ends(ack: Any, view: Document) -> None:
        submitted.append(view["state"]["values"])
        await ack(response_action="clear")

    @app.event("app_home_opened")
    async def draws_home(event: Document) -> None:
        await client.views_publish(user_id=event["user"], view=home("Nothing waits for you."))

    @app.action("home.refresh")
    async def redraws_home(ack: Any, body: Document) -> None:
        await ack()
        await client.views_publish(user_id=body["user"]["id"], view=home("Looked again."))

    return app


def home(words: str) -> Document:
    button = {"type": "button", "action_id": "home.refresh", "text": plain("Refresh")}
    return {
        "type": "home",
        "blocks": [{"type": "header", "text": plain("Your runs")}, {"type": "section", "text": mrkdwn(words), "accessory": button}],
    }
