"""Who is acting and where, from the signed payload alone: nothing slow, nothing that a person could have written."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.context.async_context import AsyncBoltContext

from bot.core.links import message_link, workspace_address
from bot.core.policy import Actor, Place

NAMELESS = frozenset({"directmessage", "privategroup"})
"""What Slack writes for the name of a channel that it does not name."""


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
    """The channel; and the message that was clicked on, where one was."""
    channel, container, team = body.get("channel"), body.get("container"), body.get("team")
    container, team = container if isinstance(container, Mapping) else {}, team if isinstance(team, Mapping) else {}
    address = workspace_address(str(team.get("domain") or ""))
    ts = str(container.get("message_ts") or "")
    if isinstance(channel, Mapping):
        return place(channel.get("id"), channel.get("name"), address, ts)
    return place(body.get("channel_id") or container.get("channel_id"), body.get("channel_name"), address, ts)


def place(channel: object, name: object, address: str = "", ts: str = "") -> Place | None:
    if not isinstance(channel, str) or not channel:
        return None
    return Place(channel=channel, channel_name="" if name in NAMELESS else str(name or ""), permalink=message_link(address, channel, ts))
