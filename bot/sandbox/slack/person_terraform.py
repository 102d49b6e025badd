"""`/_person/terraform/` and `/_person/restart`: what the page shows beside the chat, which others of the sandbox answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from aiohttp import web

from bot.sandbox.slack.bodies import read_body
from bot.sandbox.slack.errors import Document, SlackError
from bot.sandbox.slack.state import State

Restart = Callable[[], Awaitable[None]]


class Desk(Protocol):
    """The Runs API server of the same sandbox; a refusal is a document with `ok` false."""

    def ask(self, name: str, asked: Mapping[str, str], *, may_do: bool) -> Document: ...


async def look(state: State, request: web.Request) -> Document:
    """SlackError: no_terraform where this Slack runs alone."""
    return _desk(state).ask(request.match_info["what"], dict(request.query), may_do=False)


async def do(state: State, request: web.Request) -> Document:
    return _desk(state).ask(request.match_info["what"], await read_body(request), may_do=True)


async def restart_app(state: State, _request: web.Request) -> Document:
    """Kill the app and start it anew. SlackError: not_started_here where something else than the demo has started it."""
    if state.restart is None:
        raise SlackError("not_started_here")
    await state.restart()
    return {}


def _desk(state: State) -> Desk:
    if state.desk is None:
        raise SlackError("no_terraform")
    return state.desk
