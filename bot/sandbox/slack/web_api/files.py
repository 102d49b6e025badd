"""files.*: the external upload in its three steps, and what a file is."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.sandbox.slack.channels import Channel
from bot.sandbox.slack.contents import read_content
from bot.sandbox.slack.errors import Document, SlackError, missing_argument, refused_arguments
from bot.sandbox.slack.files import SNIPPETS, File
from bot.sandbox.slack.messages import Content
from bot.sandbox.slack.web_api.calls import Call, Method, Methods

MOST_BYTES = 1_000_000_000
MOST_SNIPPET_BYTES = 1_000_000
MOST_CHANNELS = 100
MOST_ALT_LETTERS = 1000
SHARED_AFTER_SECONDS = 0.02


async def get_upload_url(call: Call) -> Document:
    name, length, snippet = call.required("filename"), _length(call), call.text("snippet_type")
    alt_text = call.text("alt_txt")
    if len(alt_text) > MOST_ALT_LETTERS:
        raise SlackError("alt_txt_too_large")
    if snippet and snippet not in SNIPPETS:
        raise SlackError("unknown_snippet_type")
    if snippet and length > MOST_SNIPPET_BYTES:
        raise SlackError("snippet_too_large")
    file, address = call.state.files.start(name, length, call.bot_user, snippet_type=snippet, alt_text=alt_text)
    return {"upload_url": address, "file_id": file.id}


async def complete_upload(call: Call) -> Document:
    """Finishes uploads and shares them. Slack shares a moment after its answer, so does this."""
    rows = call.structure("files", "invalid_arguments")
    if rows is None:
        raise missing_argument("files")
    files = [_finished(call, row) for row in _rows(rows)]
    channels = _channels(call)
    if call.text("thread_ts"):
        if len(channels) != 1:
            raise refused_arguments("invalid_arguments", "thread_ts needs exactly one channel")
        call.state.log.thread_parent(channels[0].id, call.text("thread_ts"))
    content = _content(call)
    for channel in channels:
        call.state.limits.count_message(channel.id)
    for file, row in zip(files, rows, strict=True):
        file.is_complete, file.title = True, str(row.get("title") or file.name)
    if channels:
        call.state.later(_share(call, files, channels, content))
    return {"files": [file.document() for file in files]}


async def info(call: Call) -> Document:
    file = call.state.files.find(call.required("file"))
    if not file.is_complete or not call.state.files.is_seen_by(file, call.bot_user):
        raise SlackError("file_not_found")
    document: Document = {"file": file.document(), "comments": [], "response_metadata": {"next_cursor": ""}}
    if file.snippet_type:
        document["content"] = (file.content or b"").decode(errors="replace")
    return document


async def _share(call: Call, files: list[File], channels: list[Channel], content: Content) -> None:
    await asyncio.sleep(SHARED_AFTER_SECONDS)
    for channel in channels:
        call.state.rooms.post(channel, call.bot_user, content, thread_ts=call.text("thread_ts") or None, files=files)


def _length(call: Call) -> int:
    """SlackError: invalid_arguments where it is no number, missing_argument for nothing, file_upload_size_restricted."""
    text = call.required("length")
    if not text.isdigit():
        raise refused_arguments("invalid_arguments", "must provide an integer [json-pointer:/length]")
    if int(text) == 0:
        raise SlackError("missing_argument")
    if int(text) > MOST_BYTES:
        raise SlackError("file_upload_size_restricted")
    return int(text)


def _rows(rows: Any) -> list[dict[str, Any]]:
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) and row.get("id") for row in rows):
        raise refused_arguments("invalid_arguments", "must provide an array of objects with an id [json-pointer:/files]")
    return rows


def _finished(call: Call, row: dict[str, Any]) -> File:
    """SlackError: file_not_found for somebody else's, file_update_failed where its bytes have not come or it was finished before."""
    file = call.state.files.find(str(row["id"]))
    if file.user != call.bot_user:
        raise SlackError("file_not_found")
    if file.content is None or file.is_complete:
        raise SlackError("file_update_failed")
    return file


def _channels(call: Call) -> list[Channel]:
    """SlackError: invalid_channel for what is no id, channel_not_found, not_in_channel, is_archived, too_many_channels."""
    names = [name.strip() for name in f"{call.text('channel_id')},{call.text('channels')}".split(",") if name.strip()]
    if len(names) > MOST_CHANNELS:
        raise SlackError("too_many_channels")
    channels = [call.visible_channel(name) for name in dict.fromkeys(names)]
    for channel in channels:
        if channel.is_archived:
            raise SlackError("is_archived")
        if call.bot_user not in channel.members:
            raise SlackError("not_in_channel")
    return channels


def _content(call: Call) -> Content:
    comment = call.text("initial_comment")
    return read_content({"text": comment} if comment else {"text": "", "blocks": call.arguments.get("blocks")})


METHODS: Methods = {
    "files.getUploadURLExternal": Method(get_upload_url, ("files:write",), tier=4),
    "files.completeUploadExternal": Method(complete_upload, ("files:write",), tier=4),
    "files.info": Method(info, ("files:read",), tier=4),
}
