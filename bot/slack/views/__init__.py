"""Modals as plain dicts, and what was filled into them. A modal carries an address and no fact: it is judged when it is submitted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def field(view: Mapping[str, Any], name: str) -> str:
    """What stands in a field of a submitted modal, without blanks at its ends; "" where there is no such field, or nothing in it."""
    value: object = view
    for key in ("state", "values", name, name, "value"):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value.strip() if isinstance(value, str) else ""


def has_field(view: Mapping[str, Any], name: str) -> bool:
    return bool(blocks_of(view, name))


def demands(view: Mapping[str, Any], name: str) -> bool:
    """Whether there is such a field, and it may not be left empty."""
    return any(block.get("optional") is not True for block in blocks_of(view, name))


def blocks_of(view: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    blocks = view.get("blocks")
    return [block for block in blocks if isinstance(block, Mapping) and block.get("block_id") == name] if isinstance(blocks, list) else []
