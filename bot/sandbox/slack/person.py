"""`/_person/`: everything that a page or a test does and sees as a person. Described for readers in docs/sandbox.md."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.sandbox.slack import deeds
from bot.sandbox.slack.documents import seen_document
from bot.sandbox.slack.errors import Document, SlackError
from bot.sandbox.slack.state import State

LOOK_SECONDS = 1.0
Answer = Callable[[State, web.Request], Awaitable[Document]]


async def see_world(state: State, _request: web.Request) -> Document:
    team, app = state.team, state.team.app
    return {
        "team": {"id": team.id, "domain": team.domain, "name": team.name},
        "app": {"id": app.id, "name": app.name, "user_id": app.user_id},
        "people": [
            {
                "id": person.id,
                "name": person.name,
                "real_name": person.real_name,
                "role": person.role,
                "initials": person.initials,
                "is_guest": person.is_guest,
            }
            for person in team.humans()
        ],
        "groups": [{"id": group.id, "handle": group.handle, "users": list(group.users)} for group in team.groups.values()],
        "channels": [
            {
                "id": channel.id,
                "name": channel.name,
                "is_private": channel.kind == "private",
                "is_im": channel.kind == "im",
                "topic": channel.topic,
                "members": list(channel.members),
                "app_is_member": app.user_id in channel.members,
            }
            for channel in team.channels.values()
        ],
        "commands": [{"command": each.command, "description": each.description, "usage_hint": each.usage_hint} for each in app.commands],
        "terraform": dict(state.terraform),
        "engine": state.engine,
        "connected": state.links.count,
    }


async def see_messages(state: State, request: web.Request) -> Document:
    """What a person sees in a channel, or in one thread of it, oldest first."""
    person, channel = state.team.person(_query(request, "as")), state.team.channel(_query(request, "channel"))
    if not channel.shows_to(person):
        raise SlackError("channel_not_found")
    thread_ts = request.query.get("thread_ts")
    seen = [message for message in state.log.all_in(channel.id) if message.only_for in (None, person.id)]
    if thread_ts:
        seen = [message for message in seen if thread_ts in (message.ts, message.thread_ts)]
    else:
        seen = [message for message in seen if message.is_in_channel]
    return {"messages": [seen_document(message, state.log, state.team) for message in seen]}


async def see_view(state: State, request: web.Request) -> Document:
    screen = state.views.screen(state.team.person(_query(request, "as")).id)
    return {"view": screen.modals[-1] if screen.modals else None, "home": screen.home}


async def type_command(state: State, request: web.Request) -> Document:
    body = await read_body(request)
    return await deeds.type_command(state, _actor(state, body), _text(body, "text"))


async def write_message(state: State, request: web.Request) -> Document:
    body = await read_body(request)
    message = deeds.write_message(state, _actor(state, body), _text(body, "text"), body.get("thread_ts") or None)
    return {"ts": message.ts}


async def click(state: State, request: web.Request) -> Document:
    body = await read_body(request)
    return await deeds.click(state, _actor(state, body), body)


async def invite(state: State, request: web.Request) -> Document:
    body = await read_body(request)
    return {"invited": deeds.invite(state, _actor(state, body), _text(body, "user"))}


async def open_home(state: State, request: web.Request) -> Document:
    body = await read_body(request)
    person = state.team.person(_text(body, "as"))
    deeds.open_home(state, person)
    return {"home": state.views.screen(person.id).home}


async def see_traffic(state: State, _request: web.Request) -> Document:
    return {"traffic": state.traffic.documents()}


async def see_faults(state: State, _request: web.Request) -> Document:
    return {"faults": [fault.as_dict() for fault in state.faults.in_force("slack")]}


async def pull_fault(state: State, request: web.Request) -> Document:
    """Put a fault in force on this server. SlackError: invalid_arguments with the reason in `detail`."""
    try:
        return {"id": state.faults.add(await read_body(request), side="slack").id}
    except ValueError as problem:
        raise SlackError("invalid_arguments", detail=str(problem)) from problem


async def end_faults(state: State, request: web.Request) -> Document:
    return {"ended": state.faults.clear(side="slack", fault_id=request.match_info.get("fault"))}


async def set_clock(state: State, request: web.Request) -> Document:
    """How many times as fast as real time the sandbox's clock runs."""
    body = await read_body(request)
    try:
        state.clock.speed = float(body.get("speed", 1.0))
    except (TypeError, ValueError) as problem:
        raise SlackError("invalid_arguments", detail=str(problem)) from problem
    return {"speed": state.clock.speed}


async def break_sockets(state: State, request: web.Request) -> Document:
    """Cut every Socket Mode connection, or send each a `disconnect` with a reason."""
    body = await read_body(request)
    count = state.links.count
    if body.get("reason"):
        await state.links.disconnect(str(body["reason"]))
    else:
        state.links.cut()
    return {"connections": count}


async def stream(state: State, request: web.Request) -> web.StreamResponse:
    """NDJSON of what happens, until the client goes: one event a line, the number of connections first."""
    person = state.team.person(request.query.get("as", ""))
    response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson", "Cache-Control": "no-store"})
    await response.prepare(request)
    with state.streams.opened(person.id) as queue:
        event: Document | None = {"type": "connected", "connected": state.links.count}
        while event is not None:
            await response.write(json.dumps(event).encode() + b"\n")
            event = await _next_event(queue, request)
    return response


async def _next_event(queue: asyncio.Queue[Document | None], request: web.Request) -> Document | None:
    """The next event; None when the stream has ended, or its client is gone (looked for once a second)."""
    while request.transport is not None and not request.transport.is_closing():
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                return await queue.get()
        except TimeoutError:
            continue
    return None


async def read_body(request: web.Request) -> Document:
    """A JSON object. SlackError: invalid_json."""
    try:
        document = json.loads(await request.text() or "{}")
    except ValueError as problem:
        raise SlackError("invalid_json") from problem
    if not isinstance(document, dict):
        raise SlackError("invalid_json")
    return document


def _actor(state: State, body: Document) -> deeds.Actor:
    return deeds.actor(state, _text(body, "as"), _text(body, "channel"))


def _text(body: Document, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise SlackError("invalid_arguments", detail=f"{name} must be a string")
    return value


def _query(request: web.Request, name: str) -> str:
    value = request.query.get(name, "")
    if not value:
        raise SlackError("invalid_arguments", detail=f"{name} is missing")
    return value


ROUTES: tuple[tuple[str, str, Answer], ...] = (
    ("GET", "/_person/world", see_world),
    ("GET", "/_person/messages", see_messages),
    ("GET", "/_person/view", see_view),
    ("GET", "/_person/traffic", see_traffic),
    ("GET", "/_person/faults", see_faults),
    ("POST", "/_person/command", type_command),
    ("POST", "/_person/message", write_message),
    ("POST", "/_person/click", click),
    ("POST", "/_person/invite", invite),
    ("POST", "/_person/home", open_home),
    ("POST", "/_person/faults", pull_fault),
    ("DELETE", "/_person/faults", end_faults),
    ("DELETE", "/_person/faults/{fault}", end_faults),
    ("POST", "/_person/clock", set_clock),
    ("POST", "/_person/sockets", break_sockets),
)
