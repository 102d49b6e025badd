"""Who is acting and where, from the signed payload alone: nothing slow, nothing that a person could have written."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse

from bot.core.links import is_message_time, message_link, workspace_address
from bot.core.policy import Actor, Place

log = structlog.get_logger("runbell.handlers")

NAMELESS = frozenset({"directmessage", "privategroup"})
"""What Slack writes for the name of a channel that it does not name."""


OBJECTS = ("user", "team", "enterprise", "channel", "container", "view", "event", "message")
REFUSED = 400


async def demand_shape(body: dict[str, Any], next: Callable[[], Awaitable[None]]) -> BoltResponse | None:  # noqa: A002 - Bolt's name
    """Let nothing in that is not as Slack sends it: Bolt and listeners rely on that."""
    if is_shaped(body):
        await next()
        return None
    log.warning("odd payload", type=str(body.get("type"))[:40])
    return BoltResponse(status=REFUSED, body="")


def is_shaped(body: Mapping[str, Any]) -> bool:
    """Objects are objects, and what finds a listener is a word."""
    if any(not isinstance(body.get(name) or {}, Mapping) for name in OBJECTS):
        return False
    view, event, clicks = body.get("view") or {}, body.get("event") or {}, body.get("actions")
    match body.get("type"):
        case "block_actions":
            return (
                bool(clicks)
                and isinstance(clicks, list)
                and all(isinstance(click, Mapping) and has_words(click, "action_id") for click in clicks)
            )
        case "view_submission" | "view_closed":
            return has_words(view, "callback_id")
        case "block_suggestion":
            return has_words(body, "action_id") and isinstance(body.get("value") or "", str)
        case "shortcut" | "message_action":
            return has_words(body, "callback_id")
        case "event_callback":
            return has_words(event, "type")
        case _:
            return True


def has_words(value: Mapping[str, Any], name: str) -> bool:
    return isinstance(value.get(name), str)


async def identify(context: AsyncBoltContext, body: dict[str, Any], next: Callable[[], Awaitable[None]]) -> None:  # noqa: A002 - Bolt's name
    """Put `actor` and `place` where listeners find them by name; None where the payload names none, as an event of the workspace does.

    `arrived` is when Bolt let the payload through, of the performance counter.
    """
    context["arrived"] = time.perf_counter()
    context["actor"] = actor_of(body)
    context["place"] = place_of(body)
    await next()


def actor_of(body: Mapping[str, Any]) -> Actor | None:
    user = body.get("user")
    if isinstance(user, Mapping):
        team = body.get("team")
        home = user.get("team_id") or (team.get("id") if isinstance(team, Mapping) else "")
        return actor(user.get("id"), home, user.get("username") or user.get("name"))
    return actor(body.get("user_id"), body.get("team_id"), body.get("user_name"))


def actor(person: object, team: object, name: object) -> Actor | None:
    if not isinstance(person, str) or not person:
        return None
    return Actor(id=person, team_id=str(team or ""), name=str(name or ""))


def place_of(body: Mapping[str, Any]) -> Place | None:
    """The channel; and the message that was clicked on, where one was. One that only a single person sees has no link."""
    channel, container = body.get("channel"), body.get("container")
    container = container if isinstance(container, Mapping) else {}
    ts = "" if container.get("is_ephemeral") is True else str(container.get("message_ts") or body.get("message_ts") or "")
    address = slack_address(body)
    if isinstance(channel, Mapping):
        return place(channel.get("id"), channel.get("name"), address, ts)
    return place(body.get("channel_id") or container.get("channel_id"), body.get("channel_name"), address, ts)


def slack_address(body: Mapping[str, Any]) -> str:
    """Of the Slack workspace, as every click and form names it; "" where none is named."""
    team = body.get("team")
    return workspace_address(str(team.get("domain") or "")) if isinstance(team, Mapping) else ""


def place(channel: object, name: object, address: str = "", ts: str = "") -> Place | None:
    if not isinstance(channel, str) or not channel:
        return None
    shown, ts = name if isinstance(name, str) and name not in NAMELESS else "", ts if is_message_time(ts) else ""
    return Place(channel=channel, channel_name=shown, permalink=message_link(address, channel, ts), ts=ts)
