"""Reading what an app sends as a message: text, blocks, attachments and metadata, with Slack's limits on each."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from bot.sandbox.slack.blocks.shapes import Problem
from bot.sandbox.slack.blocks.surfaces import MOST_TEXT, block_problems, text_length, with_defaults
from bot.sandbox.slack.errors import Document, SlackError, refused_arguments
from bot.sandbox.slack.messages import Content
from bot.sandbox.slack.mrkdwn import read_mentions

MOST_LETTERS = 40_000
MOST_MARKDOWN = 12_000
MOST_ATTACHMENTS = 100
MOST_METADATA = 16_000
EVENT_TYPE = re.compile(r"[a-zA-Z][a-zA-Z0-9_]*")


def read_content(arguments: Mapping[str, Any]) -> Content:
    """What a message's arguments say. SlackError: invalid_blocks, invalid_blocks_format, invalid_attachments,
    too_many_attachments, msg_blocks_too_long, markdown_text_conflict, and the errors of metadata.
    """
    blocks = read_blocks(read_list(arguments, "blocks", "invalid_blocks_format"))
    attachments = _attachments(read_list(arguments, "attachments", "invalid_attachments"))
    text = _text(arguments, blocks)
    everything = [*(blocks or []), *(block for each in attachments or [] for block in each.get("blocks") or [])]
    if text_length(everything) > MOST_TEXT:
        raise SlackError("msg_blocks_too_long")
    linked = bool(arguments.get("link_names")) or arguments.get("parse") == "full"
    mentions = read_mentions(text or "", blocks or [], attachments or [], linked=linked)
    return Content(text, blocks, attachments, _metadata(arguments), mentions)


def read_blocks(blocks: list[Any] | None) -> list[Any] | None:
    """Blocks for a message, as Slack keeps them. SlackError: invalid_blocks with a JSON pointer for each problem."""
    if blocks is None:
        return None
    refuse_problems(block_problems(blocks, "message"))
    return with_defaults(blocks)


def refuse_problems(problems: list[Problem], error: str = "invalid_blocks") -> None:
    if problems:
        refusal = refused_arguments(error, *map(str, problems))
        refusal.more["errors"] = [str(problem) for problem in problems]
        raise refusal


def read_list(arguments: Mapping[str, Any], name: str, error: str) -> list[Any] | None:
    """A list that came as JSON or as a string of it; None where it was left out."""
    value = read_json(arguments, name, error)
    if value is None:
        return None
    if not isinstance(value, list):
        raise SlackError(error)
    return value


def read_json(arguments: Mapping[str, Any], name: str, error: str) -> Any:
    """A value that came as JSON or as a string of it; None where it was left out or is empty."""
    value = arguments.get(name)
    if not isinstance(value, str):
        return value
    if not value.strip():
        return None
    try:
        return json.loads(value)
    except ValueError as problem:
        raise SlackError(error) from problem


def _text(arguments: Mapping[str, Any], blocks: list[Any] | None) -> str | None:
    markdown = arguments.get("markdown_text")
    text = arguments.get("text")
    if markdown:
        if text or blocks:
            raise SlackError("markdown_text_conflict")
        if len(str(markdown)) > MOST_MARKDOWN:
            raise SlackError("msg_too_long")
        return str(markdown)
    return None if text is None else str(text)[:MOST_LETTERS]


def _attachments(attachments: list[Any] | None) -> list[Any] | None:
    if attachments is None:
        return None
    if len(attachments) > MOST_ATTACHMENTS:
        raise SlackError("too_many_attachments")
    kept: list[Any] = []
    for number, attachment in enumerate(attachments, start=1):
        if not isinstance(attachment, dict):
            raise SlackError("invalid_attachments")
        blocks = attachment.get("blocks")
        if blocks is not None:
            refuse_problems(block_problems(blocks, "message", f"/attachments/{number - 1}/blocks"))
            attachment = {**attachment, "blocks": with_defaults(blocks)}  # noqa: PLW2901 - the row as Slack keeps it
        kept.append({"id": number, **attachment})
    return kept


def _metadata(arguments: Mapping[str, Any]) -> Document | None:
    metadata = read_json(arguments, "metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    if not isinstance(metadata, dict):
        raise SlackError("invalid_metadata_format")
    if not metadata:
        return {}
    event_type, payload = metadata.get("event_type"), metadata.get("event_payload")
    if not isinstance(event_type, str) or not EVENT_TYPE.fullmatch(event_type) or not isinstance(payload, dict):
        raise SlackError("invalid_metadata_format")
    if len(json.dumps(metadata)) > MOST_METADATA:
        raise SlackError("metadata_too_large")
    return {"event_type": event_type, "event_payload": payload}
