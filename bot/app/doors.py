"""Requests over HTTP come in: Slack's, and the server's word of runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.app.parts import App
from bot.http_bodies import slack_body, slack_headers
from bot.http_limits import Admission, HttpLimits, Refused
from bot.web import Door, listening, notification_door, public_app

log = structlog.get_logger("runbell.app")


@asynccontextmanager
async def open_to_the_public(app: App) -> AsyncIterator[None]:
    """Signed requests over HTTP: Slack's where there is no socket, and the server's word of runs where there is a token for it."""
    settings, admission = app.settings, Admission(HttpLimits.from_pace(app.pace), app.meter)
    secret = settings.slack_signing_secret
    slack = None if settings.uses_socket or secret is None else slack_door(app.bolt, secret.get_secret_value(), admission)
    doors = public_app(slack, notifications(app, admission))
    async with listening(doors, settings.http_host, settings.http_port, "RUNBELL_HTTP_PORT", admission) as port:
        log.info("listening", host=settings.http_host, port=port)
        app.hears_http = not settings.uses_socket
        try:
            yield
        finally:
            app.hears_http = False
            await app.work.waking.finish()


def slack_door(bolt: AsyncApp, signing_secret: str, admission: Admission | None = None) -> Door:
    """Bolt gets a request only after its signature was checked here, over the raw bytes. It checks again what it gets."""
    secret, bounds = signing_secret.encode(), admission or Admission()

    async def slack(request: web.Request) -> web.Response:
        try:
            body = await slack_body(request, secret, bounds)
        except Refused as refused:
            bounds.refuse(refused.reason)
            return web.Response(status=refused.status)
        try:
            # UTF-8 whatever the charset says: Bolt signs the text as UTF-8 again, and a made-up charset is an error of its own.
            asked = AsyncBoltRequest(body=body.decode(), headers=dict(slack_headers(request.headers)))
        except ValueError:
            return web.Response(status=400)
        return await to_aiohttp_response(await bolt.async_dispatch(asked))

    return slack


def notifications(app: App, admission: Admission) -> Door | None:
    token = app.settings.notification_token
    return None if token is None else notification_door(token.get_secret_value(), app.work.waking.hear, app.meter, admission)
