"""Slack comes in: commands, clicks and events become calls of use cases. Only bot/app.py imports this."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.core.metrics import UNMETERED, Meter
from handlers import actions, commands, confirming, events, options, shortcuts, views
from handlers.guard import Guard
from handlers.homes import redraw
from handlers.middleware import demand_shape, identify
from handlers.services import Services

__all__ = ["Guard", "Services", "register"]


def register(app: AsyncApp, services: Services, meter: Meter = UNMETERED) -> Guard:
    """Have the app answer with these services; the guard knows the listeners at work, for a graceful stop."""

    async def serve(context: AsyncBoltContext, next: Callable[[], Awaitable[None]]) -> None:  # noqa: A002 - Bolt's name
        context["services"] = services
        await next()

    guard = Guard(services.command, meter, services.audits, services.repeats, services.requests)
    guard.after = redraw
    app.middleware(demand_shape)
    app.middleware(identify)
    app.middleware(serve)
    commands.register(app, guard, services.command)
    confirming.register(app, guard)
    actions.register(app, guard)
    views.register(app, guard)
    options.register(app, guard)
    shortcuts.register(app, guard)
    events.register(app, guard)
    return guard
