"""What an app answers to an interaction: the message in a command's ack, and what it posts to the response URL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.sandbox.slack.contents import read_content
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.messages import Content
from bot.sandbox.slack.response_urls import Chain
from bot.sandbox.slack.rooms import Rooms

RESPONSE_TYPES = ("ephemeral", "in_channel")


def take_ack(rooms: Rooms, chain: Chain, typed: str, payload: Any) -> None:
    """Show the message of a command's ack; `in_channel` shows the typed command to everybody as well."""
    if not isinstance(payload, dict) or not payload:
        return
    if payload.get("response_type") == "in_channel":
        rooms.post(rooms.team.channel(chain.channel), chain.user, Content(text=typed))
    content = read_content(payload)
    if not content.is_empty:
        _post(rooms, chain, payload, content)


def take_response(rooms: Rooms, chain: Chain, document: Mapping[str, Any]) -> None:
    """Do what a post to a response URL asks. `replace_original` edits the source and `delete_original` deletes it; neither can make
    a private message public. SlackError: no_text, invalid_response_type, and the errors of contents.
    """
    if document.get("response_type", "ephemeral") not in RESPONSE_TYPES:
        raise SlackError("invalid_response_type")
    content = read_content(document)
    deletes = _is_true(document.get("delete_original"))
    if content.is_empty and not deletes:
        raise SlackError("no_text")
    source = chain.source
    if deletes and source is not None:
        rooms.delete(source)
        chain.source = source = None
    if content.is_empty:
        return
    if source is not None and _is_true(document.get("replace_original")):
        whole = Content(content.text or "", content.blocks or [], content.attachments or [], content.metadata, content.mentions)
        rooms.edit(source, whole)
    else:
        _post(rooms, chain, document, content)


def _post(rooms: Rooms, chain: Chain, document: Mapping[str, Any], content: Content) -> None:
    channel = rooms.team.channel(chain.channel)
    is_public = document.get("response_type") == "in_channel"
    thread_ts = document.get("thread_ts") or None
    if thread_ts is None and not is_public and chain.source is not None and chain.source.is_reply:
        thread_ts = chain.source.thread_ts
    if thread_ts is not None:
        rooms.log.thread_parent(channel.id, str(thread_ts))
    message = rooms.post(channel, rooms.team.app.user_id, content, thread_ts=thread_ts, only_for=None if is_public else chain.user)
    if chain.source is None:
        chain.source = message


def _is_true(value: Any) -> bool:
    return value is True or str(value).lower() in ("true", "1")
