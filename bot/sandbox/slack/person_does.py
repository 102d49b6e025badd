"""`/_person/`: what a person does. Each takes `as`, and the rest as docs/sandbox.md has it with an example for each."""

from __future__ import annotations

import base64
import binascii

from aiohttp import web

from bot.sandbox.slack import deeds, forms, interactions
from bot.sandbox.slack.actors import human
from bot.sandbox.slack.bodies import body_actor, body_text, read_body
from bot.sandbox.slack.errors import Document, SlackError
from bot.sandbox.slack.people import Person
from bot.sandbox.slack.state import State

SURFACES = ("modal", "home")
MOST_BYTES = 10 * 1024 * 1024


async def type_command(state: State, request: web.Request) -> Document:
    body = await read_body(request)
    return await deeds.type_command(state, body_actor(state, body), body_text(body, "text"))


async def write_message(state: State, request: web.Request) -> Document:
    body = await read_body(request)
    message = deeds.write_message(state, body_actor(state, body), body_text(body, "text"), body.get("thread_ts") or None)
    return {"ts": message.ts}


async def click(state: State, request: web.Request) -> Document:
    """On a message (`channel`, `ts`), or on the modal on top or the Home tab (`surface`)."""
    body = await read_body(request)
    if body.get("surface"):
        return await forms.use(state, _person(state, body), _surface(body), body)
    return await interactions.click(state, body_actor(state, body), body)


async def ask_options(state: State, request: web.Request) -> Document:
    """What an external select offers for what was typed, on a message or on a `surface`."""
    body = await read_body(request)
    if body.get("surface"):
        return await forms.suggest_on_view(state, _person(state, body), _surface(body), body)
    return await interactions.suggest_on_message(state, body_actor(state, body), body)


async def fill(state: State, request: web.Request) -> Document:
    body = await read_body(request)
    return {"view": forms.fill(state, _person(state, body), body.get("values")).seen()}


async def submit(state: State, request: web.Request) -> Document:
    """Fill in `values` where they are given, and submit the modal on top."""
    body = await read_body(request)
    person = _person(state, body)
    if body.get("values") is not None:
        forms.fill(state, person, body["values"])
    return await forms.submit(state, person)


async def close(state: State, request: web.Request) -> Document:
    body = await read_body(request)
    return forms.close(state, _person(state, body), everything=body.get("all") is True)


async def use_shortcut(state: State, request: web.Request) -> Document:
    """A global shortcut, or with `channel` and `ts` one of a message."""
    body = await read_body(request)
    callback_id = body_text(body, "callback_id")
    if body.get("ts"):
        return await interactions.use_message_shortcut(state, body_actor(state, body), body_text(body, "ts"), callback_id)
    return await interactions.use_global_shortcut(state, _person(state, body), callback_id)


async def open_home(state: State, request: web.Request) -> Document:
    """Open the Home tab, or with `tab: messages` the other one."""
    body = await read_body(request)
    person = _person(state, body)
    deeds.open_home(state, person, str(body.get("tab") or "home"))
    return {"home": state.views.screen(person.id).document()["home"]}


async def upload(state: State, request: web.Request) -> Document:
    """Upload a file into a channel; without a channel it is for a file input of a modal, which is filled in with its id."""
    body = await read_body(request)
    person, name, content = _person(state, body), body_text(body, "name"), _content(body)
    if not body.get("channel"):
        return {"file": state.files.add(name, content, person.id).document()}
    who = body_actor(state, body)
    file = state.files.add(name, content, person.id)
    message = deeds.write_message(state, who, str(body.get("text") or ""), body.get("thread_ts") or None, [file])
    return {"file": file.document(), "ts": message.ts}


async def compose(state: State, request: web.Request) -> Document:
    body = await read_body(request)
    return {"unfurl_id": deeds.compose(state, _person(state, body), body_text(body, "text"))}


async def invite(state: State, request: web.Request) -> Document:
    body = await read_body(request)
    return {"invited": deeds.invite(state, body_actor(state, body), body_text(body, "user"))}


async def remove(state: State, request: web.Request) -> Document:
    body = await read_body(request)
    return {"removed": deeds.remove(state, body_actor(state, body), body_text(body, "user"))}


def _person(state: State, body: Document) -> Person:
    return human(state, body_text(body, "as"))


def _surface(body: Document) -> str:
    surface = body_text(body, "surface")
    if surface not in SURFACES:
        raise SlackError("invalid_arguments", detail="surface must be modal or home")
    return surface


def _content(body: Document) -> bytes:
    """`content` as text or `content_base64`. SlackError: invalid_arguments, file_too_large above 10 MB."""
    try:
        content = (
            base64.b64decode(body["content_base64"], validate=True) if "content_base64" in body else body_text(body, "content").encode()
        )
    except (binascii.Error, TypeError, ValueError) as problem:
        raise SlackError("invalid_arguments", detail="content_base64 must be base64") from problem
    if len(content) > MOST_BYTES:
        raise SlackError("file_too_large")
    return content
