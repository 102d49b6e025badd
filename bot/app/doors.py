"""Requests over HTTP come in: Slack's, and the server's word of runs."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

from bot.app.parts import App
from bot.web import Door, listening, notification_door, public_app

SECONDS = re.compile(r"[0-9]{1,12}")

log = structlog.get_logger("runbell.app")


@asynccontextmanager
async def open_to_the_public(app: App) -> AsyncIterator[None]:
    """Signed requests over HTTP: Slack's where there is no socket, and the server's word of runs where there is a token for it."""
    settings = app.settings
    doors = public_app(None if settings.uses_socket else slack_door(app.bolt), notifications(app))
    async with listening(doors, settings.http_host, settings.http_port, "RUNBELL_HTTP_PORT") as port:
        log.info("listening", host=settings.http_host, port=port)
        app.hears_http = not settings.uses_socket
        try:
            yield
        finally:
            app.hears_http = False
            await app.work.waking.finish()


def slack_door(bolt: AsyncApp) -> Door:
    """Bolt checks the signature; a time that is no number it stumbles over, so that is refused before."""

    async def slack(request: web.Request) -> web.Response:
        if not SECONDS.fullmatch(request.headers.get("X-Slack-Request-Timestamp", "")):
            return web.Response(status=401)
        return await to_aiohttp_response(await bolt.async_dispatch(await to_bolt_request(request)))

    return slack


def notifications(app: App) -> Door | None:
    token = app.settings.notification_token
    return None if token is None else notification_door(token.get_secret_value(), app.work.waking.hear, app.meter)
