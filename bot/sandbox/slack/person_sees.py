"""`/_person/`: what a person sees: the workspace, messages, threads, modals, the Home tab, files; and what happens, as it happens."""

from __future__ import annotations

import asyncio
import base64
import json

from aiohttp import web

from bot.sandbox.slack.bodies import query_text
from bot.sandbox.slack.channels import Channel
from bot.sandbox.slack.documents import seen_document
from bot.sandbox.slack.errors import Document, SlackError
from bot.sandbox.slack.people import Person
from bot.sandbox.slack.state import State

LOOK_SECONDS = 1.0


async def see_world(state: State, _request: web.Request) -> Document:
    team, app = state.team, state.team.app
    commands = [{"command": each.command, "description": each.description, "usage_hint": each.usage_hint} for each in app.commands]
    shortcuts = [
        {"type": each.kind, "callback_id": each.callback_id, "name": each.name, "description": each.description} for each in app.shortcuts
    ]
    return {
        "team": {"id": team.id, "domain": team.domain, "name": team.name},
        "app": {"id": app.id, "name": app.name, "user_id": app.user_id, "has_home": app.has_home},
        "people": [_person_document(person) for person in team.humans() if not person.deleted],
        "groups": [{"id": group.id, "handle": group.handle, "users": list(group.users)} for group in team.groups.values()],
        "channels": [_channel_document(channel, app.user_id) for channel in team.channels.values()],
        "commands": commands,
        "shortcuts": shortcuts,
        "terraform": dict(state.terraform),
        "engine": state.engine,
        "connected": state.links.count,
        "can_restart": state.restart is not None,
    }


def _person_document(person: Person) -> Document:
    return {
        "id": person.id,
        "name": person.name,
        "real_name": person.real_name,
        "role": person.role,
        "initials": person.initials,
        "is_guest": person.is_guest,
        "is_admin": person.is_admin,
        "is_external": person.is_external,
    }


def _channel_document(channel: Channel, app_user: str) -> Document:
    return {
        "id": channel.id,
        "name": channel.name,
        "is_private": channel.kind in ("private", "mpim"),
        "is_im": channel.kind == "im",
        "is_archived": channel.is_archived,
        "is_shared": bool(channel.shared_with),
        "topic": channel.topic,
        "members": list(channel.members),
        "app_is_member": app_user in channel.members,
    }


async def see_messages(state: State, request: web.Request) -> Document:
    """What a person sees in a channel, or in one thread of it, oldest first."""
    person, channel = state.team.person(query_text(request, "as")), state.team.channel(query_text(request, "channel"))
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
    """The modal on top with what is filled in and what is wrong with it, the ids of the stack, and the Home tab."""
    return state.views.screen(state.team.person(query_text(request, "as")).id).document()


async def see_preview(state: State, request: web.Request) -> Document:
    """What the app made of the links in a person's composer. SlackError: cannot_find_message for other people's."""
    shared = state.unfurls.find(query_text(request, "unfurl_id"))
    if shared.message.user != query_text(request, "as"):
        raise SlackError("cannot_find_message")
    return {"attachments": shared.message.unfurls}


async def see_file(state: State, request: web.Request) -> Document:
    """A file that the person may see, with its content. SlackError: file_not_found."""
    person, file = state.team.person(query_text(request, "as")), state.files.find(query_text(request, "file"))
    if not state.files.is_seen_by(file, person.id):
        raise SlackError("file_not_found")
    return {"file": file.document(), "content_base64": base64.b64encode(file.content or b"").decode()}


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
