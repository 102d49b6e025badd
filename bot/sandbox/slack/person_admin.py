"""`/_person/`: the deeds of admins, all under `/_person/admin/`. Ana is one; everybody else is told `not_an_admin`."""

from __future__ import annotations

from aiohttp import web

from bot.sandbox.slack import admin
from bot.sandbox.slack.actors import actor
from bot.sandbox.slack.bodies import body_text, read_body
from bot.sandbox.slack.errors import Document, SlackError
from bot.sandbox.slack.state import State


async def archive_channel(state: State, request: web.Request) -> Document:
    """Archive a channel, or with `archived: false` bring it back."""
    body = await read_body(request)
    who, channel = admin.admin(state, body_text(body, "as")), state.team.channel(body_text(body, "channel"))
    admin.archive(state, who, channel, is_archived=body.get("archived") is not False)
    return {"is_archived": channel.is_archived}


async def rename_channel(state: State, request: web.Request) -> Document:
    body = await read_body(request)
    admin.admin(state, body_text(body, "as"))
    channel = state.team.channel(body_text(body, "channel"))
    admin.rename(state, channel, body_text(body, "name"))
    return {"name": channel.name}


async def delete_channel(state: State, request: web.Request) -> Document:
    body = await read_body(request)
    who = admin.admin(state, body_text(body, "as"))
    admin.delete_channel(state, who, state.team.channel(body_text(body, "channel")))
    return {}


async def deactivate_person(state: State, request: web.Request) -> Document:
    """Take somebody's account away, or with `deleted: false` give it back."""
    body = await read_body(request)
    admin.admin(state, body_text(body, "as"))
    person = state.team.person(body_text(body, "user"))
    admin.deactivate(state, person, deleted=body.get("deleted") is not False)
    return {"deleted": person.deleted}


async def change_group(state: State, request: web.Request) -> Document:
    body = await read_body(request)
    admin.admin(state, body_text(body, "as"))
    users = body.get("users")
    if not isinstance(users, list):
        raise SlackError("invalid_arguments", detail="users must be a list of ids")
    return {"users": list(admin.change_group(state, body_text(body, "group"), [str(user) for user in users]).users)}


async def delete_message(state: State, request: web.Request) -> Document:
    """Anybody may delete what they wrote themselves; admins may delete what others wrote."""
    body = await read_body(request)
    who = actor(state, body_text(body, "as"), body_text(body, "channel"))
    admin.delete_message(state, who.person, who.channel, body_text(body, "ts"))
    return {}


async def revoke_token(state: State, request: web.Request) -> Document:
    """Revoke the bot token, with `uninstall` the whole app; `restore` makes the token good again."""
    body = await read_body(request)
    admin.admin(state, body_text(body, "as"))
    if body.get("restore") is True:
        admin.restore(state)
    else:
        admin.revoke(state, uninstall=body.get("uninstall") is True)
    return {"revoked": bool(state.tokens.revoked)}
