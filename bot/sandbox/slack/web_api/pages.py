"""Cursors: how lists are cut into pages (docs: Pagination)."""

from __future__ import annotations

import base64
import binascii
from typing import TypeVar

from bot.sandbox.slack.errors import Document, SlackError

Item = TypeVar("Item")


def encode_cursor(position: str) -> str:
    return base64.b64encode(f"next:{position}".encode()).decode()


def decode_cursor(cursor: str) -> str:
    """The position in a cursor, empty for none. SlackError: invalid_cursor."""
    if not cursor:
        return ""
    try:
        kind, _, position = base64.b64decode(cursor, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as problem:
        raise SlackError("invalid_cursor") from problem
    if kind != "next" or not position:
        raise SlackError("invalid_cursor")
    return position


def cut_page(everything: list[Item], cursor: str, limit: int) -> tuple[list[Item], Document]:
    """A page of a list and its `response_metadata`, whose next_cursor is empty on the last one."""
    position = decode_cursor(cursor)
    if position and not position.isdigit():
        raise SlackError("invalid_cursor")
    start = int(position or 0)
    end = start + limit
    return everything[start:end], {"next_cursor": encode_cursor(str(end)) if end < len(everything) else ""}
