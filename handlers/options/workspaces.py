"""Workspaces, by a part of their names: those in which somebody may start runs, or whose runs they may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.core.policy import Actor, Right
from bot.slack.blocks import Block
from bot.slack.inputs import VALUE_MOST
from bot.slack.views.start import workspace_option
from handlers.services import Services


async def workspaces_to_start(payload: Mapping[str, Any], services: Services, actor: Actor) -> Sequence[Block]:
    return await offered(payload, services, actor, Right.START)


async def workspaces_to_read(payload: Mapping[str, Any], services: Services, actor: Actor) -> Sequence[Block]:
    return await offered(payload, services, actor, Right.READ)


async def offered(payload: Mapping[str, Any], services: Services, actor: Actor, right: Right) -> Sequence[Block]:
    """A name that Slack takes for no value cannot be chosen; it can be typed."""
    found = await services.suggestions.workspaces(str(payload.get("value") or ""), actor, right)
    return [workspace_option(one) for one in found if len(one.full_name) <= VALUE_MOST]
