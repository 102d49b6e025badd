"""Where the bytes of files go in and out: the upload address, and downloads with the bearer's token."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.files import File
from bot.sandbox.slack.state import State

LOGIN = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Sign in | Slack</title></head>
<body><h1>Sign in to your workspace</h1><p>This file is for those who may see it.</p></body></html>
"""


async def upload(state: State, request: web.Request) -> web.StreamResponse:
    """`POST /_upload/v1/<ticket>`: the raw bytes, or the one part of a form; plain `OK - <bytes>`, 404 for a ticket that is used."""
    content = await _content(request)
    if not state.files.receive(request.match_info["ticket"], content):
        return web.Response(status=404, text="upload not found")
    return web.Response(text=f"OK - {len(content)}")


async def download(state: State, request: web.Request) -> web.StreamResponse:
    """The file for a token that may read it. Anybody else is sent on to a page to sign in, with status 200, as Slack does."""
    try:
        file = _readable(state, request)
    except SlackError:
        raise web.HTTPFound(f"/_files/login?redir={request.path}") from None
    disposition = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
    headers = {"Content-Disposition": disposition, "Content-Security-Policy": "sandbox; default-src 'none'"}
    return web.Response(body=file.content or b"", content_type=file.media_type, headers=headers)


async def login(_request: web.Request) -> web.StreamResponse:
    return web.Response(text=LOGIN, content_type="text/html", headers={"Content-Security-Policy": "default-src 'none'"})


def _readable(state: State, request: web.Request) -> File:
    """SlackError where the bearer may not have it: a wrong token, no files:read, or a file of other people's channels."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    kind = state.tokens.identify(token.strip() if scheme.lower() == "bearer" else "")
    file = state.files.find(request.match_info["file"].partition("-")[2])
    app = state.team.app
    if kind != "bot" or "files:read" not in app.scopes or not state.files.is_seen_by(file, app.user_id):
        raise SlackError("file_not_found")
    return file


async def _content(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await request.read()
    for value in (await request.post()).values():
        return value.file.read() if isinstance(value, web.FileField) else str(value).encode()
    return b""
