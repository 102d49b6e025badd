"""Reading what `/_person/` is sent: queries, JSON bodies, and the person who acts."""

from __future__ import annotations

import json

from aiohttp import web

from bot.sandbox.slack.actors import Actor, actor
from bot.sandbox.slack.errors import Document, SlackError
from bot.sandbox.slack.state import State


async def read_body(request: web.Request) -> Document:
    """A JSON object. SlackError: invalid_json."""
    try:
        document = json.loads(await request.text() or "{}")
    except ValueError as problem:
        raise SlackError("invalid_json") from problem
    if not isinstance(document, dict):
        raise SlackError("invalid_json")
    return document


def body_actor(state: State, body: Document) -> Actor:
    """The person `as` in the channel `channel`."""
    return actor(state, body_text(body, "as"), body_text(body, "channel"))


def body_text(body: Document, name: str) -> str:
    """SlackError: invalid_arguments where it is no string, or an empty one."""
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise SlackError("invalid_arguments", detail=f"{name} must be a string")
    return value


def query_text(request: web.Request, name: str) -> str:
    value = request.query.get(name, "")
    if not value:
        raise SlackError("invalid_arguments", detail=f"{name} is missing")
    return value
